package synth

import (
	"context"
	"slices"
	"testing"
	"time"

	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/onnx"
)

// builtin opens the generator of the built-in pack.
func builtin(t testing.TB, o onnx.Options) *Generator {
	t.Helper()
	g, err := New(packtest.Builtin(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// styles returns the style codes of n faces, so that no frame reuses results of the one
// before.
func styles(t testing.TB, g *Generator, n int) [][]float32 {
	t.Helper()
	out := make([][]float32, n)
	for i := range out {
		s, err := g.Random(context.Background(), int64(i), 0.7)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = s
	}
	return out
}

// BenchmarkFrame makes a preview and then the full image, each time of another face,
// and reports the medians of both in milliseconds.
func BenchmarkFrame(b *testing.B) {
	ctx := context.Background()
	g := builtin(b, onnx.Options{Provider: "cpu"})
	if err := g.Wait(ctx); err != nil {
		b.Fatal(err)
	}
	codes := styles(b, g, 2)
	var previews, fulls []float64
	i := 0
	frame := func() {
		style := codes[i%len(codes)]
		i++
		start := time.Now()
		if _, err := g.Preview(ctx, style, nil); err != nil {
			b.Fatal(err)
		}
		seen := time.Now()
		if _, err := g.Full(ctx, style, nil); err != nil {
			b.Fatal(err)
		}
		previews = append(previews, seen.Sub(start).Seconds()*1000)
		fulls = append(fulls, time.Since(start).Seconds()*1000)
	}
	frame() // the first run allocates the memory
	frame()
	previews, fulls = nil, nil
	b.ReportAllocs()
	for b.Loop() {
		frame()
	}
	b.ReportMetric(median(previews), "ms/preview")
	b.ReportMetric(median(fulls), "ms/full")
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

func BenchmarkRandom(b *testing.B) {
	g := builtin(b, onnx.Options{Provider: "cpu"})
	for b.Loop() {
		if _, err := g.Random(context.Background(), 1, 0.7); err != nil {
			b.Fatal(err)
		}
	}
}
