package delta

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

func raw(v ...float32) []byte {
	var b bytes.Buffer
	if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
		panic(err)
	}
	return b.Bytes()
}

type tinyOptions struct {
	gain      any
	relevance map[string]any
	stats     map[string]any
	bare      bool // without relevance and style_stats
}

func tinyPack(t testing.TB, o tinyOptions) *pack.Pack {
	t.Helper()
	params := map[string]any{"gain": 2.0}
	if o.gain != nil {
		params["gain"] = o.gain
	}
	relevance := map[string]any{"matrix": "r.f32", "rows": 4, "cols": 2, "threshold": 0.5}
	for k, v := range o.relevance {
		relevance[k] = v
	}
	stats := map[string]any{"matrix": "s.f32", "rows": 2, "cols": 4, "limit": 6.0}
	for k, v := range o.stats {
		stats[k] = v
	}
	components := map[string]pack.Component{
		"delta_mapper": {Params: packtest.Params(t, params), Graphs: []pack.Graph{{
			Model: "mapper.onnx",
			Inputs: map[string]pack.Tensor{
				"style": packtest.F32("style", 1, 4), "image_vector": packtest.F32("image_vector", 1, 2), "delta": packtest.F32("delta", 1, 2),
			},
			Outputs: map[string]pack.Tensor{"delta_style": packtest.F32("delta_style", 1, 4)},
		}}},
	}
	if !o.bare {
		components["relevance"] = pack.Component{Params: packtest.Params(t, relevance)}
		components["style_stats"] = pack.Component{Params: packtest.Params(t, stats)}
	}
	return packtest.Open(t, map[string][]byte{
		"mapper.onnx": packtest.Read(t, "mapper.onnx"),
		"r.f32":       raw(1, 0, -1, 0, 0, 1, 0.5, 0.5),
		"s.f32":       raw(0, 0, 10, 0, 1000, 1000, 1000, 0),
		"neg.f32":     raw(0, 0, 10, 0, 1, 1, -1, 0),
		"nan.f32":     raw(0, 0, 10, 0, 1, 1, float32(math.NaN()), 0),
	}, components)
}

