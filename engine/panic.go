package engine

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// PanicError is a panic in a stage, caught on the engine goroutine so that the
// window and the photo survive it.
type PanicError struct {
	Value any
	Stack []byte
}

func newPanicError(v any) *PanicError {
	return &PanicError{Value: v, Stack: debug.Stack()}
}

// Error names the panic's value; Stack is for the log.
func (p *PanicError) Error() string {
	return fmt.Sprintf("internal error: %v; please report this with the log", p.Value)
}

// aside calls f on a goroutine of its own and returns what waits for it, which may be
// called more than once. A panic in f is its error.
func aside(f func() error) (wait func() error) {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if v := recover(); v != nil {
				done <- newPanicError(v)
			}
		}()
		done <- f()
	}()
	return sync.OnceValue(func() error { return <-done })
}
