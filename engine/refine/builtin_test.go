package refine_test

import (
	"context"
	"image"
	"slices"
	"testing"

	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/invert"
	"deltaedit/engine/onnx"
	"deltaedit/engine/refine"
	"deltaedit/engine/synth"
)

// TestBuiltin goes a few steps from one generated face toward another, with the
// built-in pack.
func TestBuiltin(t *testing.T) {
	if testing.Short() {
		t.Skip("the real model takes many seconds")
	}
	p := packtest.Builtin(t)
	if !p.Has(refine.Component) {
		t.Skip("the built pack is of before the refiner: run make setup")
	}
	cpu := onnx.Options{Provider: "cpu", Lean: true}
	r, err := refine.New(p, cpu)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Side() != 256 || refine.Recommended(p) != r.Steps() {
		t.Errorf("side %d, %d steps, recommended %d", r.Side(), r.Steps(), refine.Recommended(p))
	}
	g, err := synth.New(p, cpu)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	ctx := t.Context()
	if err := g.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	draw := func(ctx context.Context, style, offset []float32) ([]float32, int, error) {
		pic, err := g.Full(ctx, style, slices.Clone(offset))
		return pic.Pix, pic.Side, err
	}
	wanted, err := g.Random(ctx, 1, 0.7)
	if err != nil {
		t.Fatal(err)
	}
	pic, err := g.Full(ctx, wanted, nil)
	if err != nil {
		t.Fatal(err)
	}
	photo := image.NewRGBA(image.Rect(0, 0, pic.Side, pic.Side))
	if err := pic.Draw(photo); err != nil {
		t.Fatal(err)
	}
	from, err := g.Random(ctx, 2, 0.7)
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.Refine(ctx, invert.Code{Style: from}, photo, 6, draw, func(int, int, float64) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("error %.4f → %.4f", res.Before, res.After)
	if res.Steps != 6 || res.Notice != "" || !(res.After < res.Before/2) {
		t.Errorf("after %d steps the error is %v, before %v; notice %q", res.Steps, res.After, res.Before, res.Notice)
	}
	if len(res.Code.Offset) != g.OffsetLen() || len(res.Code.Style) != g.StyleLen() {
		t.Errorf("code of %d and %d values", len(res.Code.Style), len(res.Code.Offset))
	}
	// The code that is right already is not spoiled.
	same, err := r.Refine(ctx, invert.Code{Style: wanted}, photo, 2, draw, func(int, int, float64) {})
	if err != nil || same.After > same.Before || !(same.Before < 1e-4) {
		t.Errorf("error %v → %v, %v", same.Before, same.After, err)
	}
}
