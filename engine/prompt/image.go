package prompt

import (
	"context"
	"fmt"
	"image"
	"slices"
	"sync"

	"deltaedit/engine/internal/planar"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// ImageEncoder turns aligned faces into unit vectors of the shared space. Its methods
// may be called from any goroutine; one runs at a time.
type ImageEncoder struct {
	mu   sync.Mutex
	sess *onnx.Session
	w, h int
	norm planar.Norm
	in   map[string][]float32
}

// NewImage opens the pack's image encoder.
func NewImage(p *pack.Pack, o onnx.Options) (*ImageEncoder, error) {
	s, err := onnx.Load(p, "image_encoder", 0, o)
	if err != nil {
		return nil, err
	}
	e, err := newImage(p, s)
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("pack %q: component \"image_encoder\": %w", p.Name(), err)
	}
	return e, nil
}

func newImage(p *pack.Pack, s *onnx.Session) (*ImageEncoder, error) {
	c, err := p.Component("image_encoder")
	if err != nil {
		return nil, err
	}
	params := struct {
		Mean [3]float32 `json:"mean"`
		Std  [3]float32 `json:"std"`
	}{planar.Signed.Mean, planar.Signed.Std}
	if err := c.Decode(&params); err != nil {
		return nil, err
	}
	for _, v := range params.Std {
		if !(v > 0) {
			return nil, fmt.Errorf("params: std is %v: want positive numbers", params.Std)
		}
	}
	w, h, err := planar.Shape(s.Graph().Inputs["image"].Shape)
	if err != nil {
		return nil, fmt.Errorf("%w: input \"image\": %w", onnx.ErrShape, err)
	}
	if _, ok := s.Graph().Outputs["vector"]; !ok {
		return nil, fmt.Errorf("%w: it has no output \"vector\"", onnx.ErrShape)
	}
	return &ImageEncoder{
		sess: s, w: w, h: h,
		norm: planar.Norm{Mean: params.Mean, Std: params.Std},
		in:   map[string][]float32{"image": s.Input("image")},
	}, nil
}

// Provider returns the provider that actually runs the image encoder.
func (e *ImageEncoder) Provider() string { return e.sess.Provider() }

// Vector returns the unit vector of an aligned face of any size. The slice
// belongs to the caller.
func (e *ImageEncoder) Vector(ctx context.Context, aligned *image.RGBA) ([]float32, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := planar.From(e.in["image"], aligned, e.w, e.h, e.norm); err != nil {
		return nil, fmt.Errorf("image encoder: %w", err)
	}
	out, err := e.sess.Run(ctx, e.in)
	if err != nil {
		return nil, err
	}
	if err := onnx.CheckFinite("the image encoder's vector", out["vector"]); err != nil {
		return nil, err
	}
	v := slices.Clone(out["vector"])
	if normalize(v) == 0 {
		return nil, fmt.Errorf("image encoder: %w: its vector is zero", onnx.ErrNotFinite)
	}
	return v, nil
}

// Close frees the session. It may be called twice.
func (e *ImageEncoder) Close() error {
	if e == nil {
		return nil
	}
	return e.sess.Close()
}
