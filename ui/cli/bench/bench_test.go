package bench

import (
	"testing"
	"time"

	"deltaedit/engine"
)

func TestMedian(t *testing.T) {
	timings := func(v ...int) []engine.Timings {
		var out []engine.Timings
		for _, x := range v {
			out = append(out, engine.Timings{"a": time.Duration(x) * time.Millisecond})
		}
		return out
	}
	for want, all := range map[float64][]engine.Timings{
		7: timings(7), 2: timings(9, 1, 2), 2.5: timings(9, 3, 1, 2),
	} {
		if got := median(all, "a"); got != want {
			t.Errorf("median of %v is %g, want %g", all, got, want)
		}
	}
}

func TestPercentile(t *testing.T) {
	twenty := make([]float64, 20)
	for i := range twenty {
		twenty[i] = float64(20 - i)
	}
	for _, c := range []struct {
		values []float64
		share  float64
		want   float64
	}{{nil, 0.5, 0}, {[]float64{3}, 0.95, 3}, {[]float64{4, 2, 3}, 0.5, 3}, {twenty, 0.95, 19}, {twenty, 1, 20}} {
		if got := percentile(c.values, c.share); got != c.want {
			t.Errorf("%g of %v: got %g, want %g", c.share, c.values, got, c.want)
		}
	}
}
