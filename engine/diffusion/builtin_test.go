package diffusion_test

import (
	"math"
	"slices"
	"testing"

	"deltaedit/engine/diffusion"
	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/onnx"
	"deltaedit/engine/synth"
)

// TestBuiltin walks a generated face to noise and back with the built-in pack, and
// back under another person's code.
func TestBuiltin(t *testing.T) {
	if testing.Short() {
		t.Skip("the real model takes many seconds")
	}
	p := packtest.Builtin(t)
	if !p.Has(diffusion.Component) {
		t.Skipf("the built pack has no component %q: run make setup", diffusion.Component)
	}
	cpu := onnx.Options{Provider: "cpu"}
	d, err := diffusion.New(p, cpu)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	g, err := synth.New(p, cpu)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	ctx := t.Context()
	if err := g.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if s := d.Spec(); s.Side != g.PreviewSize() || s.StyleLen != g.StyleLen() {
		t.Fatalf("spec %+v for previews of %d and %d channels", s, g.PreviewSize(), g.StyleLen())
	}
	person := func(seed int64) diffusion.Condition {
		style, err := g.Random(ctx, seed, 0.7)
		if err != nil {
			t.Fatal(err)
		}
		pic, err := g.Preview(ctx, style, nil)
		if err != nil {
			t.Fatal(err)
		}
		return diffusion.Condition{Style: style, Picture: slices.Clone(pic.Pix)}
	}
	one, other := person(1), person(2)
	run := func(w *diffusion.Walk, err error) []float32 {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		out, err := w.Run(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		return slices.Clone(out)
	}
	noise := run(d.Encode(one.Picture, one, 10))
	back := run(d.Decode(noise, one, 10))
	if again := run(d.Decode(noise, one, 10)); !slices.Equal(again, back) {
		t.Error("the same noise gives another picture")
	}
	changed := run(d.Decode(noise, other, 10))
	near, far := meanSquare(back, one.Picture), meanSquare(changed, one.Picture)
	t.Logf("there and back %.5f, under another code %.5f", near, far)
	if !(near < 0.01) {
		t.Errorf("there and back the picture has the error %v", near)
	}
	if !(far > 4*near) || !(meanSquare(changed, other.Picture) < meanSquare(one.Picture, other.Picture)) {
		t.Errorf("under another code the picture is %v from where it began, and %v from the other", far, meanSquare(changed, other.Picture))
	}
}

func meanSquare(a, b []float32) float64 {
	sum := 0.0
	for i, v := range a {
		sum += math.Pow(float64(v-b[i]), 2)
	}
	return sum / float64(len(a))
}
