package refine

import (
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/invert"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// tiny opens a refiner over the graph of testdata/make_fixtures.py: the style
// has three channels, one a colour, with the mean 0 and the deviation 1.
func tiny(t *testing.T, change map[string]any) *Refiner {
	t.Helper()
	r, err := New(tinyPack(t, change, nil), onnx.Options{Provider: "cpu", Threads: 1})
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func tinyPack(t *testing.T, change map[string]any, alter func(*pack.Graph)) *pack.Pack {
	t.Helper()
	g := pack.Graph{
		Model: "refiner.onnx",
		Inputs: map[string]pack.Tensor{
			"style": packtest.F32("style", 1, 3), "offset": packtest.F32("offset", 1, 2, 2, 2), "target": packtest.F32("target", 1, 3, 4, 4),
		},
		Outputs: map[string]pack.Tensor{
			"loss": packtest.F32("loss", 1), "style_gradient": packtest.F32("style_gradient", 1, 3),
			"offset_gradient": packtest.F32("offset_gradient", 1, 2, 2, 2),
			"image":           packtest.F32("image", 1, 3, 4, 4), "spread": packtest.F32("spread", 1, 2),
		},
	}
	if alter != nil {
		alter(&g)
	}
	params := map[string]any{"style_rate": 0.1, "offset_rate": 0.07, "style_prior": 0, "offset_prior": 0, "offset_smooth": 0}
	for k, v := range change {
		params[k] = v
	}
	var stats []byte
	for _, v := range []float32{0, 0, 0, 1, 1, 1} {
		stats = binary.LittleEndian.AppendUint32(stats, math.Float32bits(v))
	}
	return packtest.Open(t, map[string][]byte{"refiner.onnx": packtest.Read(t, "refiner.onnx"), "s.f32": stats},
		map[string]pack.Component{
			Component:     {Graphs: []pack.Graph{g}, Params: packtest.Params(t, params)},
			"style_stats": {Params: packtest.Params(t, map[string]any{"matrix": "s.f32", "rows": 2, "cols": 3})},
		})
}

// photograph is 8 × 8 pixels with another colour in each quarter.
func photograph() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 8, 8))
	for y := range 8 {
		for x := range 8 {
			img.SetRGBA(x, y, color.RGBA{uint8(60 + 80*(x/4)), uint8(90 + 60*(y/4)), 120, 255})
		}
	}
	return img
}

// generator draws what the graph draws, at 8 × 8 pixels and with an error that
// the graph knows nothing of.
func generator(flaw float32) Draw {
	return func(ctx context.Context, style, offset []float32) ([]float32, int, error) {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		pix := make([]float32, 3*64)
		for i := range pix {
			c, y, x := i/64, i/8%8, i%8
			at := y/4*2 + x/4
			pix[i] = style[c] + offset[at] + offset[4+at] + flaw*float32(c+x)
		}
		if err := onnx.CheckFinite("image", pix); err != nil {
			return nil, 0, err
		}
		return pix, 8, nil
	}
}

func ignore(int, int, float64) {}

var origin = invert.Code{Style: []float32{0, 0, 0}}

