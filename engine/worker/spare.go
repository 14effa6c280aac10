package worker

import (
	"context"
	"errors"
	"slices"

	"deltaedit/engine"
)

// spareJob is work for the time in which nobody waits for anything else.
type spareJob struct {
	ctx  context.Context // of the owner
	work func(context.Context, engine.Pipeline) error
	done chan error // capacity 1
}

// Spare runs work on the worker's goroutine while it has nothing else to do, and returns
// its error. Unlike the other methods it waits until then, so the thread that draws the
// window must not call it. Everything else goes first: a request, a command and Cancel end
// the context that work gets, and work is called again, from its beginning, once the
// worker is idle. When ctx ends, or when the worker is closed (engine.ErrClosed), work is
// not called again. Several jobs are done in the order of the calls.
func (w *Worker) Spare(ctx context.Context, work func(context.Context, engine.Pipeline) error) error {
	s := &spareJob{ctx: ctx, work: work, done: make(chan error, 1)}
	w.mail.spareLast(s)
	select {
	case <-ctx.Done():
		w.mail.dropSpare(s)
	case err := <-s.done:
		return err
	}
	return <-s.done // native code may be at work
}

// doSpare does a spare job, or lets it wait again when something else came.
func (w *Worker) doSpare(s *spareJob) {
	if err := s.ctx.Err(); err != nil {
		s.done <- err
		return
	}
	phase, ok := w.mail.begin(phaseSpare, engine.Request{})
	if !ok {
		w.mail.spareAgain(s)
		return
	}
	ctx, cancel := context.WithCancel(phase)
	unlink := context.AfterFunc(s.ctx, cancel)
	err := engine.Guard(func() error { return s.work(ctx, w.pipe) })
	unlink()
	cancel()
	w.mail.end()
	if errors.Is(err, context.Canceled) && phase.Err() != nil && s.ctx.Err() == nil {
		w.mail.spareAgain(s)
		return
	}
	s.done <- err
}

// spareLast queues a spare job behind the others.
func (m *mailbox) spareLast(s *spareJob) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		s.done <- engine.ErrClosed
		return
	}
	m.spares = append(m.spares, s)
	m.signal()
}

// spareAgain queues a spare job in front of the others.
func (m *mailbox) spareAgain(s *spareJob) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		s.done <- engine.ErrClosed
		return
	}
	m.spares = slices.Insert(m.spares, 0, s)
	m.signal()
}

// dropSpare ends a spare job that waits.
func (m *mailbox) dropSpare(s *spareJob) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.Index(m.spares, s); i >= 0 {
		m.spares = slices.Delete(m.spares, i, i+1)
		s.done <- s.ctx.Err()
	}
}
