package onnx

import (
	"errors"
	"fmt"
	"strings"
)

// ErrMemory is wrapped when the runtime had not enough memory.
var ErrMemory = errors.New("not enough memory: close other programs, or use a smaller photo")

// outOfMemory puts ErrMemory before an error of the runtime that means it: it has
// no code for that, only words.
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
