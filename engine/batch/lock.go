package batch

import (
	"errors"
	"path/filepath"
	"time"

	"deltaedit/engine/filelock"
)

// LockName is the file that a running batch holds locked in its folder.
const LockName = ".deltaedit-batch.lock"

// ErrBusy says that another batch is at work in the folder.
var ErrBusy = errors.New("another batch is at work in this folder: wait until it ends, or choose another --out")

// acquire takes the folder's lock. It returns ErrBusy when another process holds
// it, and goes on holding it for the time given.
func acquire(dir string, patience time.Duration) (*filelock.Lock, error) {
	l, err := filelock.Acquire(filepath.Join(dir, LockName), patience)
	if errors.Is(err, filelock.ErrHeld) {
		return nil, ErrBusy
	}
	return l, err
}
