package onnx

import (
	"errors"
	"fmt"
	"strings"
)

// ErrMemory is wrapped when the runtime ran out of memory.
var ErrMemory = errors.New("not enough memory: close other programs, or use a smaller photo")

// outOfMemory wraps ErrMemory and err when err means that the runtime ran out of
// memory. The runtime has no error code for that, only messages.
func outOfMemory(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	for _, words := range []string{"Failed to allocate memory", "bad allocation", "bad_alloc", "out of memory"} {
		if strings.Contains(text, words) {
			return fmt.Errorf("%w (%w)", ErrMemory, err)
		}
	}
	return err
}
