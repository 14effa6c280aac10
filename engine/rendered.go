package engine

import (
	"context"
	"image"
	"io"

	"deltaedit/engine/photo"
)

// Rendered is a finished picture that waits to be written. Nobody changes its
// pixels; it stays valid when the studio opens another photo or is closed. Its
// methods may be called from any goroutine, while the studio goes on working.
type Rendered struct {
	image image.Image
	meta  photo.Metadata
}

// NewRendered joins pixels with what their file is to say about itself. The
// picture is kept, not copied.
func NewRendered(img image.Image, meta photo.Metadata) *Rendered {
	return &Rendered{image: img, meta: meta}
}

// Size returns the picture's size in pixels.
func (r *Rendered) Size() image.Point { return r.image.Bounds().Size() }

// CheckTarget finds out what would keep the picture from being written to
// path, as photo.CheckTarget does: above all, that path is the photo itself.
func (r *Rendered) CheckTarget(path string) error { return photo.CheckTarget(path, r.meta.Source) }

// Encode writes the picture as a PNG with its recipe: the bytes that Export
// puts into a file.
func (r *Rendered) Encode(w io.Writer) error { return photo.EncodePNG(w, r.image, r.meta) }

// WritePNG writes the picture to path as Export does, all or nothing.
func (r *Rendered) WritePNG(path string) error { return photo.WritePNG(path, r.image, r.meta) }

// Render makes what Export writes, and leaves the writing to the caller.
func (s *Studio) Render(ctx context.Context, r Request, t Timings, report Report) (*Rendered, error) {
	if _, err := s.table.faces(r); err != nil {
		return nil, err
	}
	if err := s.ahead(ctx, r, false, t, report); err != nil {
		return nil, err
	}
	report("Rendering the picture", -1)
	img, release, err := s.finished(ctx, r, false, true, t)
	defer release()
	if err != nil {
		return nil, err
	}
	meta, err := s.metadata(r, false)
	if err != nil {
		return nil, err
	}
	return NewRendered(img, meta), ctx.Err()
}
