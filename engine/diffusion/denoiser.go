package diffusion

import (
	"context"
	"fmt"
	"slices"

	"deltaedit/engine/internal/planar"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// Condition is the condition under which an image is drawn.
type Condition struct {
	// Style is a style code of the pack's generator.
	Style []float32
	// Picture is the generator's image of the style code: three planes of Side × Side
	// values in about [-1, 1], including the face's feature offset.
	Picture []float32
}

// Denoiser holds the pack's network. It and the walks that it starts may be used by one
// goroutine at a time.
type Denoiser struct {
	sess   *onnx.Session
	spec   Spec
	params params
	in     map[string][]float32
}

// Spec holds the properties of the component in the manifest.
type Spec struct {
	// Side of the images in pixels.
	Side int
	// StyleLen is the number of style channels.
	StyleLen int
	// Steps is the number of steps that the pack recommends.
	Steps int
}

// Check checks the component in the manifest and returns its properties. An error wraps
// pack.ErrNoComponent when the pack has none, and otherwise says what is wrong.
func Check(p *pack.Pack) (Spec, error) {
	spec, _, err := check(p)
	return spec, err
}

func check(p *pack.Pack) (Spec, params, error) {
	pr := defaults()
	c, err := p.Component(Component)
	if err != nil {
		return Spec{}, pr, err
	}
	if err := c.Decode(&pr); err != nil {
		return Spec{}, pr, fmt.Errorf("pack %q: component %q: %w", p.Name(), Component, err)
	}
	if err := pr.check(); err != nil {
		return Spec{}, pr, fmt.Errorf("pack %q: %w", p.Name(), err)
	}
	spec, err := tensors(c)
	if err != nil {
		return Spec{}, pr, fmt.Errorf("pack %q: component %q: %w", p.Name(), Component, err)
	}
	spec.Steps = pr.Steps
	return spec, pr, nil
}

// tensors checks the graph's inputs and outputs.
func tensors(c pack.Component) (Spec, error) {
	if len(c.Graphs) != 1 {
		return Spec{}, fmt.Errorf("%w: %d graphs, want 1", pack.ErrManifest, len(c.Graphs))
	}
	g := c.Graphs[0]
	side, h, err := planar.Shape(g.Inputs["picture"].Shape)
	if err != nil || side != h {
		return Spec{}, fmt.Errorf("%w: input \"picture\" is %s, want [1 3 side side]", onnx.ErrShape, g.Inputs["picture"])
	}
	style := g.Inputs["style"]
	if len(style.Shape) != 2 || style.Shape[0] != 1 || style.Len() < 1 {
		return Spec{}, fmt.Errorf("%w: input \"style\" is %s, want [1 channels]", onnx.ErrShape, style)
	}
	square := []int64{1, 3, int64(side), int64(side)}
	for _, want := range []struct {
		what, role string
		from       map[string]pack.Tensor
		shape      []int64
	}{
		{"input", "sigma", g.Inputs, []int64{1}},
		{"input", "condition", g.Inputs, square},
		{"output", "denoised", g.Outputs, square},
	} {
		if t, ok := want.from[want.role]; !ok || !slices.Equal(t.Shape, want.shape) {
			return Spec{}, fmt.Errorf("%w: %s %q is %s, want %v", onnx.ErrShape, want.what, want.role, t, want.shape)
		}
	}
	if len(g.Inputs) != 4 {
		return Spec{}, fmt.Errorf("%w: %d inputs, want picture, sigma, condition and style", onnx.ErrShape, len(g.Inputs))
	}
	return Spec{Side: side, StyleLen: style.Len()}, nil
}

// New opens the pack's denoiser. Errors are those of Check and of onnx.Load.
func New(p *pack.Pack, o onnx.Options) (*Denoiser, error) {
	spec, pr, err := check(p)
	if err != nil {
		return nil, err
	}
	s, err := onnx.Load(p, Component, 0, o)
	if err != nil {
		return nil, err
	}
	return &Denoiser{sess: s, spec: spec, params: pr, in: map[string][]float32{
		"picture": s.Input("picture"), "sigma": s.Input("sigma"), "condition": s.Input("condition"), "style": s.Input("style"),
	}}, nil
}

// Spec returns the properties of the denoiser in the manifest.
func (d *Denoiser) Spec() Spec { return d.spec }

// Encode starts a walk from an image (three planes of Side × Side values in [-1, 1]) to
// the noise that decodes to it under the condition. steps is in [MinSteps, MaxSteps].
func (d *Denoiser) Encode(picture []float32, c Condition, steps int) (*Walk, error) {
	return d.walk(picture, c, steps, true)
}

// Decode starts a walk from noise to an image under a condition. The noise must be the
// result of an Encode walk with the same number of steps.
func (d *Denoiser) Decode(noise []float32, c Condition, steps int) (*Walk, error) {
	return d.walk(noise, c, steps, false)
}

func (d *Denoiser) walk(x []float32, c Condition, steps int, up bool) (*Walk, error) {
	if err := CheckSteps(steps); err != nil {
		return nil, err
	}
	n := 3 * d.spec.Side * d.spec.Side
	for _, in := range []struct {
		what string
		v    []float32
		want int
	}{{"picture", x, n}, {"condition", c.Picture, n}, {"style code", c.Style, d.spec.StyleLen}} {
		if len(in.v) != in.want {
			return nil, fmt.Errorf("draw by diffusion: %s: %w: want %d values, got %d", in.what, onnx.ErrShape, in.want, len(in.v))
		}
		if err := onnx.CheckFinite(in.what, in.v); err != nil {
			return nil, fmt.Errorf("draw by diffusion: %w", err)
		}
	}
	sigmas := d.params.karras(steps)
	if up {
		slices.Reverse(sigmas)
	}
	c = Condition{Style: slices.Clone(c.Style), Picture: slices.Clone(c.Picture)}
	return NewWalk(x, sigmas, func(ctx context.Context, x []float32, sigma float64) ([]float32, error) {
		return d.denoise(ctx, x, sigma, c)
	}), nil
}

// denoise runs the network once.
func (d *Denoiser) denoise(ctx context.Context, x []float32, sigma float64, c Condition) ([]float32, error) {
	copy(d.in["picture"], x)
	d.in["sigma"][0] = float32(sigma)
	copy(d.in["condition"], c.Picture)
	copy(d.in["style"], c.Style)
	out, err := d.sess.Run(ctx, d.in)
	if err != nil {
		return nil, err
	}
	return out["denoised"], nil
}

// Provider returns the execution provider that actually runs the network.
func (d *Denoiser) Provider() string { return d.sess.Provider() }

// Notice says why another provider is used than the one requested, or "".
func (d *Denoiser) Notice() string { return d.sess.Notice() }

// Close frees the session. It may be called twice.
func (d *Denoiser) Close() error {
	if d == nil {
		return nil
	}
	return d.sess.Close()
}
