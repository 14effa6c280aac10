package cli

import (
	"errors"
	"strings"
	"testing"
)

func TestSoak(t *testing.T) {
	f := newFake()
	got := call(t, f, "bench", "--soak", "12s", "--json", photoFile(t))
	var r soakResult
	decodeOne(t, got.out, &r)
	if r.Photos < 2 || r.Warm == 0 || r.Prompts < 1 || r.Slides < 40 || r.Frames < 2 || r.Seconds < 2 || len(r.Samples) < 2 || r.Provider != "cpu" {
		t.Errorf("got %+v", r)
	}
	if r.Start.Goroutines == 0 || r.End.Goroutines == 0 {
		t.Errorf("nothing was measured: %+v", r)
	}
	if (got.status == exitOK) != (r.grown() == nil) {
		t.Errorf("status %d, grown: %v", got.status, r.grown())
	}
	if !f.closed {
		t.Error("the models are not closed")
	}
	f = newFake()
	f.fail["draw"] = errors.New("the engine fell")
	if got := call(t, f, "bench", "--soak", "1s"); got.status != exitFailed || !strings.Contains(got.stderr, "the engine fell") {
		t.Error(got)
	}
	f = newFake()
	f.fail["diffuse"] = errors.New("the network fell")
	if got := call(t, f, "bench", "--soak", "1s", "--engine", "diffusion", "--steps", "10"); got.status != exitFailed ||
		!strings.Contains(got.stderr, "the network fell") || f.diffused[0].Steps != 10 {
		t.Error(got)
	}
	if got := call(t, newFake(), "bench", "--soak", "5ms"); got.status != exitUsage {
		t.Error(got)
	}
}

func TestSoakGrown(t *testing.T) {
	r := soakResult{Seconds: 100}
	for i := range 101 {
		s := soakSample{Seconds: float64(i), RSSMB: 1000, Goroutines: 9, Threads: 5, Handles: 7}
		if i > 80 {
			s.RSSMB = 1049
		}
		if i%10 == 0 { // for a moment there may be more
			s.Goroutines, s.RSSMB = 20, 2000
		}
		r.Samples = append(r.Samples, s)
	}
	r.measure(60e9, 15e9)
	if r.Start.RSSMB != 1000 || r.End.RSSMB != 1049 || r.Growth != 0.049 || r.grown() != nil {
		t.Errorf("start %+v, end %+v, growth %v, %v", r.Start, r.End, r.Growth, r.grown())
	}
	for i := 85; i <= 100; i++ {
		r.Samples[i].RSSMB, r.Samples[i].Handles, r.Samples[i].Goroutines, r.Samples[i].Threads = 1060, 8, 10, 6
	}
	r.measure(60e9, 15e9)
	err := r.grown()
	for _, what := range []string{"memory", "goroutines", "threads", "open files"} {
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s grew, and that is said: %v", what, err)
		}
	}
}
