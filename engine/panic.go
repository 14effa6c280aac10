package engine

import (
	"fmt"
	"runtime/debug"
)

// PanicError is a panic that was caught, so that the program goes on.
type PanicError struct {
	Value any
	Stack []byte
}

// Error names the panic's value; Stack is for the log.
func (p *PanicError) Error() string {
	return fmt.Sprintf("internal error: %v; please report this with the log", p.Value)
}

// Guard runs f and turns a panic into a [PanicError].
func Guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}
