package ui

import "time"

// stopper is what a started timer can do.
type stopper interface{ Stop() bool }

// afterFunc runs f on the UI thread once d has passed.
type afterFunc func(d time.Duration, f func()) stopper

// realAfter waits in real time and hands f to post.
func realAfter(post func(func())) afterFunc {
	return func(d time.Duration, f func()) stopper {
		return time.AfterFunc(d, func() { post(f) })
	}
}

// debouncer runs only the last of a burst of functions, after a rest. It
// belongs to the UI thread.
type debouncer struct {
	after afterFunc
	rest  time.Duration

	timer stopper
	// burst tells a function that was already on its way when Stop or a
	// newer Trigger came that it is too late.
	burst uint64
}

// Trigger forgets the function that waits and runs f after the rest.
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

// Stop forgets the function that waits.
func (d *debouncer) Stop() {
	d.burst++
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

// Waiting reports whether a function waits.
func (d *debouncer) Waiting() bool { return d.timer != nil }
