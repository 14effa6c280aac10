package onnx

import (
	"os"
	"sync"
)

// largeModel is the size in bytes of a model's file from which trimMemory is worth its
// time. The runtime reads the whole file, and frees that after it has copied the weights,
// which it frees when the session is closed.
const largeModel = 24 << 20

// leavings is what opening and closing sessions leaves behind in the C library.
var leavings = trimmer{trim: trimMemory}

// trimmer calls trim when the last of several sessions that are opened side by side is
// open: the next one would need what is given back. Any goroutine may use it.
type trimmer struct {
	trim  func()
	mu    sync.Mutex
	busy  int
	worth bool
}

// begin is called before a session is opened or closed, and its result after it. much says
// whether that leaves much behind.
func (t *trimmer) begin(much bool) (end func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.busy++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.busy--
		t.worth = t.worth || much
		if t.busy == 0 && t.worth {
			t.worth = false
			t.trim()
		}
	}
}

// leavesMuch reports whether opening or closing the session leaves much memory behind.
func (s *Session) leavesMuch() bool {
	if s.Provider() == openvino || s.options.Apart {
		return true
	}
	info, err := os.Stat(s.path)
	return err == nil && info.Size() >= largeModel
}
