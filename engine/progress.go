package engine

import (
	"sync"
	"time"
)

// patience is how long a task stays silent: shorter ones report nothing.
const patience = 300 * time.Millisecond

// tracker turns a task's reports into progress events once the task has lasted
// longer than patience; one task after the other. Safe for concurrent use.
type tracker struct {
	out    *outbox
	timer  *time.Timer
	report Report // into the task under way

	mu       sync.Mutex
	task     string
	began    time.Time
	fraction float64
	shown    bool
	done     bool

	// Of a task that goes in steps:
	step, steps int
	from        int       // steps that were taken when
	since       time.Time // it began
	last        time.Time // report
}

func newTracker(out *outbox) *tracker {
	t := &tracker{out: out, done: true}
	t.report = t.told
	return t
}

// begin starts to watch a task, named in a sentence fit for a person.
func (t *tracker) begin(task string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.task, t.fraction, t.shown, t.done = task, -1, false, false
	t.began, t.last = now, now
	t.step, t.steps, t.from, t.since = 0, 0, 0, time.Time{}
	if t.timer == nil {
		t.timer = time.AfterFunc(patience, t.show)
	} else {
		t.timer.Reset(patience)
	}
}

func (t *tracker) show() {
	t.mu.Lock()
	defer t.mu.Unlock()
	// The timer of a task that ended just then may come in the next one.
	if t.done || time.Since(t.began) < patience {
		return
	}
	t.shown = true
	t.send()
}

// send tells of the task. t.mu is held.
func (t *tracker) send() {
	p := Progress{Task: t.task, Fraction: t.fraction, Step: t.step, Steps: t.steps}
	if n := t.step - t.from; n > 0 {
		p.Left = t.last.Sub(t.since) / time.Duration(n) * time.Duration(t.steps-t.step)
	}
	t.out.sendProgress(p)
}

// counted is report for a task that goes in steps of equal length, the last of
// which has just been taken: 1 to steps.
func (t *tracker) counted(task string, step, steps int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return
	}
	if t.steps == 0 || task != t.task || step <= t.step {
		// A step before this one may have been taken at another time.
		t.from, t.since = step-1, t.last
	}
	t.task, t.step, t.steps, t.last = task, step, steps, time.Now()
	t.fraction = float64(step) / float64(steps)
	if t.shown {
		t.send()
	}
}

// told is report.
func (t *tracker) told(task string, fraction float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return
	}
	if task != "" {
		t.task = task
	}
	t.fraction, t.step, t.steps, t.from = fraction, 0, 0, 0
	if t.shown {
		t.send()
	}
}

// end says that the task is over, if it was ever shown.
func (t *tracker) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.timer.Stop()
	t.done = true
	if t.shown {
		t.out.sendProgress(Progress{Task: t.task, Fraction: 1, Done: true})
	}
}
