// Package refine fits a style code and a feature offset to a photograph by
// gradient descent, through the pack's gradient graph (component "refiner",
// models/deltapack/refiner.py).
package refine

import (
	"context"
	"fmt"
	"image"

	"deltaedit/engine/internal/planar"
	"deltaedit/engine/invert"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// Component is the name of the pack's component. Refining needs a pack that has it.
const Component = "refiner"

// Draw renders a code with the pack's generator at full size: three planes of side·side
// values in about [-1, 1]. The slice is read before the next call and may belong to the
// generator. side is a multiple of Refiner.Side.
type Draw func(ctx context.Context, style, offset []float32) (pix []float32, side int, err error)

// Progress is called after each step. step counts from 1 to steps, and loss is the
// value that the descent minimises, without a unit. It is called on the goroutine that
// refines and must return quickly.
type Progress func(step, steps int, loss float64)

// Result is the result of a refinement.
type Result struct {
	// Code is the best code, measured on the generator's images, and never worse than
	// the first one. It belongs to the caller; if no code was better, its slices are
	// those of the first code.
	Code invert.Code
	// Steps is the number of steps taken.
	Steps int
	// Before and After are the mean squared error of the generator's image against the
	// photograph, both averaged to Side pixels, on [-1, 1], for the first code and for
	// Code.
	Before, After float64
	// Notice says why the descent ended early, or "".
	Notice string
}

// Refiner holds the gradient graph. It may be used by one goroutine at a time.
type Refiner struct {
	sess   *onnx.Session
	side   int
	shape  [3]int // of the offset: channels, height, width
	params params
	mean   []float32 // of each style channel over the generator's faces
	std    []float32
}

// New opens the pack's refiner. An error wraps pack.ErrNoComponent if the pack has
// none, and otherwise says what is wrong.
func New(p *pack.Pack, o onnx.Options) (*Refiner, error) {
	c, err := p.Component(Component)
	if err != nil {
		return nil, err
	}
	s, err := onnx.Load(p, Component, 0, o)
	if err != nil {
		return nil, err
	}
	r, err := newRefiner(p, c, s)
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("pack %q: component %q: %w", p.Name(), Component, err)
	}
	return r, nil
}

func newRefiner(p *pack.Pack, c pack.Component, s *onnx.Session) (*Refiner, error) {
	r := &Refiner{sess: s, params: defaults()}
	if err := c.Decode(&r.params); err != nil {
		return nil, err
	}
	if err := r.params.check(); err != nil {
		return nil, err
	}
	g := s.Graph()
	w, h, err := planar.Shape(g.Inputs["target"].Shape)
	if err != nil || w != h {
		return nil, fmt.Errorf("%w: input \"target\" is %s, want a square picture", onnx.ErrShape, g.Inputs["target"])
	}
	r.side = w
	o := g.Inputs["offset"].Shape
	if len(o) != 4 || o[0] != 1 {
		return nil, fmt.Errorf("%w: input \"offset\" is %s, want [1 channels height width]", onnx.ErrShape, g.Inputs["offset"])
	}
	r.shape = [3]int{int(o[1]), int(o[2]), int(o[3])}
	style := g.Inputs["style"]
	if len(style.Shape) != 2 || style.Shape[0] != 1 {
		return nil, fmt.Errorf("%w: input \"style\" is %s, want [1 channels]", onnx.ErrShape, style)
	}
	want := map[string]int{
		"loss": 1, "style_gradient": style.Len(), "offset_gradient": g.Inputs["offset"].Len(),
		"image": g.Inputs["target"].Len(), "spread": r.shape[0],
	}
	for role, n := range want {
		if t, ok := g.Outputs[role]; !ok || t.Len() != n {
			return nil, fmt.Errorf("%w: output %q: want %d values, got %s", onnx.ErrShape, role, n, t)
		}
	}
	r.mean, r.std, err = statistics(p, style.Len())
	return r, err
}

// Side returns the side in pixels at which images are compared.
func (r *Refiner) Side() int { return r.side }

// Steps returns the number of steps that the pack recommends.
func (r *Refiner) Steps() int { return r.params.Steps }

// Refine takes n descent steps from a code toward an aligned photograph, which may have
// any size from Side up. The same arguments give the same result on the same machine.
//
// It returns ctx.Err() soon after ctx ends, also within a step. A descent that fails
// (numbers that are not finite, or images that get far worse) ends early without an
// error, and Result.Notice says why.
func (r *Refiner) Refine(ctx context.Context, code invert.Code, aligned *image.RGBA, n int, draw Draw, progress Progress) (Result, error) {
	f, err := r.newFit(code, aligned, n, draw)
	if err != nil {
		return Result{}, fmt.Errorf("refine the face: %w", err)
	}
	if err := f.descend(ctx, progress); err != nil {
		return Result{}, err
	}
	return f.result, nil
}

// Close frees the session. It may be called twice.
func (r *Refiner) Close() error {
	if r == nil {
		return nil
	}
	return r.sess.Close()
}
