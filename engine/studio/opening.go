package studio

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"path/filepath"
	"runtime/debug"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/compose"
	"deltaedit/engine/face"
	"deltaedit/engine/invert"
	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
)

// Open decodes a photo and finds its faces, the largest first, and those in the boxes of
// the source. A photo without a face is refused with an error that wraps face.ErrNoFace.
func (s *Studio) Open(ctx context.Context, id uint64, src engine.Source, t engine.Timings, progress engine.ProgressFunc) (engine.Subject, error) {
	if src.Name == "" {
		src.Name = filepath.Base(src.Path)
	}
	progress(engine.Task{Kind: engine.TaskRead, Name: src.Name}, -1)
	if s.current != nil && large(s.current.photo) { // it stays until the next one is open
		s.current.forgetDrawn()
		debug.FreeOSMemory()
	}
	d, err := s.decoded(src)
	if err != nil {
		return engine.Subject{}, err
	}
	return s.OpenDecoded(ctx, id, d, t, progress)
}

// openPhoto finds the faces of a decoded photo and makes it the open one.
func (s *Studio) openPhoto(ctx context.Context, id uint64, d *Decoded, t engine.Timings, progress engine.ProgressFunc) (engine.Subject, error) {
	s.takeOver()
	src, ph := d.src, d.photo
	if err := ctx.Err(); err != nil {
		return engine.Subject{}, err
	}
	// The large models are loaded while the detector works, unless the photo is so large
	// that memory may run short.
	if !large(ph) {
		if !s.knows(d.sum) {
			s.inverter.begin()
		}
		s.generator.begin()
		if !s.expected.Untouched() {
			s.textEncoder.begin()
			if s.expected.Renderer == engine.Diffusion {
				s.denoiser.begin()
			}
		}
	}
	progress(engine.Task{Kind: engine.TaskFindFaces, Name: src.Name}, -1)
	det, err := s.detector.get(ctx)
	if err != nil {
		return engine.Subject{}, err
	}
	start := time.Now()
	found, err := det.Detect(ctx, ph.Image)
	if len(src.Boxes) > 0 && errors.Is(err, face.ErrNoFace) {
		err = nil
	}
	marked, boxes := make([]int, len(src.Boxes)), []image.Rectangle(nil)
	for i, box := range src.Boxes {
		if err != nil {
			break
		}
		known := len(found)
		if found, marked[i], err = det.Mark(ctx, ph.Image, box, found); len(found) > known {
			boxes = append(boxes, box)
		}
	}
	t.Since(engine.TimingDetect, start)
	if err != nil {
		return engine.Subject{}, fmt.Errorf("%s: %w", src.Name, err)
	}
	if len(found) == 0 {
		return engine.Subject{}, fmt.Errorf("%s: %w", src.Name, face.ErrNoFace)
	}
	tb := &openPhoto{
		photo:   ph,
		source:  &recipe.Source{Name: baseName(src), SHA256: d.sum},
		subject: engine.Subject{Photo: id, Path: src.Path, Name: src.Name, Size: ph.Image.Rect.Size(), Notices: ph.Notices, Marked: marked, Boxes: boxes},
	}
	for _, f := range found {
		tb.subject.Faces = append(tb.subject.Faces, engine.FaceBox{Box: f.Box, Score: f.Score, Doubt: f.Doubt})
		p := newPortrait(face.Align(f))
		p.face = &f
		tb.portraits = append(tb.portraits, p)
	}
	before := s.current
	s.current = tb
	if before != nil && large(before.photo) {
		debug.FreeOSMemory() // its pixels would stay until the next ones take their place
	}
	return tb.subject, nil
}

// Random generates a face that does not exist and opens it.
func (s *Studio) Random(ctx context.Context, id uint64, seed int64, t engine.Timings, progress engine.ProgressFunc) (engine.Subject, error) {
	return s.Generate(ctx, id, seed, engine.DefaultTruncation, t, progress)
}

// Generate is Random with a truncation in [0, 2]: 0 is the mean face, 1 the full range
// of the generator. The same seed and truncation give the same picture.
func (s *Studio) Generate(ctx context.Context, id uint64, seed int64, truncation float64, t engine.Timings, progress engine.ProgressFunc) (engine.Subject, error) {
	s.takeOver()
	progress(engine.Task{Kind: engine.TaskGenerate}, -1)
	g, err := s.generator.get(ctx)
	if err != nil {
		return engine.Subject{}, err
	}
	style, wplus, err := g.RandomCode(ctx, seed, float32(truncation))
	if err != nil {
		return engine.Subject{}, err
	}
	code := &invert.Code{Style: style, WPlus: wplus}
	pic, err := s.picture(ctx, code, style, engine.StageFinal, t)
	if err != nil {
		return engine.Subject{}, err
	}
	img := compose.Picture(pic.Side, pic.Pix)
	size := img.Rect.Size()
	p := newPortrait(face.Whole(size))
	p.code = code
	s.current = &openPhoto{
		photo:     &photo.Photo{Image: img, Orientation: 1},
		random:    &recipe.Random{Seed: seed, Truncation: truncation},
		portraits: []*portrait{p},
		subject: engine.Subject{
			Photo: id, Name: fmt.Sprintf("Random face %d", seed), Size: size, Random: true, Seed: seed,
			Faces: []engine.FaceBox{{Box: image.Rectangle{Max: size}, Score: 1}},
		},
	}
	return s.current.subject, nil
}

// largePhoto is the number of pixels above which memory is saved: the memory of the
// decoder is freed at once, and no model is opened in the background.
const largePhoto = 20_000_000

func large(p *photo.Photo) bool {
	size := p.Image.Rect.Size()
	return size.X*size.Y > largePhoto
}

// decode reads a photo and returns it with the SHA-256 of its file in hexadecimal.
func decode(src engine.Source) (*photo.Photo, string, error) {
	data := src.Data
	if src.Path != "" {
		var err error
		if data, err = photo.ReadFile(src.Path); err != nil {
			return nil, "", err
		}
	}
	p, err := photo.DecodeBytes(data, src.Name)
	if err != nil {
		return nil, "", err
	}
	p.Path = src.Path
	sum := sha256.Sum256(data)
	if large(p) {
		debug.FreeOSMemory()
	}
	return p, hex.EncodeToString(sum[:]), nil
}

// baseName returns the photo's file name without folders, for the recipe.
func baseName(src engine.Source) string {
	name := src.Name
	if src.Path != "" {
		name = filepath.Base(src.Path)
	}
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '/' || name[i] == '\\' || name[i] == 0 {
			return name[i+1:]
		}
	}
	return name
}
