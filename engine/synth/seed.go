package synth

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// seedStream is the second half of the PCG state for every seed. It must never change,
// since that would change the image of every seed.
const seedStream = 0x9e3779b97f4a7c15

// Noise returns n standard normal values for a seed. The generator is PCG-DXSM
// (math/rand/v2's PCG) seeded with (seed, 0x9e3779b97f4a7c15). Each two 53-bit uniform
// values, u1 in (0, 1] and u2 in [0, 1), give two results by the Box-Muller transform:
// sqrt(-2 ln u1)·cos(2πu2) and sqrt(-2 ln u1)·sin(2πu2). A seed gives the same values
// in every version and on every machine, except for rounding of the last bit.
func Noise(seed int64, n int) []float32 {
	src := rand.NewPCG(uint64(seed), seedStream)
	out := make([]float32, n+n%2)
	const unit = 1.0 / (1 << 53)
	for i := 0; i < len(out); i += 2 {
		u1 := (float64(src.Uint64()>>11) + 1) * unit
		u2 := float64(src.Uint64()>>11) * unit
		r := math.Sqrt(-2 * math.Log(u1))
		sin, cos := math.Sincos(2 * math.Pi * u2)
		out[i], out[i+1] = float32(r*cos), float32(r*sin)
	}
	return out[:n]
}

// Random returns the style code of a random face. truncation, in [0, 2], moves it
// towards the mean face: 0 gives the mean face itself, 0.7 clean and typical faces, 1
// the network's own range. The same seed and truncation give the same code. The slice
// belongs to the caller.
func (g *Generator) Random(ctx context.Context, seed int64, truncation float32) ([]float32, error) {
	style, _, err := g.RandomCode(ctx, seed, truncation)
	return style, err
}

// RandomCode is like Random and also returns the extended code of the style (see
// SetWPlus). The slices belong to the caller.
func (g *Generator) RandomCode(ctx context.Context, seed int64, truncation float32) (style, wplus []float32, err error) {
	z, err := g.mapping.inputLen("z")
	if err != nil {
		return nil, nil, err
	}
	w, err := g.Mapping(ctx, Noise(seed, z), truncation)
	if err != nil {
		return nil, nil, err
	}
	n, err := g.affine.inputLen("w_plus")
	if err != nil {
		return nil, nil, err
	}
	if len(w) == 0 || n%len(w) != 0 {
		return nil, nil, fmt.Errorf("component \"affine\": %w: w_plus has %d values, which is no multiple of w's %d", onnx.ErrShape, n, len(w))
	}
	wplus = slices.Repeat(w, n/len(w))
	if g.plan.wplus != 0 && g.plan.wplus != n {
		return nil, nil, fmt.Errorf("component \"affine\": %w: w_plus has %d values, the generator's %d", onnx.ErrShape, n, g.plan.wplus)
	}
	style, err = g.Affine(ctx, wplus)
	return style, wplus, err
}

// Mapping converts z, standard normal noise, to w, which truncation has already moved
// towards the mean (see Random). The slice belongs to the caller.
func (g *Generator) Mapping(ctx context.Context, z []float32, truncation float32) ([]float32, error) {
	if !(truncation >= 0 && truncation <= 2) {
		return nil, fmt.Errorf("truncation is %v: want a number in [0, 2]", truncation)
	}
	return g.mapping.run(ctx, map[string][]float32{"z": z, "truncation": {truncation}}, "w")
}

// Affine converts w+, one w per layer, to a style code. The slice belongs to the
// caller.
func (g *Generator) Affine(ctx context.Context, wplus []float32) ([]float32, error) {
	return g.affine.run(ctx, map[string][]float32{"w_plus": wplus}, "style")
}

// lazySession opens the first graph of a component at its first run.
type lazySession struct {
	pack      *pack.Pack
	component string
	opts      onnx.Options

	mu     sync.Mutex
	sess   *onnx.Session
	closed bool
}

func (l *lazySession) run(ctx context.Context, in map[string][]float32, role string) ([]float32, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, fmt.Errorf("component %q: %w", l.component, onnx.ErrClosed)
	}
	if l.sess == nil {
		s, err := onnx.Load(l.pack, l.component, 0, l.opts)
		if err != nil {
			return nil, err
		}
		l.sess = s
	}
	out, err := l.sess.Run(ctx, in)
	if err != nil {
		return nil, err
	}
	v, ok := out[role]
	if !ok {
		return nil, fmt.Errorf("component %q: %w: it has no output %q", l.component, onnx.ErrShape, role)
	}
	if err := onnx.CheckFinite(l.component+"'s "+role, v); err != nil {
		return nil, err
	}
	return slices.Clone(v), nil
}

func (l *lazySession) inputLen(role string) (int, error) {
	c, err := l.pack.Component(l.component)
	if err != nil {
		return 0, err
	}
	if len(c.Graphs) == 0 || c.Graphs[0].Inputs[role].Len() < 1 {
		return 0, fmt.Errorf("component %q: %w: it has no input %q of fixed shape", l.component, onnx.ErrShape, role)
	}
	return c.Graphs[0].Inputs[role].Len(), nil
}

func (l *lazySession) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	err := l.sess.Close()
	l.sess = nil
	return err
}
