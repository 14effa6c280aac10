// Package invert finds the style code of an aligned photograph.
package invert

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

// Code is the generator's input that reconstructs a photograph. The slices belong to
// the caller.
type Code struct {
	Style []float32
	// Offset is added to the generator's features; nil if the pack's inverter does not
	// predict it.
	Offset []float32
	// WPlus is the extended code; nil if the pack's inverter does not predict it.
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

// Provider returns the provider that actually runs the inverter.
func (v *Inverter) Provider() string { return v.sess.Provider() }

// Notice says why another provider is used than the one requested, or "".
func (v *Inverter) Notice() string { return v.sess.Notice() }

// Invert returns the code of an aligned face of any size, which is scaled to Side.
func (v *Inverter) Invert(ctx context.Context, aligned *image.RGBA) (Code, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := planar.From(v.in["image"], aligned, v.w, v.h, planar.Signed); err != nil {
		return Code{}, fmt.Errorf("reconstruct the face: %w", err)
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

// Close frees the session. It may be called twice.
func (v *Inverter) Close() error {
	if v == nil {
		return nil
	}
	return v.sess.Close()
}