func TestRefine(t *testing.T) {
	r := tiny(t, map[string]any{"check": 3})
	if r.Side() != 4 || r.Steps() != 60 {
		t.Errorf("side %d, %d steps", r.Side(), r.Steps())
	}
	var told []int
	res, err := r.Refine(t.Context(), origin, photograph(), 80, generator(0), func(step, steps int, loss float64) {
		if steps != 80 || !(loss >= 0) {
			t.Errorf("told of step %d of %d with the loss %v", step, steps, loss)
		}
		told = append(told, step)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(told) != 80 || told[0] != 1 || told[79] != 80 {
		t.Errorf("told of %v, want 1 to 80", told)
	}
	// A colour's value in a quarter is the sum of one number for each. Red has
	// a = 80/255 more and less than its mean in x, green b = 60/255 in y: such
	// a sum cannot but leave 2/9 (a² + b²).
	want := 2.0 / 9 * (math.Pow(80./255, 2) + math.Pow(60./255, 2))
	if res.Steps != 80 || res.Notice != "" || !(math.Abs(res.After-want) < 1e-3) {
		t.Errorf("%d steps, error %v → %v, want %v; notice %q", res.Steps, res.Before, res.After, want, res.Notice)
	}
	if origin.Style[0] != 0 {
		t.Error("the first code was changed")
	}
}

func TestTheGeneratorsPictureCounts(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 4, 4)) // grey
	for i := range img.Pix {
		img.Pix[i] = 150
	}
	flawed := generator(0.04)
	res, err := tiny(t, map[string]any{"check": 2}).Refine(t.Context(), origin, img, 150, flawed, ignore)
	if err != nil {
		t.Fatal(err)
	}
	// What is left of the flaw is its slope within the quarters: ±1 · 0.04.
	if !(math.Abs(res.After-0.0016) < 1e-4) {
		t.Errorf("error %v → %v: the flaw was not corrected", res.Before, res.After)
	}
	pix, _, _ := flawed(t.Context(), res.Code.Style, res.Code.Offset)
	small := make([]float32, 48)
	average(small, pix, 4, 2)
	target := make([]float32, 48)
	for i := range target {
		target[i] = 150.0/127.5 - 1
	}
	if got := meanSquare(small, target); !(math.Abs(got-res.After) < 1e-5) {
		t.Errorf("the code's picture has the error %v, told was %v", got, res.After)
	}
}

