package worker_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/worker"
)

// rhythm is the least time between two pictures of the screen.
const rhythm = time.Second / 60

// delivered drags the slider for so long, a move every 4 ms as from a quick mouse,
// over a screen that takes a frame at once, and returns when frames came.
func delivered(e *worker.Worker, s *screen, long time.Duration) (at []time.Time, newest uint64) {
	n := len(s.painted)
	for end, i := time.Now().Add(long), 0; time.Now().Before(end); i++ {
		newest = e.Post(edit(1, float64(i%90+1)/100, engine.QualityDrag))
		for range 4 {
			time.Sleep(ms)
			synctest.Wait()
			s.drain()
			for ; n < len(s.painted); n++ {
				at = append(at, time.Now())
			}
		}
	}
	return at, newest
}

func TestADraggedSliderKeepsToTheScreensRhythm(t *testing.T) {
	for _, c := range []struct {
		cost, least, most time.Duration // of a preview, and between two frames
	}{
		{time.Millisecond, rhythm - 2*ms, rhythm + 3*ms}, // no more than the screen shows
		{10 * ms, rhythm - 2*ms, rhythm + 3*ms},
		{40 * ms, 40 * ms, 42 * ms}, // as fast as it goes
	} {
		t.Run(c.cost.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.cost["preview"] = c.cost
				e, s := open(t, f)
				defer e.Close()
				at, newest := delivered(e, s, time.Second)
				if want := int(time.Second / max(rhythm, c.cost)); len(at) < want-4 || len(at) > want+1 {
					t.Errorf("%d frames in a second, want about %d", len(at), want)
				}
				for i := 1; i < len(at); i++ {
					if gap := at[i].Sub(at[i-1]); gap < c.least || gap > c.most {
						t.Errorf("frame %d came %v after the one before, want %v to %v", i, gap, c.least, c.most)
					}
				}
				// The last place is always shown, soon.
				wait(s, c.cost+2*rhythm)
				if got := s.last().Generation; got != newest {
					t.Errorf("ended on generation %d, want %d", got, newest)
				}
			})
		})
	}
}

// What is not a move of the slider does not wait for the screen.
func TestARestingSliderIsNotPaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["preview"], f.cost["final"] = ms, 200*ms
		e, s := open(t, f)
		defer e.Close()
		e.Post(edit(1, 0.5, engine.QualityDrag))
		time.Sleep(2 * ms)
		start := time.Now()
		g := e.Post(edit(1, 0.6, engine.QualityRest))
		for s.last0() != g {
			time.Sleep(ms)
			synctest.Wait()
			s.drain()
		}
		if d := time.Since(start); d > 3*ms {
			t.Errorf("its preview came after %v", d)
		}
	})
}

// last0 is the generation painted last, 0 for none.
func (s *screen) last0() uint64 {
	if len(s.painted) == 0 {
		return 0
	}
	return s.last().Generation
}

// How many pictures come between depends on how long the full size takes.
func TestTheNumberOfPicturesAdaptsToTheMachine(t *testing.T) {
	const (
		preview, final = engine.StagePreview, engine.StageFinal
	)
	for _, c := range []struct {
		name           string
		preview, final time.Duration
		dragged        engine.Stage   // once the machine is known
		rested         []engine.Stage // at another place than the slider was dragged to
		released       []engine.Stage // where it was dragged to
	}{
		{"slow", 40 * ms, 150 * ms, preview, []engine.Stage{preview, final}, []engine.Stage{final}},
		{"fast", 5 * ms, 35 * ms, preview, []engine.Stage{final}, []engine.Stage{final}},
		{"as the screen", 2 * ms, 8 * ms, final, []engine.Stage{final}, []engine.Stage{final}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.cost["preview"], f.cost["final"] = c.preview, c.final
				e, s := open(t, f)
				defer e.Close()
				// Nothing is known yet: coarse to fine.
				e.Post(edit(1, 0.91, engine.QualityRest))
				wait(s, time.Second)
				if calls, _ := f.count("preview"); calls != 1 || s.last().Stage != final {
					t.Errorf("first: %v after %d previews", s.stages(0), calls)
				}
				n := len(s.painted)
				delivered(e, s, 500*ms)
				wait(s, 200*ms)
				for i, got := range s.stages(n) {
					if got != c.dragged {
						t.Errorf("dragged: frame %d is %s, want %s", i, got, c.dragged)
					}
				}
				if _, cut := f.count("final"); cut != 0 {
					t.Errorf("%d full-size pictures of a moving slider were cut short", cut)
				}
				n = len(s.painted)
				e.Post(edit(1, 0.95, engine.QualityRest))
				wait(s, time.Second)
				if got := s.stages(n); !slices.Equal(got, c.rested) {
					t.Errorf("rested: %v, want %v", got, c.rested)
				}
				e.Post(edit(1, 0.97, engine.QualityDrag))
				wait(s, 200*ms)
				n = len(s.painted)
				g := e.Post(edit(1, 0.97, engine.QualityRest))
				wait(s, time.Second)
				if got := s.stages(n); !slices.Equal(got, c.released) || s.last().Generation != g {
					t.Errorf("released: %v of generation %d, want %v of %d", got, s.last().Generation, c.released, g)
				}
				// Another photo may behave differently.
				e.Open("/photos/b.jpg")
				wait(s, 200*ms)
				before, _ := f.count("preview")
				e.Post(edit(2, 0.93, engine.QualityRest))
				wait(s, time.Second)
				if calls, _ := f.count("preview"); calls != before+1 || s.last().Stage != final {
					t.Errorf("of another photo: %s after %d previews", s.last().Stage, calls-before)
				}
			})
		})
	}
}

// A machine that gets slower goes back to previews.
func TestAMovingSliderFallsBackToPreviews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["preview"], f.cost["final"] = 2*ms, 8*ms
		e, s := open(t, f)
		defer e.Close()
		e.Post(edit(1, 0.95, engine.QualityRest))
		wait(s, 200*ms)
		delivered(e, s, 200*ms)
		if got := s.last().Stage; got != engine.StageFinal {
			t.Fatalf("dragged in %ss", got)
		}
		f.set(func() { f.cost["final"] = 100 * ms })
		n := len(s.painted)
		delivered(e, s, 600*ms)
		got := s.stages(n)
		// The fake keeps every image, and a kept image says nothing about the time to draw one.
		if len(got) < 10 || slices.Contains(got[6:], engine.StageFinal) {
			t.Errorf("goes on in %v", got)
		}
	})
}
