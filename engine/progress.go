package engine

import (
	"sync"
	"time"
)

// patience is how long a task stays silent: shorter ones report nothing.
const patience = 300 * time.Millisecond

// tracker turns a task's reports into progress events once the task has lasted
// longer than patience. Safe for concurrent use.
type tracker struct {
	out   *outbox
	timer *time.Timer

	mu       sync.Mutex
	task     string
	fraction float64
	shown    bool
	done     bool
}

// track starts to watch a task, named in a sentence fit for a person.
func track(out *outbox, task string) *tracker {
	t := &tracker{out: out, task: task, fraction: -1}
	t.timer = time.AfterFunc(patience, t.show)
	return t
}

func (t *tracker) show() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return
	}
	t.shown = true
	t.out.sendProgress(Progress{Task: t.task, Fraction: t.fraction})
}

// report is a Report.
func (t *tracker) report(task string, fraction float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return
	}
	if task != "" {
		t.task = task
	}
	t.fraction = fraction
	if t.shown {
		t.out.sendProgress(Progress{Task: t.task, Fraction: t.fraction})
	}
}

// end says that the task is over, if it was ever shown.
func (t *tracker) end() {
	t.timer.Stop()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done = true
	if t.shown {
		t.out.sendProgress(Progress{Task: t.task, Fraction: 1, Done: true})
	}
}