func TestSameInputSameResult(t *testing.T) {
	r := tiny(t, nil)
	code := invert.Code{Style: []float32{0.3, -0.2, 0.1}, Offset: []float32{1, 2, 3, 4, -4, -3, -2, -1}}
	run := func() Result {
		res, err := r.Refine(t.Context(), code, photograph(), 20, generator(0.01), ignore)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	a := run()
	if _, err := r.Refine(t.Context(), origin, photograph(), 5, generator(0), ignore); err != nil {
		t.Fatal(err)
	}
	b := run()
	if !slices.Equal(a.Code.Style, b.Code.Style) || !slices.Equal(a.Code.Offset, b.Code.Offset) || a.After != b.After {
		t.Errorf("two results: %v, %v", a, b)
	}
	if a.Before == a.After || code.Offset[0] != 1 {
		t.Errorf("error %v → %v, first offset now %v", a.Before, a.After, code.Offset)
	}
}

func TestNeverWorse(t *testing.T) {
	// With steps that are too large, each one increases the loss.
	r := tiny(t, map[string]any{"style_rate": 40, "offset_rate": 40, "check": 1})
	res, err := r.Refine(t.Context(), origin, photograph(), 30, generator(0), ignore)
	if err != nil {
		t.Fatal(err)
	}
	if res.After > res.Before || !strings.Contains(res.Notice, "best result so far kept") || res.Steps >= 30 {
		t.Errorf("%d steps, error %v → %v, notice %q", res.Steps, res.Before, res.After, res.Notice)
	}
	if !slices.Equal(res.Code.Style, origin.Style) || res.Code.Offset != nil {
		t.Errorf("want the first code, got %+v", res.Code)
	}
}

func TestNoNumbers(t *testing.T) {
	r := tiny(t, map[string]any{"style_rate": 1e38, "check": 100})
	res, err := r.Refine(t.Context(), origin, photograph(), 30, generator(0), ignore)
	if err != nil || !strings.Contains(res.Notice, "not a finite number") || res.Steps == 0 || res.Steps >= 30 {
		t.Errorf("got %+v, %v", res, err)
	}
	if !slices.Equal(res.Code.Style, origin.Style) || res.After != res.Before || !(res.After > 0) {
		t.Errorf("want the first code with its error, got %+v", res)
	}
	// The generator, not the graph, is the first to fail.
	calls := 0
	fails := func(ctx context.Context, style, offset []float32) ([]float32, int, error) {
		if calls++; calls > 1 {
			return nil, 0, onnx.ErrNotFinite
		}
		return generator(0)(ctx, style, offset)
	}
	res, err = tiny(t, nil).Refine(t.Context(), origin, photograph(), 30, fails, ignore)
	if err != nil || res.Notice == "" || res.After != res.Before {
		t.Errorf("a generator without numbers: got %+v, %v", res, err)
	}
	bad := invert.Code{Style: []float32{0, float32(math.NaN()), 0}}
	if _, err := r.Refine(t.Context(), bad, photograph(), 3, generator(0), ignore); !errors.Is(err, onnx.ErrNotFinite) {
		t.Errorf("a code without numbers: got %v", err)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	steps := 0
	_, err := tiny(t, nil).Refine(ctx, origin, photograph(), 1000, generator(0), func(step, _ int, _ float64) {
		steps = step
		if step == 7 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || steps != 7 {
		t.Errorf("step %d: want cancelled at 7, got %v", steps, err)
	}
}

func TestZeroSteps(t *testing.T) {
	res, err := tiny(t, nil).Refine(t.Context(), origin, photograph(), 0, generator(0), ignore)
	if err != nil || res.Steps != 0 || res.Before != res.After || !(res.Before > 0) {
		t.Errorf("got %+v, %v", res, err)
	}
}

func TestWrongArguments(t *testing.T) {
	r := tiny(t, nil)
	for name, c := range map[string]invert.Code{
		"short style":  {Style: []float32{1}},
		"short offset": {Style: []float32{1, 2, 3}, Offset: []float32{1}},
	} {
		if _, err := r.Refine(t.Context(), c, photograph(), 1, generator(0), ignore); !errors.Is(err, onnx.ErrShape) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := r.Refine(t.Context(), origin, image.NewRGBA(image.Rectangle{}), 1, generator(0), ignore); err == nil {
		t.Error("an empty picture: want an error")
	}
	if _, err := r.Refine(t.Context(), origin, photograph(), -1, generator(0), ignore); err == nil {
		t.Error("-1 steps: want an error")
	}
	odd := func(context.Context, []float32, []float32) ([]float32, int, error) {
		return make([]float32, 75), 5, nil
	}
	if _, err := r.Refine(t.Context(), origin, photograph(), 1, odd, ignore); !errors.Is(err, onnx.ErrShape) {
		t.Errorf("a picture of 5 × 5: got %v", err)
	}
}

func TestBadRefiners(t *testing.T) {
	cpu := onnx.Options{Provider: "cpu", Threads: 1}
	without := func(role string) func(*pack.Graph) {
		return func(g *pack.Graph) { delete(g.Outputs, role) }
	}
	for name, p := range map[string]*pack.Pack{
		`output "spread"`: tinyPack(t, nil, without("spread")),
		`output "image"`:  tinyPack(t, nil, without("image")),
		"style_rate is":   tinyPack(t, map[string]any{"style_rate": -1}, nil),
		"steps is 0":      tinyPack(t, map[string]any{"steps": 0}, nil),
	} {
		if _, err := New(p, cpu); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want an error about %s, got %v", name, err)
		}
	}
	none := packtest.Open(t, map[string][]byte{"x": {1}}, map[string]pack.Component{"other": {}})
	if _, err := New(none, cpu); !errors.Is(err, pack.ErrNoComponent) {
		t.Errorf("want ErrNoComponent, got %v", err)
	}
	if err := (*Refiner)(nil).Close(); err != nil {
		t.Error(err)
	}
}

func TestRoughnessIsItsOwnGradient(t *testing.T) {
	x := []float32{0.3, -1, 2, 0.5, 0.25, -0.75}
	half := func() (sum float64) {
		for i := range x {
			if i%3 > 0 {
				sum += math.Pow(float64(x[i]-x[i-1]), 2) / 2
			}
			if i >= 3 {
				sum += math.Pow(float64(x[i]-x[i-3]), 2) / 2
			}
		}
		return sum
	}
	got := make([]float32, len(x))
	addRoughness(got, x, 3, 1)
	for i := range x {
		at := x[i]
		x[i] = at + 0.01
		above := half()
		x[i] = at - 0.01
		below := half()
		x[i] = at
		if want := (above - below) / 0.02; !(math.Abs(float64(got[i])-want) < 1e-3) {
			t.Errorf("number %d: want %v, got %v", i, want, got[i])
		}
	}
}
