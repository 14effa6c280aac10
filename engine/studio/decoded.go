package studio

import (
	"context"
	"image"
	"path/filepath"
	"sync"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
)

// Decoded is a photo that was decoded but not opened. After OpenDecoded nobody may
// change it.
type Decoded struct {
	src   engine.Source
	photo *photo.Photo
	sum   string // SHA-256 of the file, in hexadecimal
	took  time.Duration
}

// Decode reads a photo's file. It needs no models and is safe for concurrent use. Its
// errors are about the file and its format.
func Decode(src engine.Source) (*Decoded, error) {
	if src.Name == "" {
		src.Name = filepath.Base(src.Path)
	}
	start := time.Now()
	ph, sum, err := decode(src)
	if err != nil {
		return nil, err
	}
	return &Decoded{src: src, photo: ph, sum: sum, took: time.Since(start)}, nil
}

// decodeAhead begins to decode the photo of a path on another goroutine. The result waits for
// that.
func decodeAhead(path string) func() (*Decoded, error) {
	decode := sync.OnceValues(func() (d *Decoded, err error) {
		err = engine.Guard(func() (err error) {
			d, err = Decode(engine.Source{Path: path})
			return err
		})
		return d, err
	})
	go func() { _, _ = decode() }()
	return decode
}

// decoded returns the photo of a source: the one that was decoded ahead, once, or decoded now.
func (s *Studio) decoded(src engine.Source) (*Decoded, error) {
	decode := s.ahead.decode
	s.ahead.decode = nil
	if decode == nil || src.Path != s.ahead.path {
		return Decode(src)
	}
	d, err := decode()
	if err != nil {
		return nil, err
	}
	d.src = src
	return d, nil
}

// Size returns the photo's size in pixels, upright.
func (d *Decoded) Size() image.Point { return d.photo.Image.Rect.Size() }

// SHA256 returns the hash of the photo's file, in hexadecimal.
func (d *Decoded) SHA256() string { return d.sum }

// Boxed returns the photo with other boxes in its source (engine.Source.Boxes). It shares
// the pixels.
func (d *Decoded) Boxed(boxes []image.Rectangle) *Decoded {
	out := *d
	out.src.Boxes = boxes
	return &out
}

// Boxes returns the boxes in the photo's source, which nobody may change.
func (d *Decoded) Boxes() []image.Rectangle { return d.src.Boxes }

// OpenDecoded is Open for a photo that was decoded before. The time of decoding is
// added to t, too.
func (s *Studio) OpenDecoded(ctx context.Context, id uint64, d *Decoded, t engine.Timings, progress engine.ProgressFunc) (engine.Subject, error) {
	if t != nil {
		t[engine.TimingDecode] += d.took
	}
	return s.openPhoto(ctx, id, d, t, progress)
}

// Aside is a studio with an open photo of its own, which uses the models of another
// studio: a batch beside the photo that a person edits. Its methods do what the studio's
// do, and only the goroutine that uses the studio may call them.
type Aside struct {
	studio *Studio
	photo  *openPhoto
}

// Aside returns an Aside of the studio, without a photo.
func (s *Studio) Aside() *Aside { return &Aside{studio: s} }

// enter makes the aside's photo the studio's; the result is called to make it the other
// way round again.
func (a *Aside) enter() (leave func()) {
	shown := a.studio.current
	a.studio.current = a.photo
	return func() { a.photo, a.studio.current = a.studio.current, shown }
}

// Status describes the pack and the models that are open.
func (a *Aside) Status() engine.Status { return a.studio.Status() }

// Pack returns the name, version and hash of the pack in use.
func (a *Aside) Pack() recipe.Pack { return a.studio.Pack() }

// OpenDecoded finds the faces of a photo and makes it the aside's open one.
func (a *Aside) OpenDecoded(ctx context.Context, id uint64, d *Decoded, t engine.Timings, progress engine.ProgressFunc) (engine.Subject, error) {
	defer a.enter()()
	return a.studio.OpenDecoded(ctx, id, d, t, progress)
}

// Invert finds the style codes of the request's faces.
func (a *Aside) Invert(ctx context.Context, r engine.Request, t engine.Timings) error {
	defer a.enter()()
	return a.studio.Invert(ctx, r, t)
}

// Directions computes Δt of every prompt pair, and ΔS of every pair and face.
func (a *Aside) Directions(ctx context.Context, r engine.Request, t engine.Timings) ([]engine.PromptReport, error) {
	defer a.enter()()
	return a.studio.Directions(ctx, r, t)
}

// Render renders the request at full resolution.
func (a *Aside) Render(ctx context.Context, r engine.Request, t engine.Timings, progress engine.ProgressFunc) (*Rendered, error) {
	defer a.enter()()
	return a.studio.Render(ctx, r, t, progress)
}
