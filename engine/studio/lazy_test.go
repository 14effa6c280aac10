package studio

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"deltaedit/engine"
)

// opening is a model that takes a while to open.
type opening struct {
	took   time.Duration
	err    error
	panics bool
	opened int
	closed int
}

func (o *opening) open() (*opening, error) {
	time.Sleep(o.took)
	o.opened++
	if o.panics {
		panic("injected")
	}
	return o, o.err
}

func (o *opening) Close() error { o.closed++; return nil }

func TestOpenedAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &opening{took: time.Second}
		l := lazy[*opening]{open: o.open}
		l.begin()
		l.begin()
		time.Sleep(700 * time.Millisecond)
		for range 2 {
			if got, err := l.get(t.Context()); got != o || err != nil {
				t.Errorf("got %v, %v", got, err)
			}
		}
		l.begin()
		if o.opened != 1 || l.took != 300*time.Millisecond {
			t.Errorf("opened %d times, waited %v", o.opened, l.took)
		}
		if err := errors.Join(l.Close(), l.Close()); err != nil || o.closed != 1 {
			t.Errorf("closed %d times: %v", o.closed, err)
		}
	})
}

// A caller that stops waiting leaves the model open; it is closed in the end.
func TestOpenedAheadForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &opening{took: time.Second}
		l := lazy[*opening]{open: o.open}
		l.begin()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := l.get(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := l.Close(); err != nil || o.opened != 1 || o.closed != 1 {
			t.Errorf("opened %d times, closed %d: %v", o.opened, o.closed, err)
		}
	})
}

// A failure is returned to the caller who asks for the stage; the next caller tries again.
func TestOpeningAheadFails(t *testing.T) {
	failed := errors.New("failed")
	for name, o := range map[string]*opening{"failed": {err: failed}, "panicked": {panics: true}} {
		l := lazy[*opening]{open: o.open}
		l.begin()
		_, err := l.get(t.Context())
		var p *engine.PanicError
		if !errors.Is(err, failed) && !errors.As(err, &p) {
			t.Errorf("%s: got %v", name, err)
		}
		o.err, o.panics = nil, false
		if got, err := l.get(t.Context()); got != o || err != nil || o.opened != 2 {
			t.Errorf("%s: again: %v, opened %d times", name, err, o.opened)
		}
		o.err = failed
		again := lazy[*opening]{open: o.open}
		again.begin()
		if err := again.Close(); err != nil || o.closed != 0 {
			t.Errorf("%s: closed %d times: %v", name, o.closed, err)
		}
	}
}
