package synth

import (
	"context"
	"math"
	"slices"
	"testing"

	"deltaedit/engine/onnx"
)

// The built-in pack makes faces: the same seed gives the same image, another seed
// another one, and no image has only one colour.
func TestBuiltinFaces(t *testing.T) {
	ctx := context.Background()
	g := builtin(t, onnx.Options{Provider: "cpu"})
	var pictures [][]float32
	for _, seed := range []int64{1, 1, 2} {
		style, err := g.Random(ctx, seed, 0.7)
		if err != nil {
			t.Fatal(err)
		}
		g.done = 0 // compute everything again
		p, err := g.Preview(ctx, style, nil)
		if err != nil {
			t.Fatal(err)
		}
		if p.Side != g.PreviewSize() {
			t.Errorf("want side %d, got %d", g.PreviewSize(), p.Side)
		}
		pictures = append(pictures, slices.Clone(p.Pix))
	}
	if d := rms(pictures[0], pictures[1]); !(d == 0) {
		t.Errorf("the same seed gave another picture: difference %v", d)
	}
	if d := rms(pictures[0], pictures[2]); !(d > 0.1) {
		t.Errorf("another seed gave nearly the same picture: difference %v", d)
	}
	if d := rms(pictures[0], make([]float32, len(pictures[0]))); !(d > 0.1 && d < 1.5) {
		t.Errorf("want a picture in about [-1, 1], got a root mean square of %v", d)
	}
}

func rms(a, b []float32) float64 {
	var s float64
	for i := range a {
		d := float64(a[i] - b[i])
		s += d * d
	}
	return math.Sqrt(s / float64(len(a)))
}
