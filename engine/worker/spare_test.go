package worker_test

import (
	"context"
	"errors"
	"image"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"deltaedit/engine"
	"deltaedit/engine/worker"
)

// variants returns spare work that draws n variants of 100 ms each and counts those that
// were finished.
func variants(n int64, done *atomic.Int64) func(context.Context, engine.Pipeline) error {
	return func(ctx context.Context, p engine.Pipeline) error {
		for done.Load() < n {
			err := p.Variant(ctx, edit(1, 1, engine.QualityRest), engine.StagePreview, func(size image.Point) *image.RGBA {
				return image.NewRGBA(image.Rectangle{Max: size})
			})
			if err != nil {
				return err
			}
			done.Add(1)
		}
		return nil
	}
}

func TestSpareWorkWaitsForEverythingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["preview"], f.cost["final"], f.cost["variant"] = 60*ms, 300*ms, 100*ms
		e, s := open(t, f)
		defer e.Close()
		e.Post(edit(1, 0.5, engine.QualityRest))
		var done atomic.Int64
		ended := make(chan error, 1)
		go func() { ended <- e.Spare(t.Context(), variants(3, &done)) }()
		wait(s, 330*ms)
		if calls, _ := f.count("variant"); calls != 0 {
			t.Errorf("%d variants while the picture was being drawn, want none", calls)
		}
		wait(s, 400*ms)
		select {
		case err := <-ended:
			if err != nil || done.Load() != 3 {
				t.Errorf("%d variants, %v", done.Load(), err)
			}
		default:
			t.Error("the variants are not done after 300 ms of spare time")
		}
		if !e.Idle() || len(s.failed) != 0 {
			t.Errorf("idle %v, failed %v", e.Idle(), s.failed)
		}
	})
}

func TestARequestCutsSpareWorkWhichGoesOnAfterwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["preview"], f.cost["final"], f.cost["variant"] = 60*ms, 300*ms, 100*ms
		e, s := open(t, f)
		defer e.Close()
		var done atomic.Int64
		ended := make(chan error, 1)
		go func() { ended <- e.Spare(t.Context(), variants(3, &done)) }()
		wait(s, 150*ms) // in the second one
		g := e.Post(edit(1, 0.5, engine.QualityDrag))
		wait(s, 80*ms)
		if _, cut := f.count("variant"); cut != 1 || done.Load() != 1 {
			t.Errorf("%d variants cut, %d done, want 1 and 1", cut, done.Load())
		}
		if l := s.last(); l.Generation != g || l.Stage != engine.StagePreview {
			t.Errorf("80 ms after the slider moved: generation %d, stage %s", l.Generation, l.Stage)
		}
		wait(s, 300*ms)
		if err := <-ended; err != nil || done.Load() != 3 {
			t.Errorf("%d variants, %v, want 3", done.Load(), err)
		}
		if len(s.failed) != 0 {
			t.Errorf("failed %v", s.failed)
		}
	})
}

func TestCommandsCutSpareWork(t *testing.T) {
	for _, c := range []struct {
		name string
		ask  func(*worker.Worker)
		step string
	}{
		{"export", func(e *worker.Worker) { e.Export("/out.png") }, "export"},
		{"open", func(e *worker.Worker) { e.Open("/photos/b.jpg") }, "open"},
		{"cancel", func(e *worker.Worker) { e.Cancel() }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.cost["variant"], f.cost["export"] = 1000*ms, 50*ms
				e, s := open(t, f)
				defer e.Close()
				e.Post(edit(1, 0.5, engine.QualityRest))
				wait(s, 100*ms)
				var done atomic.Int64
				ended := make(chan error, 1)
				go func() { ended <- e.Spare(t.Context(), variants(1, &done)) }()
				wait(s, 200*ms)
				c.ask(e)
				wait(s, 100*ms)
				if _, cut := f.count("variant"); cut != 1 {
					t.Errorf("%d variants cut, want 1", cut)
				}
				if calls, _ := f.count(c.step); c.step != "" && calls == 0 {
					t.Errorf("no %s 100 ms later", c.step)
				}
				wait(s, 1100*ms)
				if err := <-ended; err != nil || done.Load() != 1 || len(s.failed) != 0 {
					t.Errorf("done %d, %v, failed %v", done.Load(), err, s.failed)
				}
			})
		})
	}
}

func TestSpareJobsAreDoneInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		e, s := open(t, f)
		defer e.Close()
		var order []int
		for i := range 3 {
			go func() {
				_ = e.Spare(t.Context(), func(ctx context.Context, _ engine.Pipeline) error {
					order = append(order, i)
					return f.spend(ctx, "spare")
				})
			}()
			synctest.Wait()
		}
		wait(s, 100*ms)
		if !slices.Equal(order, []int{0, 1, 2}) {
			t.Errorf("order %v", order)
		}
	})
}

func TestEndsOfSpareWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["variant"], f.deaf["variant"] = 100*ms, true
		e, s := open(t, f)
		ctx, cancel := context.WithCancel(t.Context())
		// One is at work in native code that does not hear of cancelling, one waits.
		first, second := make(chan error, 1), make(chan error, 1)
		var one, two atomic.Int64
		go func() { first <- e.Spare(ctx, variants(1, &one)) }()
		synctest.Wait()
		go func() { second <- e.Spare(ctx, variants(1, &two)) }()
		synctest.Wait()
		cancel()
		if err := <-second; !errors.Is(err, context.Canceled) || two.Load() != 0 {
			t.Errorf("the one that waited: %v", err)
		}
		select {
		case err := <-first:
			t.Errorf("returned %v while its work was still running", err)
		default:
		}
		wait(s, 100*ms)
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Errorf("the one at work: %v", err)
		}
		if err := e.Spare(t.Context(), func(context.Context, engine.Pipeline) error { return errBroken }); !errors.Is(err, errBroken) {
			t.Errorf("the work's own error: %v", err)
		}
		if err := e.Spare(t.Context(), func(context.Context, engine.Pipeline) error { panic("oh") }); err == nil {
			t.Error("a panic was not reported")
		}
		closing := make(chan error, 1)
		var again atomic.Int64
		go func() { closing <- e.Spare(t.Context(), variants(1, &again)) }()
		synctest.Wait()
		e.Close()
		if err := <-closing; !errors.Is(err, engine.ErrClosed) {
			t.Errorf("closing: %v", err)
		}
		if err := e.Spare(t.Context(), variants(1, &again)); !errors.Is(err, engine.ErrClosed) {
			t.Errorf("after closing: %v", err)
		}
		if len(s.failed) != 0 {
			t.Errorf("failed %v", s.failed)
		}
	})
}

func TestSpareWorkWithoutModels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.fail["load"] = errBroken
		e, s := start(t, f)
		defer e.Close()
		wait(s, 50*ms)
		if err := e.Spare(t.Context(), func(context.Context, engine.Pipeline) error { return nil }); err == nil {
			t.Error("spare work was done without models")
		}
	})
}