func mapper(t testing.TB, o tinyOptions) *Mapper {
	t.Helper()
	m, err := New(tinyPack(t, o), onnx.Options{Provider: "cpu", Threads: 1})
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	t.Cleanup(func() {
		for range 2 {
			if err := m.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return m
}

func near(got, want float32) bool { return math.Abs(float64(got-want)) < 1e-4 }

func TestDelta(t *testing.T) {
	m := mapper(t, tinyOptions{})
	ctx := context.Background()
	got, err := m.Delta(ctx, []float32{1, 1, 1, 1}, []float32{10, 20}, []float32{3, 4})
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{11, 21, 7, 9}; !slices.Equal(got, want) {
		t.Errorf("want %v, got %v", want, got)
	}
	if m.Threshold() != 0.5 || m.StyleLen() != 4 || m.Provider() != "cpu" {
		t.Errorf("got threshold %v, %d channels, provider %s", m.Threshold(), m.StyleLen(), m.Provider())
	}
	nan := float32(math.NaN())
	for name, in := range map[string][3][]float32{
		"style":        {{nan, 1, 1, 1}, {1, 2}, {1, 2}},
		"image vector": {{1, 1, 1, 1}, {nan, 2}, {1, 2}},
		"delta":        {{1, 1, 1, 1}, {1, 2}, {1, nan}},
	} {
		if _, err := m.Delta(ctx, in[0], in[1], in[2]); !errors.Is(err, onnx.ErrNotFinite) {
			t.Errorf("NaN in %s: want ErrNotFinite, got %v", name, err)
		}
	}
	if _, err := m.Delta(ctx, []float32{1}, []float32{1, 2}, []float32{1, 2}); !errors.Is(err, onnx.ErrShape) {
		t.Errorf("want ErrShape, got %v", err)
	}
	huge := float32(math.MaxFloat32)
	if _, err := m.Delta(ctx, []float32{huge, 1, 1, 1}, []float32{huge, 2}, []float32{1, 2}); !errors.Is(err, onnx.ErrNotFinite) {
		t.Errorf("an infinite result: want ErrNotFinite, got %v", err)
	}
}

func TestApply(t *testing.T) {
	m := mapper(t, tinyOptions{})
	style := []float32{1, 2, 3, 4}
	ones := []float32{1, 1, 1, 1}
	right, up := []float32{1, 0}, []float32{0, 1}
	for _, c := range []struct {
		name      string
		shifts    []Shift
		threshold float64
		want      []float32
	}{
		{"nothing", nil, -1, style},
		{"strength 0", []Shift{{DeltaStyle: ones, Direction: right}}, -1, style},
		// |R·right| = 1, 1, 0, 0.5: the last is in the middle of the soft edge.
		// Channel 3 has no room to move (standard deviation 0) away from its mean.
		{"masked", []Shift{{DeltaStyle: ones, Direction: right, Strength: 1}}, -1, []float32{3, 4, 3, 4}},
		{"the other way", []Shift{{DeltaStyle: ones, Direction: right, Strength: -1}}, -1, []float32{-1, 0, 3, 3}},
		{"other words", []Shift{{DeltaStyle: ones, Direction: up, Strength: 1}}, -1, []float32{1, 2, 5, 4}},
		{"gain", []Shift{{DeltaStyle: ones, Direction: right, Strength: 1, Gain: 3}}, -1, []float32{7, 8, 3, 4}},
		{"no mask", []Shift{{DeltaStyle: ones, Strength: 0.5}}, -1, []float32{2, 3, 4, 4}},
		{"threshold 0", []Shift{{DeltaStyle: ones, Direction: right, Strength: 0.5}}, 0, []float32{2, 3, 4, 4}},
		{"threshold 1", []Shift{{DeltaStyle: ones, Direction: right, Strength: 1}}, 1, []float32{2, 3, 3, 4}},
		{"stacked", []Shift{{DeltaStyle: ones, Direction: right, Strength: 1}, {DeltaStyle: ones, Direction: up, Strength: 2}}, -1, []float32{3, 4, 7, 4}},
		{"undone", []Shift{{DeltaStyle: ones, Direction: right, Strength: 1}, {DeltaStyle: ones, Direction: right, Strength: -1}}, -1, style},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := slices.Clone(style)
			got := m.Apply(nil, style, c.shifts, c.threshold)
			for i := range c.want {
				if !near(got[i], c.want[i]) {
					t.Errorf("want %v, got %v", c.want, got)
					break
				}
			}
			if !slices.Equal(style, before) || &got[0] == &style[0] {
				t.Error("the style given was changed")
			}
			if len(c.shifts) == 0 && !slices.Equal(got, style) {
				t.Error("nothing to do changed the style")
			}
		})
	}
}

func TestApplyWithoutMaskAndLimit(t *testing.T) {
	m := mapper(t, tinyOptions{bare: true})
	got := m.Apply(nil, []float32{1, 2, 3, 4}, []Shift{{DeltaStyle: []float32{1, 2, 3, 4}, Direction: []float32{1, 0}, Strength: 100}}, -1)
	if want := []float32{201, 402, 603, 804}; !slices.Equal(got, want) {
		t.Errorf("want %v, got %v", want, got)
	}
}

// The order of stacked edits does not change the result, not even in the last bit.
func TestOrderMakesNoDifference(t *testing.T) {
	m := mapper(t, tinyOptions{})
	rng := rand.New(rand.NewPCG(3, 4))
	random := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(rng.NormFloat64() * math.Pow(10, float64(rng.IntN(6))))
		}
		return v
	}
	for range 200 {
		style := random(4)
		shifts := make([]Shift, 5)
		for i := range shifts {
			shifts[i] = Shift{DeltaStyle: random(4), Direction: random(2), Strength: rng.NormFloat64(), Gain: 1}
		}
		want := m.Apply(nil, style, shifts, 0.2)
		rng.Shuffle(len(shifts), func(i, j int) { shifts[i], shifts[j] = shifts[j], shifts[i] })
		if got := m.Apply(nil, style, shifts, 0.2); !slices.Equal(got, want) {
			t.Fatalf("want %v, got %v", want, got)
		}
	}
}

