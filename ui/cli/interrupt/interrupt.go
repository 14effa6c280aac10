// Package interrupt ends a program's work on a signal, and remembers which signal it
// was.
package interrupt

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// Error is the cause of a context that was ended by a signal.
type Error struct{ Signal syscall.Signal }

func (e *Error) Error() string { return "stopped by the signal: " + e.Signal.String() }

// Status returns the exit status that shells use for a program ended by this signal:
// 128 plus the signal's number.
func (e *Error) Status() int { return 128 + int(e.Signal) }

// Context returns a context that ends, with an *Error as its cause, at the first
// interrupt (Ctrl-C) or request to terminate. A second signal ends the program
// immediately, as it does without this package. stop frees the resources.
func Context(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			if number, ok := s.(syscall.Signal); ok {
				cancel(&Error{number})
			}
			cancel(nil)
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// Of returns the signal that ended a context; ok is false if none did.
func Of(ctx context.Context) (e *Error, ok bool) {
	ok = errors.As(context.Cause(ctx), &e)
	return e, ok
}
