package studio

import (
	"context"
	"image"
	"io"

	"deltaedit/engine"
	"deltaedit/engine/photo"
)

// Rendered is a finished picture that was not written yet. It stays valid when the
// studio opens another photo or is closed. Its methods are safe for concurrent use,
// also beside the studio.
type Rendered struct {
	image image.Image
	meta  photo.Metadata
}

// NewRendered returns a picture with its metadata. The image is not copied.
func NewRendered(img image.Image, meta photo.Metadata) *Rendered {
	return &Rendered{image: img, meta: meta}
}

// Size returns the picture's size in pixels.
func (r *Rendered) Size() image.Point { return r.image.Bounds().Size() }

// CheckTarget returns an error when the picture cannot be written to path, above all
// when path is the photo itself. See photo.CheckTarget.
func (r *Rendered) CheckTarget(path string) error { return photo.CheckTarget(path, r.meta.Source) }

// Encode writes the picture as a PNG with its recipe, with the same bytes as Export.
func (r *Rendered) Encode(w io.Writer) error { return photo.EncodePNG(w, r.image, r.meta) }

// WritePNG writes the picture to path, atomically.
func (r *Rendered) WritePNG(path string) error { return photo.WritePNG(path, r.image, r.meta) }

// Render renders the request as Export does, and does not write it.
func (s *Studio) Render(ctx context.Context, r engine.Request, t engine.Timings, progress engine.ProgressFunc) (*Rendered, error) {
	if _, err := s.current.faces(r); err != nil {
		return nil, err
	}
	if err := s.diffuseForFile(ctx, r, false, t, progress); err != nil {
		return nil, err
	}
	progress(engine.Task{Kind: engine.TaskRender}, -1)
	img, release, err := s.finished(ctx, r, false, true, t)
	defer release()
	if err != nil {
		return nil, err
	}
	meta, err := s.metadata(ctx, r, false, t)
	if err != nil {
		return nil, err
	}
	return NewRendered(img, meta), ctx.Err()
}
