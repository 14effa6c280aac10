package batch

import (
	"errors"
	"path/filepath"
	"time"

	"deltaedit/engine/filelock"
)

// LockName is the file in its folder that a running batch holds locked.
const LockName = ".deltaedit-batch.lock"

// ErrBusy means that another batch is using the folder.
var ErrBusy = errors.New("another batch is at work in this folder: wait until it ends, or choose another --out")

// acquire locks the folder. It returns ErrBusy when another process holds the lock for
// longer than patience.
func acquire(dir string, patience time.Duration) (*filelock.Lock, error) {
	l, err := filelock.Acquire(filepath.Join(dir, LockName), patience)
	if errors.Is(err, filelock.ErrHeld) {
		return nil, ErrBusy
	}
	return l, err
}
