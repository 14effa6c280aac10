package worker_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"deltaedit/engine"
)

// faithful is edit by diffusion.
func faithful(photo uint64, strength float64, q engine.Quality) engine.Request {
	r := edit(photo, strength, q)
	r.Renderer = engine.Diffusion
	return r
}

// stages are those of the frames painted from the n-th on.
func (s *screen) stages(n int) []engine.Stage {
	var out []engine.Stage
	for _, f := range s.painted[n:] {
		out = append(out, f.Stage)
	}
	return out
}

func TestDiffusionIsShownStepByStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["preview"], f.cost["prepare"], f.cost["step"] = 40*ms, 200*ms, 100*ms
		e, s := open(t, f)
		defer e.Close()
		for i := range 20 { // the hand moves: previews alone
			e.Post(faithful(1, float64(i)/100, engine.QualityDrag))
			wait(s, 20*ms)
		}
		if calls, _ := f.count("prepare"); calls != 0 || slices.Contains(s.stages(0), engine.StageRefined) {
			t.Errorf("%d steps while dragging", calls)
		}
		n := len(s.painted)
		g := e.Post(faithful(1, 0.5, engine.QualityRest))
		wait(s, 150*ms)
		if l := s.last(); l.Stage != engine.StagePreview || l.Generation != g {
			t.Errorf("%s of generation %d first, want the preview", l.Stage, l.Generation)
		}
		wait(s, 4*time.Second)
		got := s.stages(n)
		refined := 0
		for _, st := range got {
			if st == engine.StageRefined {
				refined++
			}
		}
		// The last step is the final picture's.
		if i := slices.Index(got, engine.StageRefined); refined != 9 || got[i-1] != engine.StagePreview || got[len(got)-1] != engine.StageFinal {
			t.Errorf("stages %v", got)
		}
		if !(s.last().Timings["total"] > 3*time.Second) || s.last().Image.Pix[0] != 50 {
			t.Errorf("the last frame: %v, shade %d", s.last().Timings, s.last().Image.Pix[0])
		}
		// Both tasks with their steps, and about how long they go on.
		seen := map[engine.TaskKind][]engine.Progress{}
		for _, p := range s.progress {
			if p.Steps > 0 && !p.Done {
				seen[p.Task.Kind] = append(seen[p.Task.Kind], p)
			}
		}
		for task, each := range map[engine.TaskKind]time.Duration{engine.TaskDiffusionPrepare: 200 * ms, engine.TaskDiffusionDraw: 100 * ms} {
			told := seen[task]
			if len(told) < 8 {
				t.Errorf("%d: told %d times", task, len(told))
				continue
			}
			for _, p := range told {
				want := each * time.Duration(p.Steps-p.Step)
				if p.Steps != fakeSteps || p.Fraction != float64(p.Step)/fakeSteps || p.Left < want-20*ms || p.Left > want+20*ms {
					t.Errorf("%d: %+v, want %v left", task, p, want)
				}
			}
		}
		if p := s.progress[len(s.progress)-1]; !p.Done {
			t.Errorf("the last progress is %+v", p)
		}
		// What is kept is drawn at once, without a preview.
		n = len(s.painted)
		e.Post(faithful(1, 0.5, engine.QualityRest))
		wait(s, 100*ms)
		if got := s.stages(n); !slices.Equal(got, []engine.Stage{engine.StageFinal}) {
			t.Errorf("the same again: %v", got)
		}
		// Another strength costs its own steps alone.
		e.Post(faithful(1, 0.7, engine.QualityRest))
		wait(s, 2*time.Second)
		if calls, _ := f.count("prepare"); calls != fakeSteps {
			t.Errorf("prepared in %d steps, want %d once", calls, fakeSteps)
		}
	})
}

func TestDiffusionIsPaintedAsFastAsTheScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["step"] = 8 * ms
		e, s := open(t, f)
		defer e.Close()
		e.Post(faithful(1, 0.5, engine.QualityRest))
		wait(s, time.Second)
		refined := 0
		for _, st := range s.stages(0) {
			if st == engine.StageRefined {
				refined++
			}
		}
		if refined < 2 || refined > 5 {
			t.Errorf("%d frames in 80 ms of steps, want 2 to 5", refined)
		}
		if s.last().Stage != engine.StageFinal {
			t.Errorf("ended with %s", s.last().Stage)
		}
		// A screen that does not paint is sent no second frame.
		f.cost["step"] = 100 * ms
		e.Post(faithful(1, 0.6, engine.QualityRest))
		time.Sleep(900 * ms)
		synctest.Wait()
		if n := s.waiting(); n > 3 {
			t.Errorf("%d events wait for a screen that stands still", n)
		}
		s.drain()
	})
}

