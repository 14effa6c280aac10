package measure

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheFastestIsTaken(t *testing.T) {
	for _, c := range []struct {
		cuda, webgpu, cpu time.Duration
		want              string
	}{
		{5, 9, 50, "cuda"},
		{9, 5, 50, "webgpu"},
		{90, 80, 50, "cpu"},
	} {
		r := newRig(t, map[string]*fake{
			"cuda": {took: c.cuda * time.Millisecond}, "webgpu": {took: c.webgpu * time.Millisecond}, CPU: {took: c.cpu * time.Millisecond},
		})
		d := r.choose(t, false)
		if d.Provider != c.want || d.Kept || d.Measured.IsZero() || d.File != r.File || d.Notice != "" {
			t.Errorf("%v: got %+v", c, d)
		}
		if got := of(t, d, "cuda"); got.PreviewMS != float64(c.cuda) || got.FinalMS != float64(c.cuda) || got.Device != "a cuda" {
			t.Errorf("cuda: %+v", got)
		}
		if got := of(t, d, "coreml"); got.Refused != "not built in" || got.TotalMS() != 0 || got.Broken {
			t.Errorf("coreml: %+v", got)
		}
		if last := d.Candidates[len(d.Candidates)-1]; last.Provider != CPU || last.Device != "a processor" {
			t.Errorf("the CPU is not the last: %+v", d.Candidates)
		}
		for name, f := range r.fakes {
			if f.closed.Load() != 1 {
				t.Errorf("%s was closed %d times", name, f.closed.Load())
			}
		}
		if len(r.at) == 0 || r.at[0] != 0 || r.at[len(r.at)-1] != 1 {
			t.Errorf("progress is %v", r.at)
		}
		for i := 1; i < len(r.at); i++ {
			if r.at[i] < r.at[i-1] {
				t.Errorf("progress goes back: %v", r.at)
			}
		}
	}
}

func TestNothingIsMeasuredWithoutAChoice(t *testing.T) {
	r := newRig(t, map[string]*fake{})
	d := r.choose(t, false)
	if d.Provider != CPU || d.Notice != "no GPU can be used" || !d.Measured.IsZero() || d.Kept || len(d.Candidates) != 2 {
		t.Errorf("got %+v", d)
	}
	if n := r.fakes[CPU].opened.Load(); n != 0 {
		t.Errorf("the CPU was opened %d times", n)
	}
	if _, ok := r.Kept(); ok {
		t.Error("what was not measured is kept")
	}
	if len(r.at) != 0 {
		t.Errorf("it reported %v", r.at)
	}
}

// Whatever a provider does, it is refused with the reason, the others are measured,
// and the decision holds.
func TestBadProvidersAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		bad  *fake
		says string
	}{
		"fails at append or creation": {&fake{open: errBoom}, "boom"},
		"fails at the first run":      {&fake{failAt: 1}, "boom"},
		"fails at a later run":        {&fake{failAt: 4}, "boom"},
		"panics":                      {&fake{panics: true}, "injected"},
		"gives NaN":                   {&fake{spoil: func(_, _ int, d *Drawn) { d.Final[7] = nan }}, "NaN"},
		"gives NaN in the preview":    {&fake{spoil: func(_, _ int, d *Drawn) { d.Preview[3] = nan }}, "preview has NaN"},
		"gives NaN later":             {&fake{spoil: func(_, drawn int, d *Drawn) { d.Final[0] = map[bool]float32{true: nan}[drawn > 2] }}, ""},
		"draws another picture":       {&fake{spoil: func(n, _ int, d *Drawn) { d.Final = ramp(64, n+1) }}, "its picture is another than the CPU's"},
		"draws nothing":               {&fake{spoil: func(_, _ int, d *Drawn) { clear(d.Preview) }}, "its preview is another"},
		"draws another size":          {&fake{spoil: func(_, _ int, d *Drawn) { d.Final = d.Final[:9] }}, "9 values"},
		"spoils a corner":             {&fake{spoil: func(_, _ int, d *Drawn) { d.Final[0] += 0.5 }}, "more than 0.1 in"},
	} {
		t.Run(name, func(t *testing.T) {
			c.bad.took = time.Millisecond // it would win
			r := newRig(t, map[string]*fake{"cuda": c.bad, "webgpu": {took: 20 * time.Millisecond}})
			d := r.choose(t, false)
			if got := of(t, d, "cuda"); !got.Broken || !strings.Contains(got.Refused, c.says) || got.TotalMS() != 0 {
				t.Errorf("cuda: %+v, want %q", got, c.says)
			}
			if d.Provider != "webgpu" {
				t.Errorf("chosen: %s", d.Provider)
			}
			if !strings.Contains(d.Notice, "cuda is not used: ") || !strings.Contains(d.Notice, c.says) {
				t.Errorf("notice %q", d.Notice)
			}
			if c.bad.opened.Load() != 1 || c.bad.open == nil && c.bad.closed.Load() != 1 {
				t.Errorf("opened %d times, closed %d", c.bad.opened.Load(), c.bad.closed.Load())
			}
			// The next start reports it again, without measuring again.
			again := r.choose(t, false)
			if !again.Kept || again.Provider != "webgpu" || again.Notice != d.Notice || c.bad.opened.Load() != 1 {
				t.Errorf("the next time: %+v, opened %d times", again, c.bad.opened.Load())
			}
		})
	}
}

