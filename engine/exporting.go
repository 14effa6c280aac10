package engine

import (
	"context"
	"image"
	"path/filepath"
	"slices"
	"time"

	"deltaedit/engine/face"
	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
	"deltaedit/engine/synth"
)

// Program is the name and version written into recipes.
const Program = "deltaedit " + Version

// Version of the program.
const Version = "0.1.0"

// Size returns the size in pixels of what Export writes for the request.
func (s *Studio) Size(r Request) (image.Point, error) {
	if _, err := s.table.faces(r); err != nil {
		return image.Point{}, err
	}
	if !s.table.square(r) {
		return s.table.subject.Size, nil
	}
	g, err := s.generator.get(context.Background())
	if err != nil {
		return image.Point{}, err
	}
	return image.Pt(g.Size(), g.Size()), nil
}

// Export renders the request at full resolution and writes it as a PNG with its
// recipe. The whole photo is written in its own colour space and depth, with its
// profile and what it says of the shot; pixels that no edit reaches are those of
// the decoded photo, upright, with straight alpha, also where alpha is 0. With no
// edits, or none of a strength other than 0, that is all of them. The aligned
// square is 8-bit sRGB.
func (s *Studio) Export(ctx context.Context, r Request, path string, t Timings, report Report) error {
	return s.export(ctx, r, false, path, t, report)
}

// ExportReconstruction writes the photo with its faces as the inverter and the
// generator, or the diffusion, reproduce them, without an edit.
func (s *Studio) ExportReconstruction(ctx context.Context, r Request, path string, t Timings, report Report) error {
	r.Edits = nil
	return s.export(ctx, r, true, path, t, report)
}

func (s *Studio) export(ctx context.Context, r Request, reconstruct bool, path string, t Timings, report Report) error {
	if _, err := s.table.faces(r); err != nil {
		return err
	}
	if err := photo.CheckTarget(path, s.table.photo.Path); err != nil {
		return err
	}
	if err := s.ahead(ctx, r, reconstruct, t, report); err != nil {
		return err
	}
	report("Rendering the picture", -1)
	img, release, err := s.finished(ctx, r, reconstruct, false, t)
	defer release()
	if err != nil {
		return err
	}
	meta, err := s.metadata(r, reconstruct)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	report("Writing "+filepath.Base(path), -1)
	defer t.since(lapEncode, time.Now())
	return photo.WritePNG(path, img, meta)
}

// finished renders the request for the file. The result may be the photo's own:
// it is not to be changed, and not to be used after release, which is to be
// called in any case. With keep it may be used for as long as one likes, whatever
// happens to the photo.
func (s *Studio) finished(ctx context.Context, r Request, reconstruct, keep bool, t Timings) (img image.Image, release func(), err error) {
	release = func() {}
	untouched := r.Untouched() && !reconstruct
	switch {
	case s.table.square(r):
		img, err = s.composite(ctx, r, reconstruct, t)
		return img, release, err
	case untouched && !keep:
		return s.table.photo.Own(), release, nil
	}
	canvas := s.table.photo.Canvas
	if keep {
		canvas = s.table.photo.Copy
	}
	c := canvas()
	if untouched {
		return c.Image(), c.Release, nil
	}
	paste := func(l face.Layer) { face.PasteOn(c, l) }
	if img := c.Plain(); img != nil {
		paste = func(l face.Layer) { face.Paste(img, l) } // the same, faster
	}
	return c.Image(), c.Release, s.layers(ctx, r, reconstruct, t, paste)
}

// composite renders the request at full resolution as 8-bit sRGB. The result may
// be the photo itself: it is not to be changed.
func (s *Studio) composite(ctx context.Context, r Request, reconstruct bool, t Timings) (*image.NRGBA, error) {
	faces, err := s.table.faces(r)
	if err != nil {
		return nil, err
	}
	base, err := s.base(ctx, faces[0], r)
	if err != nil || (r.Untouched() && !reconstruct) {
		return base, err
	}
	out := face.Clone(base)
	return out, s.layers(ctx, r, reconstruct, t, func(l face.Layer) { face.Paste(out, l) })
}

