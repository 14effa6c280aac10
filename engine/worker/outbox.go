package worker

import (
	"image"
	"sync"

	"deltaedit/engine"
)

// outbox delivers events through the owner's post function. At most one frame, and one
// progress, waits for delivery: a newer one replaces it. Safe for concurrent use.
type outbox struct {
	post     func(func())
	listener engine.Listener
	deliver  func() // o.deliverFrame, allocated once

	mu       sync.Mutex
	closed   bool
	frame    engine.Frame // waits for delivery when buffer is not nil
	buffer   *frameBuffer
	progress *engine.Progress
	buffers  bufferPool
}

func newOutbox(post func(func()), l engine.Listener) *outbox {
	o := &outbox{post: post, listener: l}
	o.deliver = o.deliverFrame
	return o
}

// send posts one event. Events sent after close are dropped, also those that
// were posted before and run later.
func (o *outbox) send(event func(engine.Listener)) {
	o.post(func() {
		o.mu.Lock()
		closed := o.closed
		o.mu.Unlock()
		if !closed {
			event(o.listener)
		}
	})
}

// sendFrame posts a frame with the picture and timings of a buffer, or replaces the
// frame that waits for delivery. Frames must be sent in the order of generations.
func (o *outbox) sendFrame(f engine.Frame, s *frameBuffer) {
	f.Image, f.Timings = s.image, s.timings
	o.mu.Lock()
	waiting := o.buffer != nil
	o.buffers.give(o.buffer)
	o.frame, o.buffer = f, s
	o.mu.Unlock()
	if !waiting {
		o.post(o.deliver)
	}
}

func (o *outbox) deliverFrame() {
	o.mu.Lock()
	f, s := o.frame, o.buffer
	o.frame, o.buffer = engine.Frame{}, nil
	if s == nil || o.closed {
		o.mu.Unlock()
		return
	}
	o.buffers.deliver(s)
	o.mu.Unlock()
	o.listener.Frame(f)
}

// frameWaits reports whether a frame waits for delivery.
func (o *outbox) frameWaits() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer != nil
}

// sendProgress posts progress, or replaces the one that waits for delivery.
func (o *outbox) sendProgress(p engine.Progress) {
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

// take returns a buffer for the next frame, with an image of the given size; its
// pixels are undefined. A buffer that is not sent must be given to discard.
func (o *outbox) take(size image.Point) *frameBuffer {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffers.take(size)
}

func (o *outbox) discard(s *frameBuffer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buffers.give(s)
}

// close drops all events that were not delivered yet, and all later ones.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
}
