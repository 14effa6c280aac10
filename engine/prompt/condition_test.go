package prompt

import (
	"math"
	"slices"
	"testing"
)

// Without conditioned directions the mapper is given Δt itself, from the cache too.
func TestConditionedOfAPackWithout(t *testing.T) {
	e := encoder(t)
	for range 2 {
		d, err := e.Delta(t.Context(), "face", "smil")
		if err != nil || len(d.Vector) == 0 || !slices.Equal(d.Conditioned, d.Vector) {
			t.Fatalf("want %v, got %v, %v", d.Vector, d.Conditioned, err)
		}
	}
}

func TestConditioned(t *testing.T) {
	known := []concept{
		{Known: Known{Name: "old"}, Delta: []float32{1, 0, 0}, Conditioned: []float32{0.6, 0, -0.8}},
		{Known: Known{Name: "smiling"}, Delta: []float32{0, 1, 0}},
	}
	for name, c := range map[string]struct {
		dir   []float32
		parts []part
		want  []float32
	}{
		"the concept":        {[]float32{1, 0, 0}, []part{{0, 1}}, []float32{0.6, 0, -0.8}},
		"its opposite":       {[]float32{-1, 0, 0}, []part{{0, -1}}, []float32{-0.6, 0, 0.8}},
		"one without":        {[]float32{0, 1, 0}, []part{{1, 1}}, []float32{0, 1, 0}},
		"both":               {[]float32{0.6, 0.8, 0}, []part{{1, 0.8}, {0, 0.6}}, []float32{0.36, 0.8, -0.48}},
		"no parts":           {[]float32{0, 0, 1}, nil, []float32{0, 0, 1}},
		"what is left stays": {[]float32{0.8, 0, 0.6}, []part{{0, 0.8}}, []float32{0.48, 0, -0.04}},
	} {
		before := append([]float32{}, c.dir...)
		got := conditionedOf(c.dir, c.parts, known)
		norm := 0.0
		for _, v := range c.want {
			norm += float64(v) * float64(v)
		}
		for i, v := range c.want {
			if want := float64(v) / math.Sqrt(norm); !(math.Abs(float64(got[i])-want) < 1e-6) {
				t.Errorf("%s: value %d: want %v, got %v", name, i, want, got[i])
			}
			if c.dir[i] != before[i] {
				t.Errorf("%s: the direction itself was changed", name)
			}
		}
	}
}

func TestHairOf(t *testing.T) {
	known := []concept{{Known: Known{Name: "smile"}}, {Known: Known{Name: "blond"}, Hair: HairTone}, {Known: Known{Name: "curly"}, Hair: HairShape}}
	for name, c := range map[string]struct {
		parts []part
		want  Hair
	}{
		"nothing":         {nil, ""},
		"a smile":         {[]part{{at: 0, share: 1}}, ""},
		"blond":           {[]part{{at: 1, share: 0.9}, {at: 0, share: 0.2}}, HairTone},
		"a smiling blond": {[]part{{at: 1, share: 0.7}, {at: 0, share: -0.7}}, HairTone},
		"blond curls":     {[]part{{at: 1, share: 0.7}, {at: 2, share: 0.7}}, HairShape},
		"hardly blond":    {[]part{{at: 0, share: 0.95}, {at: 1, share: 0.2}}, ""},
	} {
		if got := hairOf(c.parts, known); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