// layers hands the change of each of the request's faces to paste, which may not
// keep it. What the diffusion has to draw was drawn ahead.
func (s *Studio) layers(ctx context.Context, r Request, reconstruct bool, t Timings, paste func(face.Layer)) error {
	faces, err := s.table.faces(r)
	if err != nil {
		return err
	}
	if err := s.Invert(ctx, r, t); err != nil {
		return err
	}
	for _, p := range faces {
		var l face.Layer
		switch {
		case reconstruct:
			l, err = s.reconstruction(ctx, p, r, t)
		case r.Engine == Diffusion:
			l, err = s.diffusedLayer(ctx, p, r, t)
		default:
			l, err = s.layer(ctx, p, r, t, StagePreview, StageFinal)
		}
		if err != nil {
			return err
		}
		start := time.Now()
		paste(l)
		t.since(lapPaste, start)
	}
	return nil
}

// reproduced returns the face as the request's engine shows it without an edit.
func (s *Studio) reproduced(ctx context.Context, p *portrait, r Request, t Timings) (synth.Picture, error) {
	if r.Engine == Diffusion {
		return s.diffusedOwn(p, r)
	}
	if _, err := s.picture(ctx, p.code, p.code.Style, StagePreview, t); err != nil {
		return synth.Picture{}, err
	}
	return s.picture(ctx, p.code, p.code.Style, StageFinal, t)
}

// reconstruction returns the change from the photo's face to the engine's
// picture of it.
func (s *Studio) reconstruction(ctx context.Context, p *portrait, r Request, t Timings) (face.Layer, error) {
	pic, err := s.reproduced(ctx, p, r, t)
	if err != nil {
		return face.Layer{}, err
	}
	defer t.since(lapPaste, time.Now())
	feather := face.Feather
	if s.table.random != nil || s.table.square(r) {
		feather = 0
	}
	c := face.NewComposer(nil, face.Planar(nil, s.table.aligned(p, pic.Side)), feather)
	return face.Layer{Alignment: s.place(p, r), Change: c.Compose(pic.Pix)}, nil
}

// metadata is what the file says about itself.
func (s *Studio) metadata(r Request, reconstruct bool) (photo.Metadata, error) {
	data, err := s.recipe(r, reconstruct).Marshal()
	if err != nil {
		return photo.Metadata{}, err
	}
	m := photo.Metadata{
		Source:     s.table.photo.Path,
		Text:       map[string]string{recipe.Key: string(data)},
		SourceType: photo.CompositeWithTrainedMedia,
		ICC:        s.table.photo.ICC,
		Exif:       s.table.photo.Exif,
		XMP:        s.table.photo.XMP,

		StripPrivate: r.StripPrivate,
	}
	if s.table.square(r) {
		m.ICC = s.table.photo.ImageICC()
	}
	if s.table.random != nil {
		m.SourceType = photo.TrainedMedia
	}
	return m, nil
}

func (s *Studio) recipe(r Request, reconstruct bool) recipe.Recipe {
	st := s.Status()
	rec := recipe.Recipe{
		Version: recipe.Version, Task: recipe.TaskEdit, Program: Program,
		Pack: s.pack, Engine: r.Engine.String(), Provider: st.Provider,
		Source: s.table.source, Random: s.table.random,
		Face: r.Face + 1, Threshold: r.Threshold, Aligned: r.Aligned,
	}
	if rec.Threshold < 0 {
		rec.Threshold = max(st.Threshold, 0)
	}
	rec.Refine = s.refinedSteps(r)
	if r.Engine == Diffusion {
		rec.Steps, _ = s.stepsOf(r) // refused before, where it cannot be
		if st.DiffusionProvider != "" {
			rec.Provider = st.DiffusionProvider
		}
	}
	switch {
	case s.table.random != nil:
		rec.Task = recipe.TaskRandom
	case reconstruct:
		rec.Task = recipe.TaskInvert
	}
	if r.StripPrivate && rec.Source != nil {
		// The name may tell of a person or a place; the hash still finds the
		// photo for who has it.
		rec.Source = &recipe.Source{SHA256: rec.Source.SHA256}
	}
	rec.Edits = slices.Grow([]recipe.Edit{}, len(r.Edits))
	for _, e := range r.Edits {
		rec.Edits = append(rec.Edits, recipe.Edit(e))
	}
	return rec
}
