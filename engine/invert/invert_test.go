package invert

import (
	"context"
	"errors"
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

func tinyPack(t *testing.T, change func(*pack.Graph)) *pack.Pack {
	t.Helper()
	g := pack.Graph{
		Model:   "inverter.onnx",
		Inputs:  map[string]pack.Tensor{"image": packtest.F32("image", 1, 3, 4, 4)},
		Outputs: map[string]pack.Tensor{"style": packtest.F32("style", 1, 3), "offset": packtest.F32("offset", 1, 3, 2, 2)},
	}
	if change != nil {
		change(&g)
	}
	return packtest.Open(t, map[string][]byte{"inverter.onnx": packtest.Read(t, "inverter.onnx")},
		map[string]pack.Component{"inverter": {Graphs: []pack.Graph{g}}})
}

var onCPU = onnx.Options{Provider: "cpu", Threads: 1}

func near(got float32, want float64) bool { return math.Abs(float64(got)-want) < 1e-5 }

func TestInvert(t *testing.T) {
	v, err := New(tinyPack(t, nil), onCPU)
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	defer v.Close()
	img := image.NewRGBA(image.Rect(0, 0, 8, 8)) // red on the left, else blue
	for y := range 8 {
		for x := range 8 {
			c := color.RGBA{B: 255, A: 255}
			if x < 4 {
				c = color.RGBA{R: 255, A: 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	ctx := context.Background()
	code, err := v.Invert(ctx, img)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0, -1, 0} {
		if !near(code.Style[i], want) {
			t.Errorf("style: want 0 -1 0, got %v", code.Style)
		}
	}
	for i, want := range []float64{1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, 1} {
		if !near(code.Offset[i], want) {
			t.Errorf("offset %d: want %v, got %v", i, want, code.Offset[i])
		}
	}
	if code.WPlus != nil {
		t.Errorf("want no w+, got %v", code.WPlus)
	}
	code.Style[0] = 99 // it is ours
	if again, err := v.Invert(ctx, img); err != nil || !near(again.Style[0], 0) {
		t.Errorf("want 0, got %v, %v", again.Style, err)
	}
	if _, err := v.Invert(ctx, image.NewRGBA(image.Rectangle{})); err == nil {
		t.Error("an empty picture: want an error")
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := v.Invert(ended, img); !errors.Is(err, context.Canceled) {
		t.Errorf("want %v, got %v", context.Canceled, err)
	}
	if v.Side() != 4 || v.Provider() != "cpu" {
		t.Errorf("got side %d, provider %q", v.Side(), v.Provider())
	}
}

func TestWithoutOffset(t *testing.T) {
	v, err := New(tinyPack(t, func(g *pack.Graph) { delete(g.Outputs, "offset") }), onCPU)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	code, err := v.Invert(context.Background(), image.NewRGBA(image.Rect(0, 0, 2, 2)))
	if err != nil || code.Offset != nil || len(code.Style) != 3 {
		t.Errorf("want a style alone, got %+v, %v", code, err)
	}
}

func TestBadInverters(t *testing.T) {
	if _, err := New(tinyPack(t, func(g *pack.Graph) { delete(g.Outputs, "style") }), onCPU); err == nil || !strings.Contains(err.Error(), `no output "style"`) {
		t.Errorf("no style: got %v", err)
	}
	rename := func(g *pack.Graph) {
		g.Inputs = map[string]pack.Tensor{"photo": g.Inputs["image"]}
	}
	if _, err := New(tinyPack(t, rename), onCPU); err == nil || !strings.Contains(err.Error(), `input "image"`) {
		t.Errorf("no image: got %v", err)
	}
	none := packtest.Open(t, map[string][]byte{"x": {1}}, map[string]pack.Component{"other": {}})
	if _, err := New(none, onCPU); !errors.Is(err, pack.ErrNoComponent) {
		t.Errorf("want ErrNoComponent, got %v", err)
	}
	if err := (*Inverter)(nil).Close(); err != nil {
		t.Error(err)
	}
}
