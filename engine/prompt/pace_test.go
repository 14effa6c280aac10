package prompt

import (
	"math"
	"testing"
)

func TestPace(t *testing.T) {
	known := []concept{
		{Known: Known{Name: "smile", Gain: 1, Low: -0.5, High: 0.5, Motion: 0.4}, Delta: axis(0)},
		{Known: Known{Name: "beard", Gain: 1, Low: -0.2, High: 0.6, Motion: 0.2}, Delta: axis(1)},
		{Known: Known{Name: "no range", Gain: 1}, Delta: axis(2)},
	}
	at := func(v ...float32) []float32 { return append(v, make([]float32, 8-len(v))...) }
	for _, c := range []struct {
		name        string
		dir, face   []float32
		back, ahead float64
	}{
		{"in the middle", along(1), at(0), 1.25, 1.25},
		{"has all of it", along(1), at(0.5), 2.5, minForward},
		{"has none", along(1), at(-0.5), minBackward, 2.5},
		{"beyond the range", along(1), at(-0.7), minBackward, 3},
		{"the opposite", along(-1), at(-0.5), 2.5, minForward},
		{"two wishes", along(1, 1), at(-0.5, 0.4), 1.5, (2.5 + 1) / 2.},
		{"one of them without a range", along(1, 0, 1), at(0.5), 2.5, minForward},
	} {
		back, ahead := headroom(decompose(c.dir, 1, known).ranges, c.face)
		if math.Abs(back-c.back) > 1e-6 || math.Abs(ahead-c.ahead) > 1e-6 {
			t.Errorf("%s: want %v and %v, got %v and %v", c.name, c.back, c.ahead, back, ahead)
		}
	}
	free := Direction{}
	none := Direction{ranges: decompose(along(1), 1, known).ranges}
	bald := at(-0.5)
	last := math.Inf(-1)
	for x := -3.0; x <= 3; x += 0.01 {
		if got := free.Pace(x, bald); got != x {
			t.Fatalf("without ranges: want %v, got %v", x, got)
		}
		got := none.Pace(x, bald)
		if !(got > last) || math.Abs(got) > math.Abs(x)+1e-12 {
			t.Fatalf("strength %v: got %v after %v", x, got, last)
		}
		if x > 0 && x <= minForward && got != x {
			t.Fatalf("strength %v toward the wish: got %v", x, got)
		}
		last = got
	}
	if got, want := none.Pace(-1, bald), -minBackward*(1+math.Log(1/minBackward)); math.Abs(got-want) > 1e-12 {
		t.Errorf("away from what is not there: want %v, got %v", want, got)
	}
	if got := none.Pace(0, bald); got != 0 {
		t.Errorf("strength 0: got %v", got)
	}
}
