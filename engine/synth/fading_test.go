package synth

import (
	"slices"
	"testing"
)

func TestFading(t *testing.T) {
	// Two channels of four cells.
	offset := []float32{1, 2, 3, 4, 10, 20, 30, 40}
	whole := slices.Clone(offset)
	f := NewFading([]float32{0, 1, 0.5, 0}, []float32{0, 0.5, 1, 0})
	for _, c := range []struct{ amounts, want []float32 }{
		{[]float32{1, 0}, []float32{1, 0, 1.5, 4, 10, 0, 15, 40}},
		{[]float32{0.5, 0.5}, []float32{1, 1, 1.5, 4, 10, 10, 15, 40}},
		{[]float32{0, 0}, whole},
		{[]float32{1, 1}, []float32{1, 0, 0, 4, 10, 0, 0, 40}},
	} {
		got := f.Offset(offset, c.amounts)
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.amounts, got, c.want)
		}
		if again := f.Offset(offset, c.amounts); &again[0] != &got[0] {
			t.Errorf("%v: another slice for the same amounts", c.amounts)
		}
	}
	if !slices.Equal(offset, whole) {
		t.Errorf("the offset itself is %v", offset)
	}
	a := f.Offset(offset, []float32{1, 0})
	if b := f.Offset(offset, []float32{0.9, 0}); &a[0] == &b[0] {
		t.Error("other amounts give the same slice, which the generator takes for the same offset")
	}
	refined := []float32{8, 8, 8, 8, 8, 8, 8, 8}
	if got := f.Offset(refined, []float32{1, 0}); !slices.Equal(got, []float32{8, 0, 4, 8, 8, 0, 4, 8}) {
		t.Errorf("another offset: %v", got)
	}
	amounts := []float32{0, 0}
	if n := testing.AllocsPerRun(10, func() {
		amounts[0] += 0.01
		f.Offset(refined, amounts)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
