package worker_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"deltaedit/engine"
	"deltaedit/engine/worker"
)

// loading returns a Load that gives a pipeline after its "load" step.
func loading(f *fake) engine.Load {
	return func(ctx context.Context, _ engine.ProgressFunc) (engine.Pipeline, error) {
		if err := f.spend(ctx, "load"); err != nil {
			return nil, err
		}
		return f, nil
	}
}

func TestUseOpensThePhotoWithOtherModels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, other := newFake(), newFake()
		other.also = "+webgpu"
		f.cost["final"] = 2000 * ms
		e, s := open(t, f)
		defer e.Close()
		e.Post(edit(1, 0.5, engine.QualityRest))
		wait(s, 100*ms)
		e.Use(loading(other))
		wait(s, 200*ms)
		if _, cut := f.count("final"); cut != 1 || !f.closed {
			t.Errorf("the old models: %d full-size pictures cut, closed %v", cut, f.closed)
		}
		if n := len(s.opened); n != 2 || s.opened[1].Photo != 2 || s.opened[1].Path != "/photos/a.jpg" {
			t.Fatalf("opened %+v, failed %v", s.opened, s.failed)
		}
		if st := s.status[len(s.status)-1]; st.Provider != "cpu+webgpu" {
			t.Errorf("status %+v", st)
		}
		g := e.Post(edit(2, 0.7, engine.QualityRest))
		wait(s, 200*ms)
		if calls, _ := other.count("final"); calls != 1 || s.last().Generation != g || len(s.failed) != 0 {
			t.Errorf("the new models drew %d pictures; failed %v", calls, s.failed)
		}
	})
}

func TestModelsThatCannotBeUsedChangeNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, other := newFake(), newFake()
		f.cost["final"] = 500 * ms
		other.fail["load"] = errors.New("bad pack manifest")
		e, s := open(t, f)
		defer e.Close()
		g := e.Post(edit(1, 0.5, engine.QualityRest))
		wait(s, 100*ms)
		e.Use(loading(other))
		wait(s, 2000*ms)
		if len(s.failed) != 1 || len(s.opened) != 1 || f.closed {
			t.Errorf("failed %v, opened %d, closed %v", s.failed, len(s.opened), f.closed)
		}
		if l := s.last(); l.Generation != g || l.Stage != engine.StageFinal {
			t.Errorf("ended on generation %d, stage %s: the picture that was cut short was not drawn", l.Generation, l.Stage)
		}
	})
}

// The newest choice counts; the one before it is not even opened when it waits,
// and ends early when it is being opened.
func TestTheNewestModelsCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, slow, last := newFake(), newFake(), newFake()
		slow.cost["load"] = 10000 * ms
		e, s := open(t, f)
		defer e.Close()
		e.Use(loading(slow))
		wait(s, 100*ms)
		e.Use(loading(last))
		wait(s, 200*ms)
		if _, cut := slow.count("load"); cut != 1 || len(s.opened) != 2 || len(s.failed) != 0 {
			t.Errorf("%d cut, opened %d, failed %v", cut, len(s.opened), s.failed)
		}
		if calls, _ := last.count("open"); calls != 1 || !f.closed {
			t.Errorf("the last models opened %d photos; the first are closed: %v", calls, f.closed)
		}
	})
}

// A pack that cannot be opened at the start is no dead end.
func TestUseAfterLoadingFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, other := newFake(), newFake()
		f.fail["load"] = errors.New("model pack not found")
		s := &screen{t: t}
		e := worker.New(worker.Config{Load: loading(f), Post: s.post, Listener: s})
		defer e.Close()
		wait(s, 50*ms)
		e.Use(loading(other))
		e.Open("/photos/b.jpg")
		wait(s, 100*ms)
		if len(s.failed) != 1 || len(s.opened) != 1 || len(s.status) == 0 {
			t.Errorf("failed %v, opened %v, status %v", s.failed, s.opened, s.status)
		}
	})
}