func TestMaskIsContinuousAndMonotone(t *testing.T) {
	r := &relevance{matrix: []float32{0.5}, rows: 1, cols: 1, edge: edge}
	last := float32(1)
	for i := range 1001 {
		w := r.mask([]float32{1}, 0, float64(i)/1000)[0]
		if !(w <= last && last-w < 0.02) {
			t.Fatalf("threshold %v: weight %v after %v", float64(i)/1000, w, last)
		}
		last = w
	}
	if last != 0 {
		t.Errorf("threshold 1 leaves a weight of %v", last)
	}
	if w := r.mask([]float32{0}, 0, 0)[0]; w != 1 {
		t.Errorf("threshold 0: want weight 1, got %v", w)
	}
}

// The official code does not move a channel when |R·Δt| < threshold, where Δt is the
// difference of the two texts' vectors, and moves it fully otherwise.
func TestOfficialMask(t *testing.T) {
	m := mapper(t, tinyOptions{relevance: map[string]any{"edge": 0, "by_length": true, "threshold": 0.5}})
	style, ones := []float32{10, 10, 10, 10}, []float32{-1, -1, 1, -1}
	for _, c := range []struct {
		length float64
		moved  []bool
	}{
		// |R·right| = 1, 1, 0, 0.5.
		{1, []bool{true, true, false, true}},
		{0, []bool{true, true, false, true}},
		{0.99, []bool{true, true, false, false}},
		{0.5, []bool{true, true, false, false}},
		{0.49, []bool{false, false, false, false}},
	} {
		got := m.Apply(nil, style, []Shift{{DeltaStyle: ones, Direction: []float32{1, 0}, Length: c.length, Strength: 0.5}}, -1)
		for i, moved := range c.moved {
			if (got[i] != style[i]) != moved || moved && !near(got[i], style[i]+ones[i]) {
				t.Errorf("length %v, channel %d: got %v, want moved %v", c.length, i, got[i], moved)
			}
		}
	}
}

func TestScaledScoresOpenTheSameShare(t *testing.T) {
	const rows = 1000
	rng := rand.New(rand.NewPCG(1, 2))
	matrix := make([]float32, 2*rows)
	for c := range rows {
		matrix[2*c] = float32(rng.NormFloat64())
		matrix[2*c+1] = 0.02 * float32(rng.NormFloat64()) // a direction in which single channels move hardly anything
	}
	r := &relevance{matrix: matrix, rows: rows, cols: 2, typical: 0.25, edge: edge}
	for _, direction := range [][]float32{{1, 0}, {0, 1}, {0, 0}} {
		open := 0
		for _, w := range r.mask(direction, 0, 0.25) {
			if w >= 0.5 {
				open++
			}
		}
		want := rows / 10
		if direction[0] == 0 && direction[1] == 0 {
			want = 0
		}
		if open != want {
			t.Errorf("direction %v: %d of %d channels are at or above the typical score, want %d", direction, open, rows, want)
		}
	}
}

func TestQuantile(t *testing.T) {
	// numpy.quantile of the same values.
	for _, c := range []struct {
		values []float32
		q      float64
		want   float64
	}{
		{[]float32{3}, 0.9, 3},
		{[]float32{1, 2}, 0.9, 1.9},
		{[]float32{0, 1, 2, 3, 10}, 0.9, 7.2},
		{[]float32{0, 1, 2, 3, 10}, 1, 10},
	} {
		if got := quantile(c.values, c.q); !(math.Abs(got-c.want) < 1e-9) {
			t.Errorf("quantile %v of %v: want %v, got %v", c.q, c.values, c.want, got)
		}
	}
}

