package engine

import (
	"fmt"
	"runtime/debug"
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
