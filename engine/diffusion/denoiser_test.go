package diffusion

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// tinyPack has a graph of testdata/make_fixtures.py as its component.
func tinyPack(t *testing.T, graph string, change map[string]any, alter func(*pack.Component)) *pack.Pack {
	t.Helper()
	c := pack.Component{Graphs: []pack.Graph{{
		Model: "d.onnx",
		Inputs: map[string]pack.Tensor{
			"picture": packtest.F32("picture", 1, 3, 8, 8), "sigma": packtest.F32("sigma", 1),
			"condition": packtest.F32("condition", 1, 3, 8, 8), "style": packtest.F32("style", 1, 4),
		},
		Outputs: map[string]pack.Tensor{"denoised": packtest.F32("denoised", 1, 3, 8, 8)},
	}}}
	params := map[string]any{"sigma_min": 0.01, "sigma_max": 20, "rho": 7, "steps": 20}
	for k, v := range change {
		params[k] = v
	}
	c.Params = packtest.Params(t, params)
	if alter != nil {
		alter(&c)
	}
	return packtest.Open(t, map[string][]byte{"d.onnx": packtest.Read(t, graph)}, map[string]pack.Component{Component: c})
}

func tiny(t *testing.T, graph string) *Denoiser {
	t.Helper()
	d, err := New(tinyPack(t, graph, nil, nil), onnx.Options{Provider: "cpu", Threads: 1})
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// condition has the mean 0.1 in every pixel of tiny pictures.
func condition(style0 float32) Condition {
	c := Condition{Style: []float32{style0, 0, 0, 0}, Picture: make([]float32, 192)}
	for i := range c.Picture {
		c.Picture[i] = 0.1
	}
	return c
}

func run(t *testing.T, w *Walk, err error) []float32 {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	out, err := w.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEncodeAndDecode(t *testing.T) {
	d := tiny(t, "gauss.onnx")
	if s := d.Spec(); s != (Spec{Side: 8, StyleLen: 4, Steps: 20}) {
		t.Errorf("spec %+v", s)
	}
	if d.Provider() != "cpu" {
		t.Errorf("provider %q", d.Provider())
	}
	picture := noise(192)
	same := condition(0)
	w, err := d.Encode(picture, same, 20)
	x := run(t, w, err)
	for i, v := range picture {
		want := 0.1 + (float64(v)-0.1)*scale(0.01, 20)
		if !(math.Abs(float64(x[i])-want) < 0.5) { // of 20
			t.Fatalf("noise %d is %v, want %v", i, x[i], want)
		}
	}
	w, err = d.Decode(x, same, 20)
	back := run(t, w, err)
	// The style's first channel moves the mean, and the picture with it.
	w, err = d.Decode(x, condition(0.3), 20)
	moved := run(t, w, err)
	for i, v := range picture {
		if !(math.Abs(float64(back[i]-v)) < 0.004) {
			t.Fatalf("value %d is %v, was %v", i, back[i], v)
		}
		if !(math.Abs(float64(moved[i]-back[i])-0.3) < 0.02) {
			t.Fatalf("value %d moved by %v, want 0.3", i, moved[i]-back[i])
		}
	}
	w, err = d.Decode(x, same, 20)
	if again := run(t, w, err); !slices.Equal(again, back) {
		t.Error("the same gives another picture")
	}
	// Changing what the walk began with does not change the walk.
	w, err = d.Decode(x, same, 20)
	same.Style[0], same.Picture[0], x[0] = 9, 9, 9
	if again := run(t, w, err); !slices.Equal(again, back) {
		t.Error("the walk reads the caller's memory")
	}
}

func TestWalksEndWithTheirContext(t *testing.T) {
	d := tiny(t, "gauss.onnx")
	w, err := d.Encode(noise(192), condition(0), 10)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Next(ctx); !errors.Is(err, context.Canceled) || w.Taken() != 0 {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNoPicture(t *testing.T) {
	d := tiny(t, "broken.onnx")
	for style1, says := range map[float32]string{0.6: "NaN", 0.5: "Inf", 0.49999997: "want about 1"} {
		c := condition(0)
		c.Style[1] = style1
		w, err := d.Encode(noise(192), c, 10)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = w.Run(t.Context(), nil); !errors.Is(err, ErrDiverged) || !strings.Contains(err.Error(), says) {
			t.Errorf("style %v: got %v", style1, err)
		}
	}
}

func TestWalksRefuse(t *testing.T) {
	d := tiny(t, "gauss.onnx")
	good := condition(0)
	nan := condition(0)
	nan.Style[2] = float32(math.NaN())
	for name, tc := range map[string]struct {
		x     []float32
		c     Condition
		steps int
		says  string
	}{
		"steps":      {noise(192), good, 9, "9 steps: want 10 to 100"},
		"more":       {noise(192), good, 101, "101 steps"},
		"picture":    {noise(191), good, 10, "picture: wrong tensor shape: want 192 values, got 191"},
		"condition":  {noise(192), Condition{Style: good.Style}, 10, "condition: wrong"},
		"style":      {noise(192), Condition{Picture: good.Picture}, 10, "style code: wrong"},
		"not finite": {noise(192), nan, 10, "style code has NaN"},
	} {
		if _, err := d.Encode(tc.x, tc.c, tc.steps); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestPacksThatAreRefused(t *testing.T) {
	graph := func(f func(*pack.Graph)) func(*pack.Component) {
		return func(c *pack.Component) { f(&c.Graphs[0]) }
	}
	for name, tc := range map[string]struct {
		params map[string]any
		alter  func(*pack.Component)
		says   string
	}{
		"sigma_min":     {map[string]any{"sigma_min": 0}, nil, "sigma_min is 0"},
		"sigma_max":     {map[string]any{"sigma_max": 0.005}, nil, "sigma_max is 0.005: want more than sigma_min"},
		"rho":           {map[string]any{"rho": 0.5}, nil, "rho is 0.5"},
		"steps":         {map[string]any{"steps": 5}, nil, "steps is 5: want 10 to 100"},
		"not numbers":   {map[string]any{"steps": "many"}, nil, "params"},
		"two graphs":    {nil, func(c *pack.Component) { c.Graphs = append(c.Graphs, c.Graphs[0]) }, "2 graphs, want 1"},
		"not square":    {nil, graph(func(g *pack.Graph) { g.Inputs["picture"] = packtest.F32("picture", 1, 3, 8, 9) }), `input "picture" is float32[1 3 8 9]`},
		"style":         {nil, graph(func(g *pack.Graph) { g.Inputs["style"] = packtest.F32("style", 4) }), `input "style"`},
		"sigma":         {nil, graph(func(g *pack.Graph) { delete(g.Inputs, "sigma") }), `input "sigma"`},
		"condition":     {nil, graph(func(g *pack.Graph) { g.Inputs["condition"] = packtest.F32("condition", 1, 3, 4, 4) }), `want [1 3 8 8]`},
		"another input": {nil, graph(func(g *pack.Graph) { g.Inputs["time"] = packtest.F32("time", 1) }), "5 inputs"},
		"output":        {nil, graph(func(g *pack.Graph) { g.Outputs["denoised"] = packtest.F32("denoised", 1, 8, 8) }), `output "denoised"`},
	} {
		t.Run(name, func(t *testing.T) {
			p := tinyPack(t, "gauss.onnx", tc.params, tc.alter)
			_, err := Check(p)
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("got %v", err)
			}
			if _, err := New(p, onnx.Options{Provider: "cpu"}); err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("New: got %v", err)
			}
		})
	}
	none := packtest.Open(t, map[string][]byte{"d.onnx": packtest.Read(t, "gauss.onnx")}, map[string]pack.Component{"other": {}})
	if _, err := Check(none); !errors.Is(err, pack.ErrNoComponent) {
		t.Errorf("without the component: got %v", err)
	}
}
