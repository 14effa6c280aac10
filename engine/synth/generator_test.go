package synth

import (
	"context"
	"errors"
	"image"
	"math"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

var f32 = packtest.F32

func trunk() pack.Graph {
	return pack.Graph{
		Model:   "trunk.onnx",
		Inputs:  map[string]pack.Tensor{"style": f32("style", 1, 3), "offset": f32("offset", 1, 2, 4, 4)},
		Outputs: map[string]pack.Tensor{"features": f32("features", 1, 2, 4, 4), "preview": f32("preview", 1, 3, 4, 4), "preview2": f32("preview2", 1, 3, 8, 8)},
	}
}

func top() pack.Graph {
	return pack.Graph{
		Model:   "top.onnx",
		Inputs:  map[string]pack.Tensor{"style": f32("style", 1, 3), "features": f32("features", 1, 2, 4, 4)},
		Outputs: map[string]pack.Tensor{"image": f32("image", 1, 3, 8, 8)},
	}
}

func whole() pack.Graph {
	return pack.Graph{
		Model:   "whole.onnx",
		Inputs:  map[string]pack.Tensor{"style": f32("style", 1, 3), "w_plus": f32("w_plus", 1, 3)},
		Outputs: map[string]pack.Tensor{"image": f32("image", 1, 3, 2, 2)},
	}
}

func tiny(t testing.TB, graphs ...pack.Graph) *Generator {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range []string{"trunk", "yield", "top", "whole", "mapping", "affine"} {
		files[name+".onnx"] = packtest.Read(t, name+".onnx")
	}
	p := packtest.Open(t, files, map[string]pack.Component{
		"generator": {Graphs: graphs},
		"mapping": {Graphs: []pack.Graph{{
			Model:   "mapping.onnx",
			Inputs:  map[string]pack.Tensor{"z": f32("z", 1, 3), "truncation": f32("truncation", 1)},
			Outputs: map[string]pack.Tensor{"w": f32("w", 1, 3)},
		}}},
		"affine": {Graphs: []pack.Graph{{
			Model:   "affine.onnx",
			Inputs:  map[string]pack.Tensor{"w_plus": f32("w_plus", 1, 2, 3)},
			Outputs: map[string]pack.Tensor{"style": f32("style", 1, 3)},
		}}},
	})
	g, err := New(p, onnx.Options{Provider: "cpu", Threads: 1})
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

func all(t *testing.T, p Picture, err error, side int, want float32) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if p.Side != side || len(p.Pix) != 3*side*side {
		t.Fatalf("want a picture of side %d, got side %d with %d values", side, p.Side, len(p.Pix))
	}
	for _, v := range p.Pix {
		if v != want {
			t.Fatalf("want %v everywhere, got %v", want, v)
		}
	}
}

func TestTwoGraphs(t *testing.T) {
	g := tiny(t, trunk(), top())
	if g.Size() != 8 || g.PreviewSize() != 8 || g.StyleLen() != 3 || g.OffsetLen() != 32 {
		t.Errorf("want 8, 8, 3, 32, got %d, %d, %d, %d", g.Size(), g.PreviewSize(), g.StyleLen(), g.OffsetLen())
	}
	ctx := context.Background()
	style := []float32{4, 5, 0}
	offset := slices.Repeat([]float32{7}, 32)
	if err := g.SetWPlus([]float32{1, 2, 3}); err != nil {
		t.Errorf("an extended code for a generator that takes none: %v", err)
	}

	p, err := g.Preview(ctx, style, nil)
	all(t, p, err, 8, 4)
	if g.done != 1 {
		t.Errorf("a preview ran %d graphs, want 1", g.done)
	}
	p, err = g.Full(ctx, style, nil)
	all(t, p, err, 8, 3) // sqrt(4 + 5)
	p, err = g.Preview(ctx, style, nil)
	all(t, p, err, 8, 4)
	if g.done != 2 {
		t.Error("a preview of the same code was computed again")
	}
	p, err = g.Full(ctx, style, offset)
	all(t, p, err, 8, 4) // sqrt(4 + 7 + 5)
	p, err = g.Full(ctx, style, nil)
	all(t, p, err, 8, 3)
	// style is copied, so a change of the caller's slice in place is noticed.
	style[1] = 12
	p, err = g.Full(ctx, style, nil)
	all(t, p, err, 8, 4)
	// An offset is identified by its slice.
	p, err = g.Full(ctx, style, offset)
	all(t, p, err, 8, float32(math.Sqrt(4+7+12)))
	p, err = g.Full(ctx, style, slices.Repeat([]float32{20}, 32))
	all(t, p, err, 8, 6)
}

// A run copies no input of the first graph, and a moved slider allocates nothing.
func TestInputsAreTheSessionsOwn(t *testing.T) {
	first := trunk()
	first.Model = "yield.onnx"
	first.Inputs["reference"] = f32("reference", 1, 2, 4, 4)
	g := tiny(t, first, top())
	for role, own := range map[string][]float32{"style": g.style, "offset": g.offset, "reference": g.reference} {
		if in := g.parts[0].sess.Input(role); len(in) == 0 || &in[0] != &own[0] {
			t.Errorf("%s is copied", role)
		}
	}
	// The other graphs load meanwhile, which allocates.
	if err := g.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	style, offset := []float32{4, 5, 0}, slices.Repeat([]float32{7}, 32)
	n := testing.AllocsPerRun(100, func() {
		style[0] += 0.01
		if _, err := g.Preview(t.Context(), style, offset); err != nil {
			t.Fatal(err)
		}
	})
	if n > 0 {
		t.Errorf("%v allocations a preview, want none", n)
	}
}

func TestOffsetsYieldAwayFromTheirCode(t *testing.T) {
	first := trunk()
	first.Model = "yield.onnx"
	first.Inputs["reference"] = f32("reference", 1, 2, 4, 4)
	g := tiny(t, first, top())
	ctx := context.Background()
	offset := slices.Repeat([]float32{7}, 32)
	if err := g.SetReference(ctx, []float32{2, 9, 0}); err != nil {
		t.Fatal(err)
	}
	p, err := g.Preview(ctx, []float32{2.5, 0, 0}, offset)
	all(t, p, err, 8, 9.5) // near the code: the offset counts
	p, err = g.Preview(ctx, []float32{4, 0, 0}, offset)
	all(t, p, err, 8, 4) // far from it
	if err := g.SetReference(ctx, []float32{2, 9, 0}); err != nil || g.done != 1 {
		t.Errorf("the code in force set again: %v, and %d graphs are left, want 1", err, g.done)
	}
	if err := g.SetReference(ctx, []float32{4.5, 9, 0}); err != nil {
		t.Fatal(err)
	}
	p, err = g.Preview(ctx, []float32{4, 0, 0}, offset)
	all(t, p, err, 8, 11)
	if err := g.SetReference(ctx, nil); err != nil { // zeros, to this fake generator
		t.Fatal(err)
	}
	p, err = g.Preview(ctx, []float32{0.5, 0, 0}, offset)
	all(t, p, err, 8, 7.5)
	for _, bad := range [][]float32{{1}, {float32(math.NaN()), 0, 0}} {
		if err := g.SetReference(ctx, bad); err == nil {
			t.Errorf("%v: want an error", bad)
		}
	}
	plain := tiny(t, trunk(), top())
	if err := plain.SetReference(ctx, []float32{1}); err != nil {
		t.Errorf("a generator that takes none: %v", err)
	}
}

func TestOneGraphWithWPlus(t *testing.T) {
	g := tiny(t, whole())
	ctx := context.Background()
	p, err := g.Preview(ctx, []float32{2, 0, 0}, nil)
	all(t, p, err, 2, 2)
	if err := g.SetWPlus([]float32{3, 0, 0}); err != nil {
		t.Fatal(err)
	}
	p, err = g.Full(ctx, []float32{2, 0, 0}, nil)
	all(t, p, err, 2, 5)
	if err := g.SetWPlus([]float32{3, 0, 0}); err != nil || g.done != 1 {
		t.Errorf("setting the same code again: %v, %d graphs still valid, want 1", err, g.done)
	}
	// A face without an extended code must not inherit the last one's.
	if err := g.SetWPlus(nil); err != nil {
		t.Fatal(err)
	}
	p, err = g.Full(ctx, []float32{2, 0, 0}, nil)
	all(t, p, err, 2, 2)
	if err := g.SetWPlus([]float32{1}); !errors.Is(err, onnx.ErrShape) {
		t.Errorf("want ErrShape, got %v", err)
	}
	if _, err := g.Full(ctx, []float32{2, 0, 0}, make([]float32, 32)); !errors.Is(err, onnx.ErrShape) {
		t.Errorf("an offset to a generator without: want ErrShape, got %v", err)
	}
}

func TestBadCodes(t *testing.T) {
	g := tiny(t, trunk(), top())
	ctx := context.Background()
	nan := float32(math.NaN())
	for _, c := range []struct {
		name          string
		style, offset []float32
		want          error
	}{
		{"short style", []float32{1}, nil, onnx.ErrShape},
		{"no style", nil, nil, onnx.ErrShape},
		{"NaN style", []float32{nan, 0, 0}, nil, onnx.ErrNotFinite},
		{"short offset", []float32{1, 1, 1}, []float32{1}, onnx.ErrShape},
		{"NaN offset", []float32{1, 1, 1}, slices.Repeat([]float32{nan}, 32), onnx.ErrNotFinite},
		{"NaN picture", []float32{1, -9, 1}, nil, onnx.ErrNotFinite},
	} {
		if _, err := g.Full(ctx, c.style, c.offset); !errors.Is(err, c.want) {
			t.Errorf("%s: want %v, got %v", c.name, c.want, err)
		}
	}
	p, err := g.Full(ctx, []float32{4, 5, 0}, nil)
	all(t, p, err, 8, 3)
}

func TestCancelled(t *testing.T) {
	g := tiny(t, trunk(), top())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := g.Full(ctx, []float32{4, 5, 0}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("want %v, got %v", context.Canceled, err)
	}
	p, err := g.Full(context.Background(), []float32{4, 5, 0}, nil)
	all(t, p, err, 8, 3)
}

func TestClosed(t *testing.T) {
	g := tiny(t, trunk(), top())
	for range 2 {
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := g.Full(context.Background(), []float32{4, 5, 0}, nil); !errors.Is(err, onnx.ErrClosed) {
		t.Errorf("want %v, got %v", onnx.ErrClosed, err)
	}
	if _, err := g.Random(context.Background(), 1, 1); !errors.Is(err, onnx.ErrClosed) {
		t.Errorf("want %v, got %v", onnx.ErrClosed, err)
	}
}

func TestRandom(t *testing.T) {
	g := tiny(t, trunk(), top())
	ctx := context.Background()
	got, err := g.Random(ctx, 42, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	for i, z := range Noise(42, 3) {
		if want := 2 * (0.5 * z); got[i] != want {
			t.Errorf("channel %d: want %v, got %v", i, want, got[i])
		}
	}
	for _, bad := range []float32{-0.1, 2.1, float32(math.NaN()), float32(math.Inf(1))} {
		if _, err := g.Random(ctx, 42, bad); err == nil {
			t.Errorf("truncation %v: want an error", bad)
		}
	}
}

// These numbers determine the face of a seed: they must never change.
func TestNoiseIsForever(t *testing.T) {
	want := map[int64][]float32{
		0:       {-0.22806294, -1.2211876, -0.13664049, -0.039914414},
		1:       {-0.049357858, -0.37578171, 0.34477407, -0.29607776},
		-1:      {-2.4307988, 0.15333053, -0.7118926, -1.3254648},
		1 << 40: {0.708055, -1.4625318, -0.3517109, -0.45720997},
	}
	for seed, w := range want {
		got := Noise(seed, len(w))
		for i := range w {
			if !(math.Abs(float64(got[i]-w[i])) < 1e-6) {
				t.Errorf("seed %d, value %d: want %v, got %v", seed, i, w[i], got[i])
			}
		}
	}
	if odd := Noise(1, 3); !slices.Equal(odd, Noise(1, 4)[:3]) {
		t.Error("an odd number of values differs from an even one's start")
	}
	var sum, squares float64
	const n = 100000
	for _, v := range Noise(7, n) {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	if mean, variance := sum/n, squares/n; !(math.Abs(mean) < 0.02 && math.Abs(variance-1) < 0.03) {
		t.Errorf("want mean 0 and variance 1, got %v and %v", mean, variance)
	}
}

func TestPlan(t *testing.T) {
	with := func(g pack.Graph, side map[string]pack.Tensor, role string, tensor *pack.Tensor) pack.Graph {
		if tensor == nil {
			delete(side, role)
		} else {
			side[role] = *tensor
		}
		return g
	}
	odd, wide := f32("image", 1, 3, 8, 9), f32("features", 1, 2, 4, 5)
	noImage, badImage, badFeatures, noStyle, lost := top(), top(), top(), whole(), trunk()
	for _, c := range []struct {
		name   string
		graphs []pack.Graph
		want   string
	}{
		{"none", nil, "no graph"},
		{"no image", []pack.Graph{trunk(), with(noImage, noImage.Outputs, "image", nil)}, `output "image"`},
		{"not square", []pack.Graph{trunk(), with(badImage, badImage.Outputs, "image", &odd)}, "float32[1 3 8 9]"},
		{"features from nowhere", []pack.Graph{top()}, `input "features": no graph before it makes it`},
		{"features of another shape", []pack.Graph{trunk(), with(badFeatures, badFeatures.Inputs, "features", &wide)}, "an earlier graph makes"},
		{"a reference to nothing", []pack.Graph{with(lost, lost.Inputs, "reference", &wide), top()}, `input "reference"`},
		{"no style", []pack.Graph{with(noStyle, noStyle.Inputs, "style", nil)}, `input "style"`},
	} {
		if _, err := newPlan(c.graphs); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want an error with %q, got %v", c.name, c.want, err)
		}
	}
}

func TestDraw(t *testing.T) {
	p := Picture{Side: 2, Pix: []float32{-1, 1, 0, 3, -1, 1, 0, -3, -1, 1, 0, 0.5}}
	img := image.NewRGBA(image.Rect(0, 0, 2, 2))
	if err := p.Draw(img); err != nil {
		t.Fatal(err)
	}
	want := []uint8{0, 0, 0, 255, 255, 255, 255, 255, 128, 128, 128, 255, 255, 0, 191, 255}
	if !slices.Equal(img.Pix, want) {
		t.Errorf("want %v, got %v", want, img.Pix)
	}
	if err := p.Draw(image.NewRGBA(image.Rect(0, 0, 3, 2))); err == nil {
		t.Error("a picture of another size: want an error")
	}
}

// Provider covers all graphs, not only the first.
func TestProviderOfEveryGraph(t *testing.T) {
	g := tiny(t, trunk(), top())
	if err := g.Wait(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := g.Provider(); got != "cpu" {
		t.Errorf("both on the CPU: got %q", got)
	}
	on := map[*onnx.Session]string{g.parts[0].sess: "webgpu", g.parts[1].sess: "cpu"}
	if got := g.collect("+", func(s *onnx.Session) string { return on[s] }); got != "webgpu+cpu" {
		t.Errorf("want webgpu+cpu, got %q", got)
	}
}
