package engine

import (
	"image"
	"sync"
)

// outbox delivers the engine's events through the owner's post function. Of
// frames, and of progress, at most one is under way: a newer one takes the
// place of one that was not delivered yet. Safe for concurrent use.
type outbox struct {
	post     func(func())
	listener Listener

	mu       sync.Mutex
	closed   bool
	frame    *Frame
	progress *Progress
	buffers  buffers
}

// send posts one event. Events sent after close are dropped, also those that
// were posted before and run later.
func (o *outbox) send(event func(Listener)) {
	o.post(func() {
		o.mu.Lock()
		closed := o.closed
		o.mu.Unlock()
		if !closed {
			event(o.listener)
		}
	})
}

// sendFrame posts a frame, or replaces the one still under way. Frames must be
// sent in the order of their generations.
func (o *outbox) sendFrame(f Frame) {
	o.mu.Lock()
	waiting := o.frame != nil
	if waiting {
		o.buffers.give(o.frame.Image)
	}
	o.frame = &f
	o.mu.Unlock()
	if waiting {
		return
	}
	o.post(func() {
		o.mu.Lock()
		f := o.frame
		o.frame = nil
		if f == nil || o.closed {
			o.mu.Unlock()
			return
		}
		o.buffers.deliver(f.Image)
		o.mu.Unlock()
		o.listener.Frame(*f)
	})
}

// frameWaits reports whether a frame is under way that was not delivered yet.
func (o *outbox) frameWaits() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.frame != nil
}

// sendProgress posts progress, or replaces the one still under way.
func (o *outbox) sendProgress(p Progress) {
	o.mu.Lock()
	waiting := o.progress != nil
	o.progress = &p
	o.mu.Unlock()
	if waiting {
		return
	}
	o.post(func() {
		o.mu.Lock()
		p := o.progress
		o.progress = nil
		closed := o.closed
		o.mu.Unlock()
		if p != nil && !closed {
			o.listener.Progress(*p)
		}
	})
}

// canvas returns an image of the given size for the next frame; its pixels are
// undefined. An image that is not sent goes back with discard.
func (o *outbox) canvas(size image.Point) *image.RGBA {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffers.take(size)
}

func (o *outbox) discard(img *image.RGBA) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buffers.give(img)
}

// close lets every later event, and every one still under way, vanish.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
}
