// Package filelock keeps a second process away from what one works on. A lock
// ends with its process, however that ends, kill -9 and crashes included.
package filelock

import (
	"errors"
	"os"
	"time"

	"deltaedit/engine/atomicfile"
)

// ErrHeld says that another process, or another part of this one, holds the
// lock.
var ErrHeld = errors.New("locked by another process")

// Dying is how long a process that was just killed may take to let go of its
// locks: the system first frees its memory.
const Dying = 2 * time.Second

// Lock is held by one owner at a time. Not safe for concurrent use.
type Lock struct {
	f    *os.File
	path string
}

// Acquire takes the lock of the file path, and creates the file if it is missing; its
// folder must exist. It returns ErrHeld when another process holds the lock for longer
// than patience. It is an error when path is not a regular file.
func Acquire(path string, patience time.Duration) (*Lock, error) {
	if err := atomicfile.Plain(path); err != nil {
		return nil, err
	}
	for start := time.Now(); ; {
		f, err := openLocked(path)
		if errors.Is(err, ErrHeld) && time.Since(start) < patience {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		if err != nil {
			return nil, err
		}
		// The one before removes the file while it still holds the lock: what
		// was locked here may be a file that has no name any more.
		held, errA := f.Stat()
		named, errB := os.Lstat(path)
		if errA == nil && errB == nil && os.SameFile(held, named) {
			return &Lock{f, path}, nil
		}
		_ = f.Close()
		if errB != nil && !errors.Is(errB, os.ErrNotExist) {
			return nil, errB
		}
	}
}

// Release gives the lock back and removes its file. Releasing twice is fine.
func (l *Lock) Release() error {
	if l.f == nil {
		return nil
	}
	err := unlock(l.f, l.path)
	l.f = nil
	return err
}
