package studio

import (
	"context"
	"errors"
	"image"
	"path/filepath"
	"slices"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/compose"
	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
	"deltaedit/engine/synth"
)

// Size returns the size in pixels of what Export writes for the request.
func (s *Studio) Size(r engine.Request) (image.Point, error) {
	if _, err := s.current.faces(r); err != nil {
		return image.Point{}, err
	}
	if !s.current.square(r) {
		return r.File.Size(s.current.subject.Size), nil
	}
	g, err := s.generator.get(context.Background())
	if err != nil {
		return image.Point{}, err
	}
	return r.File.Size(image.Pt(g.Size(), g.Size())), nil
}

// Export renders the request at full resolution and writes a PNG or a WebP with its recipe, or a
// JPEG, by the path's ending and as the request's File says. The whole photo is
// written upright, in its own colour space and depth, with its profile and camera data.
// Pixels outside of the edits are those of the decoded photo, with straight alpha, also
// where alpha is 0. The aligned square is 8-bit sRGB.
func (s *Studio) Export(ctx context.Context, r engine.Request, path string, t engine.Timings, progress engine.ProgressFunc) error {
	return s.export(ctx, r, false, path, t, progress)
}

// ExportReconstruction writes the photo with the reconstruction of its faces: as the
// request's renderer draws them without an edit.
func (s *Studio) ExportReconstruction(ctx context.Context, r engine.Request, path string, t engine.Timings, progress engine.ProgressFunc) error {
	return s.export(ctx, r.WithoutEdits(), true, path, t, progress)
}

func (s *Studio) export(ctx context.Context, r engine.Request, reconstruct bool, path string, t engine.Timings, progress engine.ProgressFunc) error {
	if _, err := s.current.faces(r); err != nil {
		return err
	}
	if err := errors.Join(r.File.Check(), photo.CheckTarget(path, s.current.photo.Path)); err != nil {
		return err
	}
	size, err := s.Size(r)
	if err != nil {
		return err
	}
	format, _ := photo.FormatOf(path)
	if err := format.CheckSize(size); err != nil {
		return err
	}
	if err := s.diffuseForFile(ctx, r, reconstruct, t, progress); err != nil {
		return err
	}
	progress(engine.Task{Kind: engine.TaskRender}, -1)
	img, release, err := s.finished(ctx, r, reconstruct, false, t)
	defer release()
	if err != nil {
		return err
	}
	meta, err := s.metadata(ctx, r, reconstruct, t)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	progress(engine.Task{Kind: engine.TaskWrite, Name: filepath.Base(path)}, -1)
	defer t.Since(engine.TimingEncode, time.Now())
	return photo.Write(path, img, format, r.File, meta)
}

// finished renders the request for the file. The image may be the photo itself: nobody
// may change it, or use it after release, which must always be called. With keep the
// image stays valid after release and when another photo is opened.
func (s *Studio) finished(ctx context.Context, r engine.Request, reconstruct, keep bool, t engine.Timings) (img image.Image, release func(), err error) {
	release = func() {}
	untouched := r.Untouched() && !reconstruct
	switch {
	case s.current.square(r):
		img, err = s.composite(ctx, r, reconstruct, t)
		return img, release, err
	case untouched && !keep:
		return s.current.photo.Own(), release, nil
	}
	canvas := s.current.photo.EditInPlace
	if keep {
		canvas = s.current.photo.EditCopy
	} else if faces, err := s.current.faces(r); err == nil && len(faces) == 1 {
		canvas = s.current.photo.EditImage // nothing reads the photo after the only change
	}
	c := canvas()
	if untouched {
		return c.Image(), c.Restore, nil
	}
	paste := func(l compose.Layer) { compose.PasteOn(c, l) }
	if img := c.SRGB8(); img != nil {
		paste = func(l compose.Layer) { // faster, and the same but for rounding
			c.Save(l.Alignment.Around().Bounds().Inset(-1))
			compose.Paste(img, l)
		}
	}
	return c.Image(), c.Restore, s.layers(ctx, r, reconstruct, t, paste)
}

// composite renders the request at full resolution as 8-bit sRGB. The result may be the
// photo itself: nobody may change it.
func (s *Studio) composite(ctx context.Context, r engine.Request, reconstruct bool, t engine.Timings) (*image.NRGBA, error) {
	faces, err := s.current.faces(r)
	if err != nil {
		return nil, err
	}
	base, err := s.base(ctx, faces[0], r)
	if err != nil || (r.Untouched() && !reconstruct) {
		return base, err
	}
	out := compose.Clone(base)
	return out, s.layers(ctx, r, reconstruct, t, func(l compose.Layer) { compose.Paste(out, l) })
}

// layers calls paste with the change of each of the request's faces; the change is valid
// until paste returns. Diffuse has drawn the faces before, when the request is for it.
func (s *Studio) layers(ctx context.Context, r engine.Request, reconstruct bool, t engine.Timings, paste func(compose.Layer)) error {
	faces, err := s.current.faces(r)
	if err != nil {
		return err
	}
	if err := s.Invert(ctx, r, t); err != nil {
		return err
	}
	for _, p := range faces {
		var l compose.Layer
		switch {
		case reconstruct:
			l, err = s.reconstruction(ctx, p, r, t)
		case r.Renderer == engine.Diffusion:
			l, err = s.drawnLayer(ctx, p, r, t)
		default:
			l, err = s.layer(ctx, p, r, t, engine.StagePreview, engine.StageFinal)
		}
		if err != nil {
			return err
		}
		start := time.Now()
		paste(l)
		t.Since(engine.TimingPaste, start)
	}
	return nil
}