func TestScoreCache(t *testing.T) {
	r := &relevance{matrix: []float32{1, -2}, rows: 2, cols: 1}
	first := r.scored([]float32{3}, 1).score
	for i := range relevanceCache - 1 {
		r.scored([]float32{float32(10 + i)}, 1)
	}
	if again := r.scored([]float32{3}, 1).score; &again[0] != &first[0] {
		t.Error("a recent score was computed again")
	}
	for i := range relevanceCache {
		r.scored([]float32{float32(100 + i)}, 1)
	}
	if again := r.scored([]float32{3}, 1).score; &again[0] == &first[0] || !slices.Equal(again, []float32{3, 6}) {
		t.Errorf("want 3 and 6 computed anew, got %v", again)
	}
	if len(r.cache) > relevanceCache {
		t.Errorf("the cache holds %d", len(r.cache))
	}
}

func TestLimit(t *testing.T) {
	s := &stats{mean: []float32{0, 5, 0}, std: []float32{1, 1, 0}, k: 6}
	for _, c := range []struct {
		name     string
		channel  int
		from, to float64
		want     func(got float64) bool
	}{
		{"at rest", 0, 3, 3, func(v float64) bool { return v == 3 }},
		{"toward the mean", 0, 3, -2, func(v float64) bool { return v == -2 }},
		{"a little out", 0, 0, 0.1, func(v float64) bool { return v > 0.0999 && v <= 0.1 }},
		{"far out", 0, 1, 1000, func(v float64) bool { return v > 6.9 && v <= 7 }},
		{"far out below", 1, 5, -1000, func(v float64) bool { return v < -0.9 && v >= -1 }},
		{"an outlier may stay", 0, 50, 50, func(v float64) bool { return v == 50 }},
		{"no room", 2, 2, 9, func(v float64) bool { return v == 2 }},
		{"no room, other side", 2, 2, -9, func(v float64) bool { return v == -2 }},
	} {
		if got := s.limit(c.channel, c.from, c.to); !c.want(got) {
			t.Errorf("%s: from %v to %v: got %v", c.name, c.from, c.to, got)
		}
	}
	last := math.Inf(-1)
	for x := -30.0; x < 30; x += 0.01 {
		v := s.limit(0, 1, x)
		if !(v >= last && (math.IsInf(last, 0) || v-last < 0.0101)) {
			t.Fatalf("at %v: %v after %v", x, v, last)
		}
		last = v
	}
}

func TestBadMapperPacks(t *testing.T) {
	for _, c := range []struct {
		name string
		o    tinyOptions
		want string
	}{
		{"gain", tinyOptions{gain: "much"}, "params"},
		{"rows", tinyOptions{relevance: map[string]any{"rows": 5}}, "want 4 rows and 2 columns"},
		{"threshold", tinyOptions{relevance: map[string]any{"threshold": 2}}, "threshold is 2"},
		{"edge", tinyOptions{relevance: map[string]any{"edge": 1.5}}, "edge is 1.5"},
		{"typical", tinyOptions{relevance: map[string]any{"typical": -1}}, "typical is -1"},
		{"size", tinyOptions{relevance: map[string]any{"matrix": "mapper.onnx"}}, "mapper.onnx"},
		{"unlisted", tinyOptions{relevance: map[string]any{"matrix": "../r.f32"}}, "leaves the pack's folder"},
		{"columns", tinyOptions{stats: map[string]any{"cols": 3}}, "2 rows"},
		{"limit", tinyOptions{stats: map[string]any{"limit": 0}}, "limit is 0"},
		{"negative deviation", tinyOptions{stats: map[string]any{"matrix": "neg.f32"}}, "channel 2"},
		{"NaN", tinyOptions{stats: map[string]any{"matrix": "nan.f32"}}, "NaN at index 6"},
	} {
		_, err := New(tinyPack(t, c.o), onnx.Options{Provider: "cpu"})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want an error with %q, got %v", c.name, c.want, err)
		}
	}
}