func TestANewerRequestEndsTheDiffusionBetweenSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["preview"], f.cost["prepare"], f.cost["step"] = 10*ms, 100*ms, 10*time.Second
		e, s := open(t, f)
		defer e.Close()
		e.Post(faithful(1, 0.5, engine.QualityRest))
		wait(s, 550*ms) // while the face is prepared
		g := e.Post(faithful(1, 0.6, engine.QualityDrag))
		wait(s, 50*ms)
		if l := s.last(); l.Generation != g || l.Stage != engine.StagePreview {
			t.Errorf("the slider waits: generation %d, %s", l.Generation, l.Stage)
		}
		e.Post(faithful(1, 0.7, engine.QualityRest))
		wait(s, time.Second)
		if calls, cut := f.count("prepare"); calls != fakeSteps+1 || cut != 1 {
			t.Errorf("%d steps of preparing and %d cut, want %d and the one that was cut", calls, cut, fakeSteps)
		}
		// Inside the first step of drawing: its run is ended, not waited for.
		g = e.Post(faithful(1, 0.8, engine.QualityDrag))
		wait(s, 50*ms)
		if _, cut := f.count("step"); cut != 1 || s.last().Generation != g {
			t.Errorf("%d steps cut, generation %d", cut, s.last().Generation)
		}
		// Esc leaves the preview, and says nothing.
		e.Post(faithful(1, 0.9, engine.QualityRest))
		wait(s, 400*ms)
		e.Cancel()
		wait(s, 100*ms)
		if p := s.progress[len(s.progress)-1]; !p.Done || len(s.failed) != 0 || s.last().Stage != engine.StagePreview {
			t.Errorf("progress %+v, failed %v, %s", p, s.failed, s.last().Stage)
		}
		if calls, _ := f.count("step"); calls != 2 {
			t.Errorf("%d steps: a cancelled request was taken up again", calls)
		}
		if slices.Contains(s.stages(0), engine.StageFinal) {
			t.Error("half a picture is final")
		}
	})
}

func TestTheFaceIsPreparedWhileNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["prepare"] = 100 * ms
		e, s := open(t, f)
		defer e.Close()
		r := faithful(1, 0, engine.QualityRest)
		r.Edits = nil
		e.Post(r)
		wait(s, 350*ms)
		if len(s.progress) > 0 && slices.ContainsFunc(s.progress, func(p engine.Progress) bool { return strings.Contains(p.Task.String(), "diffusion") }) {
			t.Errorf("progress %+v", s.progress)
		}
		e.Export("/out.png") // does not wait for it
		wait(s, 40*ms)
		if calls, cut := f.count("prepare"); len(s.exported) != 1 || cut != 1 || calls >= fakeSteps {
			t.Errorf("exported %v, %d steps, %d cut", s.exported, calls, cut)
		}
		e.Post(faithful(1, 0, engine.QualityRest)) // strength 0: the photo
		wait(s, 2*time.Second)
		if calls, _ := f.count("prepare"); calls != fakeSteps+1 || s.last().Stage != engine.StageOriginal {
			t.Errorf("%d steps, %s", calls, s.last().Stage)
		}
		if calls, _ := f.count("step"); calls != 0 {
			t.Errorf("%d steps of drawing", calls)
		}
	})
}

func TestADiffusionThatFailsIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.fail["step"] = errBroken
		e, s := open(t, f)
		defer e.Close()
		e.Post(faithful(1, 0.5, engine.QualityRest))
		wait(s, time.Second)
		if len(s.failed) != 1 || s.tasks[0].Kind != engine.TaskDiffusionDraw || s.last().Stage != engine.StagePreview {
			t.Errorf("failed %v at %v, %s", s.failed, s.tasks, s.last().Stage)
		}
		// Refining ends a diffusion that would be of the old face.
		f.set(func() { delete(f.fail, "step"); f.cost["step"] = 10 * time.Second })
		e.Post(faithful(1, 0.6, engine.QualityRest))
		wait(s, 300*ms)
		e.Refine(5)
		wait(s, 100*ms)
		if _, cut := f.count("step"); cut != 1 || len(s.refined) != 1 {
			t.Errorf("%d steps cut, refined %v", cut, s.refined)
		}
	})
}