// reproduced returns the reconstruction of a face by the request's renderer.
func (s *Studio) reproduced(ctx context.Context, p *portrait, r engine.Request, t engine.Timings) (synth.Picture, error) {
	if r.Renderer == engine.Diffusion {
		return s.diffusedReconstruction(p, r)
	}
	if _, err := s.picture(ctx, p.code, p.code.Style, engine.StagePreview, t); err != nil {
		return synth.Picture{}, err
	}
	return s.picture(ctx, p.code, p.code.Style, engine.StageFinal, t)
}

// reconstruction returns the change from a face to its reconstruction.
func (s *Studio) reconstruction(ctx context.Context, p *portrait, r engine.Request, t engine.Timings) (compose.Layer, error) {
	pic, err := s.reproduced(ctx, p, r, t)
	if err != nil {
		return compose.Layer{}, err
	}
	defer t.Since(engine.TimingPaste, time.Now())
	aligned, tone := s.current.aligned(p, pic.Side), s.current.tone(p)
	c := compose.NewComposer(nil, compose.Planar(nil, tone.Normalise(aligned)), s.current.feather(s.current.square(r)))
	c.SetTone(tone, aligned)
	return compose.Layer{Alignment: s.placement(p, r), Change: c.Compose(pic.Pix)}, nil
}

// metadata returns the metadata of the exported file, whose picture is finished.
func (s *Studio) metadata(ctx context.Context, r engine.Request, reconstruct bool, t engine.Timings) (photo.Metadata, error) {
	if r.Threshold < 0 {
		used, err := s.usedThreshold(ctx, r, t)
		if err != nil {
			return photo.Metadata{}, err
		}
		r.Threshold = used
	}
	data, err := s.recipe(r, reconstruct).Marshal()
	if err != nil {
		return photo.Metadata{}, err
	}
	m := photo.Metadata{
		Source:     s.current.photo.Path,
		Text:       map[string]string{recipe.Key: string(data)},
		SourceType: photo.CompositeWithTrainedMedia,
		ICC:        s.current.photo.ICC,
		Exif:       s.current.photo.Exif,
		XMP:        s.current.photo.XMP,

		StripPrivate: r.StripPrivate,
	}
	if s.current.square(r) {
		m.ICC = s.current.photo.ImageICC()
	}
	if s.current.random != nil {
		m.SourceType = photo.TrainedMedia
	}
	return m, nil
}

// usedThreshold returns the relevance threshold to write down for a request that asked
// for the default: the edits' own where it is one for all, otherwise recipe.OwnThresholds,
// as for several faces with edits of their own.
func (s *Studio) usedThreshold(ctx context.Context, r engine.Request, t engine.Timings) (float64, error) {
	if !r.Untouched() {
		// An export need not follow a call of Directions for the same edits. The faces
		// were drawn with them, so everything is in the caches.
		if _, err := s.Directions(ctx, r, t); err != nil {
			return 0, err
		}
	}
	if len(r.Others) > 0 && !r.Aligned {
		return recipe.OwnThresholds, nil
	}
	last := &s.current.reports
	if len(r.Edits) == 0 || !engine.SameTexts(last.edits, r.Edits) {
		return max(s.Status().Threshold, 0), nil
	}
	if used, one := engine.UsedThreshold(r.Threshold, last.reports); one {
		return used, nil
	}
	return recipe.OwnThresholds, nil
}

// recipeEdit returns an edit as a recipe records it.
func recipeEdit(e engine.Edit) recipe.Edit {
	out := recipe.Edit{Source: e.Source, Target: e.Target, Strength: e.Strength, Mask: e.Mask}
	if e.HasThreshold {
		out.Threshold = &e.Threshold
	}
	return out
}

// recipe returns the recipe of a request with the threshold that was used.
func (s *Studio) recipe(r engine.Request, reconstruct bool) recipe.Recipe {
	st := s.Status()
	rec := recipe.Recipe{
		Version: recipe.Version, Task: recipe.TaskEdit, Program: engine.Program,
		Pack: s.pack, Renderer: r.Renderer.String(), Provider: st.Provider,
		Source: s.current.source, Random: s.current.random,
		Face: r.Face + 1, Threshold: r.Threshold, Aligned: r.Aligned,
	}
	rec.Refine = s.refinedSteps(r)
	rec.Boxes = recipe.Boxes(s.current.subject.Boxes)
	if r.Renderer == engine.Diffusion {
		rec.Steps, _ = s.stepsOf(r) // an error was returned before
		if st.DiffusionProvider != "" {
			rec.Provider = st.DiffusionProvider
		}
	}
	switch {
	case s.current.random != nil:
		rec.Task = recipe.TaskRandom
	case reconstruct:
		rec.Task = recipe.TaskInvert
	}
	if r.StripPrivate && rec.Source != nil {
		// The name may be that of a person or a place. The hash is enough to find the
		// photo again.
		rec.Source = &recipe.Source{SHA256: rec.Source.SHA256}
	}
	rec.Edits = slices.Grow([]recipe.Edit{}, len(r.Edits))
	for _, e := range r.Edits {
		rec.Edits = append(rec.Edits, recipeEdit(e))
	}
	for _, o := range r.Others {
		if r.Aligned || len(o.Edits) == 0 {
			continue
		}
		other := recipe.FaceEdits{Face: o.Face + 1}
		for _, e := range o.Edits {
			other.Edits = append(other.Edits, recipeEdit(e))
		}
		rec.Others = append(rec.Others, other)
	}
	return rec
}