func TestCheck(t *testing.T) {
	m := mapper(t, tinyOptions{})
	good := []float32{1, 2, 3, 4}
	for name, c := range map[string]struct {
		style []float32
		shift Shift
		want  error
	}{
		"good":          {good, Shift{DeltaStyle: good, Strength: 1}, nil},
		"style":         {good[:3], Shift{DeltaStyle: good}, onnx.ErrShape},
		"change":        {good, Shift{DeltaStyle: good[:3]}, onnx.ErrShape},
		"direction":     {good, Shift{DeltaStyle: good, Direction: good}, onnx.ErrShape},
		"strength":      {good, Shift{DeltaStyle: good, Strength: math.NaN()}, onnx.ErrNotFinite},
		"infinite gain": {good, Shift{DeltaStyle: good, Gain: math.Inf(1)}, onnx.ErrNotFinite},
	} {
		if err := m.Check(c.style, []Shift{c.shift}); !errors.Is(err, c.want) {
			t.Errorf("%s: want %v, got %v", name, c.want, err)
		}
	}
}

// BenchmarkApply measures a move of the strength slider without synthesis, with the
// built-in pack's sizes: three edits, 6,752 channels, 256 dimensions.
func BenchmarkApply(b *testing.B) {
	const rows, cols = 6752, 256
	rng := rand.New(rand.NewPCG(5, 6))
	random := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(rng.NormFloat64())
		}
		return v
	}
	std := random(rows)
	for i := range std {
		std[i] = float32(math.Abs(float64(std[i])))
	}
	m := &Mapper{
		styles: rows, gain: 1,
		relevance: &relevance{matrix: random(rows * cols), rows: rows, cols: cols, threshold: 0.03, edge: edge},
		stats:     &stats{mean: random(rows), std: std, k: 6},
	}
	shifts := make([]Shift, 3)
	for i := range shifts {
		shifts[i] = Shift{DeltaStyle: random(rows), Direction: random(cols), Strength: 1, Gain: 1}
	}
	style := random(rows)
	b.Run("new direction", func(b *testing.B) {
		for b.Loop() {
			m.relevance.cache = nil
			m.Apply(nil, style, shifts, -1)
		}
	})
	b.Run("slider", func(b *testing.B) {
		b.ReportAllocs()
		var dst []float32
		for b.Loop() {
			dst = m.Apply(dst, style, shifts, -1)
		}
	})
}

// When the caller passes a slice for the result, as for a moving slider, Apply
// allocates nothing.
func TestApplyAllocatesNothing(t *testing.T) {
	m := &Mapper{
		styles: 3, gain: 1,
		relevance: &relevance{matrix: []float32{1, 0, 0, 1, 1, 1}, rows: 3, cols: 2, edge: edge},
		stats:     &stats{mean: make([]float32, 3), std: []float32{1, 1, 1}, k: 6},
	}
	shifts := []Shift{
		{DeltaStyle: []float32{1, 2, 3}, Direction: []float32{1, 0}},
		{DeltaStyle: []float32{3, 2, 1}, Direction: []float32{0, 1}},
		{DeltaStyle: []float32{0, 2, 1}, Direction: []float32{0, 1}, Length: 0.5},
	}
	style := []float32{1, 2, 3}
	var dst []float32
	i := 0
	n := testing.AllocsPerRun(100, func() {
		i++
		for k := range shifts {
			shifts[k].Strength = float64(i) / 100
		}
		dst = m.Apply(dst, style, shifts, 0.3+float64(i)/1000)
	})
	if n > 0 {
		t.Errorf("%v allocations a move, want none", n)
	}
	if want := m.Apply(nil, style, shifts, 0.3+float64(i)/1000); !slices.Equal(dst, want) {
		t.Errorf("want %v, got %v", want, dst)
	}
	if slices.Equal(dst, style) {
		t.Error("nothing moved")
	}
}
