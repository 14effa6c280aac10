// Package invert finds the style code of an aligned photograph.
package invert

import (
	"context"
	"fmt"
	"image"
	"slices"
	"sync"

	"deltaedit/engine/onnx"
	"deltaedit/engine/onnx/planar"
	"deltaedit/engine/pack"
)

// Code is what the generator needs to show a photograph again. The slices
// belong to the caller.
type Code struct {
	Style []float32
	// Offset is added to the generator's features; nil when the pack's
	// inverter gives none.
	Offset []float32
	// WPlus is the extended code; nil when the pack's inverter gives none.
	WPlus []float32
}

// Inverter runs the pack's inverter. Its methods may be called from any
// goroutine; one runs at a time.
type Inverter struct {
	mu   sync.Mutex
	sess *onnx.Session
	w, h int
	in   map[string][]float32
}

// New opens the pack's inverter.
func New(p *pack.Pack, o onnx.Options) (*Inverter, error) {
	s, err := onnx.Load(p, "inverter", 0, o)
	if err != nil {
		return nil, err
	}
	v, err := newInverter(s)
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("pack %q: component \"inverter\": %w", p.Name(), err)
	}
	return v, nil
}

func newInverter(s *onnx.Session) (*Inverter, error) {
	g := s.Graph()
	w, h, err := planar.Shape(g.Inputs["image"].Shape)
	if err != nil {
		return nil, fmt.Errorf("%w: input \"image\": %w", onnx.ErrShape, err)
	}
	if _, ok := g.Outputs["style"]; !ok {
		return nil, fmt.Errorf("%w: it has no output \"style\"", onnx.ErrShape)
	}
	return &Inverter{sess: s, w: w, h: h, in: map[string][]float32{"image": s.Input("image")}}, nil
}

// Side returns the side in pixels to which photographs are scaled.
func (v *Inverter) Side() int { return v.w }

// Provider returns the provider that really runs the inverter.
func (v *Inverter) Provider() string { return v.sess.Provider() }

// Notice says what is to be known about the provider; "" is nothing.
func (v *Inverter) Notice() string { return v.sess.Notice() }

// Invert returns the code of an aligned face of any size; it is scaled to the
// inverter's own.
func (v *Inverter) Invert(ctx context.Context, aligned *image.RGBA) (Code, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := planar.From(v.in["image"], aligned, v.w, v.h, planar.Signed); err != nil {
		return Code{}, fmt.Errorf("invert: %w", err)
	}
	out, err := v.sess.Run(ctx, v.in)
	if err != nil {
		return Code{}, err
	}
	for role, values := range out {
		if err := onnx.CheckFinite("the inverter's "+role, values); err != nil {
			return Code{}, err
		}
	}
	return Code{Style: slices.Clone(out["style"]), Offset: slices.Clone(out["offset"]), WPlus: slices.Clone(out["w_plus"])}, nil
}

// Close frees the session. Closing twice is fine.
func (v *Inverter) Close() error {
	if v == nil {
		return nil
	}
	return v.sess.Close()
}
