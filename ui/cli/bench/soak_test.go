package bench

import (
	"strings"
	"testing"
)

func TestSoakGrown(t *testing.T) {
	r := SoakResult{Seconds: 100}
	for i := range 101 {
		s := Sample{Seconds: float64(i), RSSMB: 1000, Goroutines: 9, Threads: 5, Handles: 7}
		if i > 80 {
			s.RSSMB = 1049
		}
		if i%10 == 0 { // for a moment there may be more
			s.Goroutines, s.RSSMB = 20, 2000
		}
		r.Samples = append(r.Samples, s)
	}
	r.measure(60e9, 15e9)
	if r.Start.RSSMB != 1000 || r.End.RSSMB != 1049 || r.Growth != 0.049 || r.Grown() != nil {
		t.Errorf("start %+v, end %+v, growth %v, %v", r.Start, r.End, r.Growth, r.Grown())
	}
	for i := 85; i <= 100; i++ {
		r.Samples[i].RSSMB, r.Samples[i].Handles, r.Samples[i].Goroutines, r.Samples[i].Threads = 1060, 8, 10, 6
	}
	r.measure(60e9, 15e9)
	err := r.Grown()
	for _, what := range []string{"memory", "goroutines", "threads", "open files"} {
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s grew, and that is said: %v", what, err)
		}
	}
}