// What sums in another order and rounds otherwise agrees.
func TestRoundingIsNoOtherPicture(t *testing.T) {
	r := newRig(t, map[string]*fake{"cuda": {took: time.Millisecond, spoil: func(_, _ int, d *Drawn) {
		for i := range d.Final {
			d.Final[i] += 0.005 * float32(i%3-1)
		}
		d.Final[0] = -3 // as dark as dark can be, as -1 is
	}}})
	if d := r.choose(t, false); d.Provider != "cuda" {
		t.Errorf("got %+v", d)
	}
}

// A provider that hangs takes its share of the time and no more, whether it listens
// to its context or not; one that does not is left behind, and closed when it
// returns.
func TestHangingProvidersAreBounded(t *testing.T) {
	for name, bad := range map[string]*fake{
		"opening": {hangOpen: true}, "drawing": {hangDraw: true},
		"opening, deaf": {hangOpen: true, deaf: true}, "drawing, deaf": {hangDraw: true, deaf: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, map[string]*fake{"cuda": bad, "webgpu": {took: 20 * time.Millisecond}})
			r.Budget = 300 * time.Millisecond
			start := time.Now()
			d := r.choose(t, false)
			if took := time.Since(start); took > r.Budget+20*grace {
				t.Errorf("it took %v", took)
			}
			if got := of(t, d, "cuda"); !got.Broken || !strings.Contains(got.Refused, "took longer than") {
				t.Errorf("cuda: %+v", got)
			}
			if d.Provider != "webgpu" {
				t.Errorf("chosen: %s", d.Provider)
			}
			if bad.deaf {
				bad.release <- struct{}{}
			}
			for end := time.Now().Add(time.Minute); bad.closed.Load() != 1 && (bad.deaf || !bad.hangOpen); time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					t.Fatal("it was never closed")
				}
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	for name, f := range map[string]*fake{
		"listening": {hangDraw: true}, "deaf": {hangOpen: true, deaf: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, map[string]*fake{"cuda": f})
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(30*time.Millisecond, cancel)
			start := time.Now()
			_, err := r.Choose(ctx, false, r.progress)
			if !errors.Is(err, context.Canceled) || time.Since(start) > 20*grace {
				t.Errorf("after %v: %v", time.Since(start), err)
			}
			if _, ok := r.Kept(); ok {
				t.Error("half a measurement is kept")
			}
		})
	}
	r := newRig(t, map[string]*fake{"cuda": {took: time.Millisecond}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Choose(ctx, false, r.progress); !errors.Is(err, context.Canceled) || r.fakes["cuda"].opened.Load() != 0 {
		t.Errorf("cancelled before: %v", err)
	}
}

// Where the CPU itself cannot be measured there is nothing to compare with: the
// first that works is used, as a rule a good one, and nothing is kept.
func TestTheCPUFails(t *testing.T) {
	for name, bad := range map[string]*fake{
		"open": {open: errBoom}, "blank": {spoil: func(_, _ int, d *Drawn) { clear(d.Final) }}, "run": {failAt: 2},
	} {
		r := newRig(t, map[string]*fake{"cuda": {took: time.Millisecond}, CPU: bad})
		d := r.choose(t, false)
		if d.Provider != "cuda" || !strings.Contains(d.Notice, "could not be measured") || !d.Measured.IsZero() {
			t.Errorf("%s: %+v", name, d)
		}
		if _, ok := r.Kept(); ok {
			t.Errorf("%s: it is kept", name)
		}
	}
}

// A slow machine's CPU is measured by its first run where there is time for no
// other.
func TestASlowCPU(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &fake{took: 4 * time.Second}
		slow.spoil = func(int, int, *Drawn) { time.Sleep(4 * time.Second) }
		c := &Chooser{Open: func(context.Context, string) (Runner, error) { return listener{slow}, nil }}
		out, err := c.run(timeout(t, 5*time.Second), CPU, checkNotBlank)
		if err != nil || out.preview != 4000 {
			t.Errorf("%+v, %v", out, err)
		}
		slow.drawn = 0
		if _, err := c.run(timeout(t, 5*time.Second), "cuda", checkNotBlank); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a GPU measured by its first run, with the compiling: %v", err)
		}
	})
}

// listener is a fake that stops when its context has ended.
type listener struct{ *fake }

func (l listener) Draw(ctx context.Context, n int) (Drawn, error) {
	d, err := l.fake.Draw(ctx, n)
	if err == nil {
		err = ctx.Err()
	}
	return d, err
}

func timeout(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestSummary(t *testing.T) {
	d := Decision{Candidates: []Candidate{
		{Provider: "cuda", Refused: "no"}, {Provider: "webgpu", PreviewMS: 1.26, FinalMS: 2}, {Provider: "cpu", PreviewMS: 30, FinalMS: 140.6},
	}}
	if got := d.Summary(); got != "webgpu 3.3 ms, cpu 171 ms" {
		t.Errorf("got %q", got)
	}
}
