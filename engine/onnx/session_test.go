package onnx

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"deltaedit/engine/pack"
)

func f32(name string, shape ...int64) pack.Tensor {
	return pack.Tensor{Name: name, Type: "float32", Shape: shape}
}

func i64(name string, shape ...int64) pack.Tensor {
	return pack.Tensor{Name: name, Type: "int64", Shape: shape}
}

type roles = map[string]pack.Tensor

func graph(model string, in, out roles) pack.Graph {
	return pack.Graph{Model: model, Inputs: in, Outputs: out}
}

func sums() pack.Graph {
	return graph("sums.onnx",
		roles{"left": f32("a", 1, 4), "right": f32("b", 1, 4)},
		roles{"total": f32("sum", 1, 4), "product": f32("product", 1, 4)})
}

func endless() pack.Graph {
	return graph("endless.onnx", roles{"x": f32("x", 64, 64)}, roles{"y": f32("y", 64, 64)})
}

// needRuntime fails the test, rather than skip it, when there is no runtime library:
// make setup provides it.
func needRuntime(t testing.TB) {
	t.Helper()
	if err := Init(); err != nil {
		t.Fatalf("%v: run make setup", err)
	}
}

func open1(t testing.TB, g pack.Graph) *Session {
	t.Helper()
	needRuntime(t)
	s, err := Open(filepath.Join("testdata", g.Model), g, Options{Provider: "cpu", Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestRunByRole(t *testing.T) {
	s := open1(t, sums())
	ctx := context.Background()
	var first []float32
	for i := range 3 {
		k := float32(i + 1)
		out, err := s.Run(ctx, map[string][]float32{"left": {k, 2, 3, 4}, "right": {10, 20, 30, 40}})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := out["total"], []float32{10 + k, 22, 33, 44}; !slices.Equal(got, want) {
			t.Errorf("total: want %v, got %v", want, got)
		}
		if got, want := out["product"], []float32{10 * k, 40, 90, 160}; !slices.Equal(got, want) {
			t.Errorf("product: want %v, got %v", want, got)
		}
		if i == 0 {
			first = out["total"]
		} else if &first[0] != &out["total"][0] {
			t.Error("the output buffer is not reused")
		}
	}
	if s.Provider() != "cpu" || s.Notice() != "" {
		t.Errorf("want provider cpu without notice, got %q, %q", s.Provider(), s.Notice())
	}
}

func TestRunInPlace(t *testing.T) {
	s := open1(t, sums())
	copy(s.Input("left"), []float32{1, 2, 3, 4})
	out, err := s.Run(context.Background(), map[string][]float32{"left": s.Input("left"), "right": {1, 1, 1, 1}})
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{2, 3, 4, 5}; !slices.Equal(out["total"], want) {
		t.Errorf("want %v, got %v", want, out["total"])
	}
}

func TestRunBadInputs(t *testing.T) {
	s := open1(t, sums())
	four := []float32{1, 2, 3, 4}
	for _, c := range []struct {
		name string
		in   map[string][]float32
		want string
	}{
		{"none", nil, "is missing"},
		{"one missing", map[string][]float32{"left": four}, `input "right" is missing`},
		{"too short", map[string][]float32{"left": four, "right": four[:3]}, "want 4 values for float32[1 4], got 3"},
		{"too long", map[string][]float32{"left": append(four, 5), "right": four}, "got 5"},
		{"unknown", map[string][]float32{"left": four, "right": four, "up": four}, `no input "up"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.Run(context.Background(), c.in)
			if !errors.Is(err, ErrShape) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want ErrShape with %q, got %v", c.want, err)
			}
		})
	}
	if _, err := s.RunTokens(context.Background(), [][]int64{{1}}, [][]int64{{1}}); !errors.Is(err, ErrShape) {
		t.Errorf("RunTokens on a picture graph: want ErrShape, got %v", err)
	}
}

func TestOpenChecksTensors(t *testing.T) {
	ok := sums()
	with := func(f func(g *pack.Graph)) pack.Graph {
		g := graph(ok.Model, roles{}, roles{})
		for k, v := range ok.Inputs {
			g.Inputs[k] = v
		}
		for k, v := range ok.Outputs {
			g.Outputs[k] = v
		}
		f(&g)
		return g
	}
	for _, c := range []struct {
		name  string
		graph pack.Graph
		want  string // "" is no error
	}{
		{"as it is", ok, ""},
		{"one output is enough", with(func(g *pack.Graph) { delete(g.Outputs, "product") }), ""},
		{"name", with(func(g *pack.Graph) { g.Inputs["left"] = f32("left", 1, 4) }), `input "left": want tensor "left", got only "a", "b"`},
		{"type", with(func(g *pack.Graph) { g.Inputs["left"] = i64("a", 1, 4) }), `tensor "a": want int64[1 4], got float32[1 4]`},
		{"shape", with(func(g *pack.Graph) { g.Outputs["total"] = f32("sum", 1, 5) }), `output "total": tensor "sum": want float32[1 5], got float32[1 4]`},
		{"rank", with(func(g *pack.Graph) { g.Outputs["total"] = f32("sum", 4) }), "want float32[4], got float32[1 4]"},
		{"dynamic in the manifest alone", with(func(g *pack.Graph) { g.Inputs["left"] = f32("a", -1, 4) }), "want float32[-1 4], got float32[1 4]"},
		{"input without role", with(func(g *pack.Graph) { delete(g.Inputs, "right") }), `input tensor "b" (float32[1 4]) has no role`},
		{"open batch fixed", graph("open_batch.onnx", roles{"a": f32("a", 1, 4)}, roles{"y": f32("y", 1, 4)}), ""},
		{"weight listed as input", graph("old_style.onnx", roles{"a": f32("a", 1, 4)}, roles{"y": f32("y", 1, 4)}), ""},
		{"half precision", graph("half.onnx", roles{"a": f32("a", 1, 4)}, roles{"y": f32("y", 1, 4)}), "got float16[1 4]"},
		{"odd dynamic graph", graph("open_batch.onnx", roles{"a": f32("a", -1, 4)}, roles{"y": f32("y", -1, 4)}), `no input "ids"`},
		{"not a model", graph("make_fixtures.py", roles{"a": f32("a", 1)}, roles{"y": f32("y", 1)}), "not an ONNX file"},
		{"no file", graph("absent.onnx", roles{"a": f32("a", 1)}, roles{"y": f32("y", 1)}), "absent.onnx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			needRuntime(t)
			s, err := Open(filepath.Join("testdata", c.graph.Model), c.graph, Options{Provider: "cpu", Threads: 1})
			if err == nil {
				defer s.Close()
			}
			switch {
			case c.want == "" && err != nil:
				t.Errorf("want no error, got %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("want an error with %q, got %v", c.want, err)
			}
		})
	}
}

func TestOpenBadOptions(t *testing.T) {
	needRuntime(t)
	g := sums()
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Provider: "gpu"}, `"gpu": want auto, cpu, webgpu, cuda`},
		{Options{Threads: -1}, "threads is -1"},
	} {
		_, err := Open(filepath.Join("testdata", g.Model), g, c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: want an error with %q, got %v", c.o, c.want, err)
		}
	}
}

func TestCancelStopsRun(t *testing.T) {
	s := open1(t, endless())
	in := map[string][]float32{"x": make([]float32, 64*64)}
	for range 3 { // the session can be used again each time
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
		start := time.Now()
		_, err := s.Run(ctx, in)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("want %v, got %v", context.DeadlineExceeded, err)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("the run went on for %v after it was cancelled", d)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Run(ctx, in); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: want %v, got %v", context.Canceled, err)
	}
}

func TestRunAfterCancel(t *testing.T) {
	s := open1(t, sums())
	in := map[string][]float32{"left": {1, 1, 1, 1}, "right": {1, 1, 1, 1}}
	for range 200 { // a run and its context may end at the same time
		ctx, cancel := context.WithCancel(context.Background())
		go cancel()
		out, err := s.Run(ctx, in)
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if err == nil && out["total"][0] != 2 {
			t.Fatalf("want 2, got %v", out["total"][0])
		}
	}
	if out, err := s.Run(context.Background(), in); err != nil || out["total"][0] != 2 {
		t.Errorf("want 2, got %v, %v", out["total"], err)
	}
}

func TestClose(t *testing.T) {
	before := runtime.NumGoroutine()
	s := open1(t, endless())
	in := map[string][]float32{"x": make([]float32, 64*64)}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := s.Run(ctx, in); !errors.Is(err, context.Canceled) {
			t.Errorf("want %v, got %v", context.Canceled, err)
		}
	})
	for s.mu.TryLock() { // until the run has started
		s.mu.Unlock()
		runtime.Gosched()
	}
	time.AfterFunc(20*time.Millisecond, cancel)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if _, err := s.Run(context.Background(), in); !errors.Is(err, ErrClosed) {
		t.Errorf("want %v, got %v", ErrClosed, err)
	}
	if err := (*Session)(nil).Close(); err != nil {
		t.Errorf("Close of nil: %v", err)
	}
	if after := runtime.NumGoroutine(); after > before+1 {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}

func TestRunTokens(t *testing.T) {
	for _, g := range []pack.Graph{
		graph("tokens.onnx", roles{"ids": i64("ids", -1, -1), "mask": i64("mask", -1, -1)}, roles{"vector": f32("vector", -1, 3)}),
		graph("tokens_fixed.onnx", roles{"ids": i64("ids", 1, 4), "mask": i64("mask", 1, 4)}, roles{"vector": f32("vector", 1, 3)}),
	} {
		t.Run(g.Model, func(t *testing.T) {
			s := open1(t, g)
			ctx := context.Background()
			out, err := s.RunTokens(ctx, [][]int64{{1, 3}, {9}, {2, 2, 5, 7}}, [][]int64{{1, 1}, {1}, {1, 1, 1, 0}})
			if err != nil {
				t.Fatal(err)
			}
			want := [][]float32{{2, 4, 1}, {9, 18, 1}, {3, 6, 1}}
			if len(out) != len(want) {
				t.Fatalf("want %d rows, got %d", len(want), len(out))
			}
			for i := range want {
				if !slices.Equal(out[i], want[i]) {
					t.Errorf("row %d: want %v, got %v", i, want[i], out[i])
				}
			}
			if out, err := s.RunTokens(ctx, nil, nil); err != nil || len(out) != 0 {
				t.Errorf("no rows: got %v, %v", out, err)
			}
			for name, bad := range map[string][2][][]int64{
				"rows":      {{{1}, {2}}, {{1}}},
				"lengths":   {{{1, 2}}, {{1}}},
				"empty row": {{{}}, {{}}},
			} {
				if _, err := s.RunTokens(ctx, bad[0], bad[1]); !errors.Is(err, ErrShape) {
					t.Errorf("%s: want ErrShape, got %v", name, err)
				}
			}
			if _, err := s.RunTokens(ctx, [][]int64{{99}}, [][]int64{{1}}); err == nil {
				t.Error("an id beyond the table: want an error")
			}
			if _, err := s.Run(ctx, nil); !errors.Is(err, ErrShape) {
				t.Errorf("Run on a text graph: want ErrShape, got %v", err)
			}
		})
	}
}

func TestCheckFinite(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for n := range 12 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(i) - 1e30
		}
		if err := CheckFinite("v", v); err != nil {
			t.Errorf("%d finite values: %v", n, err)
		}
		for i := range v {
			for _, bad := range []float32{nan, inf} {
				old := v[i]
				v[i] = bad
				if err := CheckFinite("v", v); !errors.Is(err, ErrNotFinite) {
					t.Errorf("%v at %d of %d: want ErrNotFinite, got %v", bad, i, n, err)
				}
				v[i] = old
			}
		}
	}
}

func BenchmarkRun(b *testing.B) {
	s := open1(b, sums())
	in := map[string][]float32{"left": {1, 2, 3, 4}, "right": {1, 2, 3, 4}}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Run(ctx, in); err != nil {
			b.Fatal(err)
		}
	}
}

func TestRunAllocatesNothing(t *testing.T) {
	s := open1(t, sums())
	in := map[string][]float32{"left": {1, 2, 3, 4}, "right": {1, 2, 3, 4}}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if n := testing.AllocsPerRun(100, func() {
		if _, err := s.Run(ctx, in); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("want no allocation a run, got %v", n)
	}
}
