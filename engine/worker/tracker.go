package worker

import (
	"sync"
	"time"

	"deltaedit/engine"
)

// progressDelay is the time before a task reports progress: shorter tasks report nothing.
const progressDelay = 300 * time.Millisecond

// tracker sends the progress of a task, as soon as the task has lasted longer than
// progressDelay. It tracks one task at a time. Safe for concurrent use.
type tracker struct {
	out      *outbox
	timer    *time.Timer
	progress engine.ProgressFunc // of the task under way

	mu       sync.Mutex
	task     engine.Task
	began    time.Time
	fraction float64
	visible  bool
	done     bool

	// For a task that consists of steps:
	step, steps int
	from        int       // steps that were finished when the count began
	since       time.Time // when the count began
	last        time.Time // when the last step was finished
}

func newTracker(out *outbox) *tracker {
	t := &tracker{out: out, done: true}
	t.progress = t.update
	return t
}

// begin starts to track a task.
func (t *tracker) begin(task engine.Task) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.task, t.fraction, t.visible, t.done = task, -1, false, false
	t.began, t.last = now, now
	t.step, t.steps, t.from, t.since = 0, 0, 0, time.Time{}
	if t.timer == nil {
		t.timer = time.AfterFunc(progressDelay, t.show)
	} else {
		t.timer.Reset(progressDelay)
	}
}

func (t *tracker) show() {
	t.mu.Lock()
	defer t.mu.Unlock()
	// The timer of the previous task may fire late, during this task.
	if t.done || time.Since(t.began) < progressDelay {
		return
	}
	t.visible = true
	t.send()
}

// send sends the progress. t.mu is held.
func (t *tracker) send() {
	p := engine.Progress{Task: t.task, Fraction: t.fraction, Step: t.step, Steps: t.steps}
	if n := t.step - t.from; n > 0 {
		p.Left = t.last.Sub(t.since) / time.Duration(n) * time.Duration(t.steps-t.step)
	}
	t.out.sendProgress(p)
}

// counted notes that step number step, 1 to steps, of a task was finished.
func (t *tracker) counted(task engine.Task, step, steps int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return
	}
	if t.steps == 0 || task != t.task || step <= t.step {
		// The steps before this one may have been taken in an earlier call.
		t.from, t.since = step-1, t.last
	}
	t.task, t.step, t.steps, t.last = task, step, steps, time.Now()
	t.fraction = float64(step) / float64(steps)
	if t.visible {
		t.send()
	}
}

// update is an engine.ProgressFunc.
func (t *tracker) update(task engine.Task, fraction float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return
	}
	if task.Kind != 0 {
		t.task = task
	}
	t.fraction, t.step, t.steps, t.from = fraction, 0, 0, 0
	if t.visible {
		t.send()
	}
}

// end notes that the task has ended.
func (t *tracker) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.timer.Stop()
	t.done = true
	if t.visible {
		t.out.sendProgress(engine.Progress{Task: t.task, Fraction: 1, Done: true})
	}
}
