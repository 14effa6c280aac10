package ui

import "time"

// stopper is the part of a started timer that is used here.
type stopper interface{ Stop() bool }

// afterFunc runs f on the UI thread after d.
type afterFunc func(d time.Duration, f func()) stopper

// realAfter waits in real time and passes f to post.
func realAfter(post func(func())) afterFunc {
	return func(d time.Duration, f func()) stopper {
		return time.AfterFunc(d, func() { post(f) })
	}
}

// debouncer runs only the last function of a burst, after a pause. It belongs to the UI
// thread.
type debouncer struct {
	after afterFunc
	rest  time.Duration

	timer stopper
	// burst identifies the newest call. A function that was already posted when Stop or
	// another Trigger came sees an outdated number and does not run.
	burst uint64
}

// Trigger drops the waiting function and runs f after the pause.
func (d *debouncer) Trigger(f func()) {
	d.Stop()
	mine := d.burst
	d.timer = d.after(d.rest, func() {
		if mine == d.burst {
			d.timer = nil
			f()
		}
	})
}

// Stop drops the waiting function.
func (d *debouncer) Stop() {
	d.burst++
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

// Waiting reports whether a function is waiting.
func (d *debouncer) Waiting() bool { return d.timer != nil }
