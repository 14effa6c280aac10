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
	deliver  func() // the frame under way; made once

	mu       sync.Mutex
	closed   bool
	frame    Frame // under way where sheet is there
	sheet    *sheet
	progress *Progress
	buffers  buffers
}

func newOutbox(post func(func()), l Listener) *outbox {
	o := &outbox{post: post, listener: l}
	o.deliver = o.deliverFrame
	return o
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

// sendFrame posts a frame with its sheet's picture and timings, or replaces the one
// still under way. Frames must be sent in the order of their generations.
func (o *outbox) sendFrame(f Frame, s *sheet) {
	f.Image, f.Timings = s.image, s.timings
	o.mu.Lock()
	waiting := o.sheet != nil
	o.buffers.give(o.sheet)
	o.frame, o.sheet = f, s
	o.mu.Unlock()
	if !waiting {
		o.post(o.deliver)
	}
}

func (o *outbox) deliverFrame() {
	o.mu.Lock()
	f, s := o.frame, o.sheet
	o.frame, o.sheet = Frame{}, nil
	if s == nil || o.closed {
		o.mu.Unlock()
		return
	}
	o.buffers.deliver(s)
	o.mu.Unlock()
	o.listener.Frame(f)
}

// frameWaits reports whether a frame is under way that was not delivered yet.
func (o *outbox) frameWaits() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.sheet != nil
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

// take returns a sheet for the next frame, with an image of the given size whose
// pixels are undefined. A sheet that is not sent goes back with discard.
func (o *outbox) take(size image.Point) *sheet {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffers.take(size)
}

func (o *outbox) discard(s *sheet) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buffers.give(s)
}

// close lets every later event, and every one still under way, vanish.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
}
