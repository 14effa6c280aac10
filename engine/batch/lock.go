package batch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// LockName is the file that a running batch holds locked in its folder.
const LockName = ".deltaedit-batch.lock"

// ErrBusy says that another batch is at work in the folder.
var ErrBusy = errors.New("another batch is at work in this folder: wait until it ends, or choose another --out")

// dying is how long a batch that was just killed may take to let go of its lock:
// the system first frees its memory.
const dying = 2 * time.Second

// lock is held by one process at a time and ends with it, however it ends.
type lock struct {
	f    *os.File
	path string
}

// acquire takes the folder's lock. It returns ErrBusy when another process holds
// it, and goes on holding it for the time given.
func acquire(dir string, patience time.Duration) (*lock, error) {
	path := filepath.Join(dir, LockName)
	if err := regular(path); err != nil {
		return nil, err
	}
	for start := time.Now(); ; {
		f, err := openLocked(path)
		if errors.Is(err, ErrBusy) && time.Since(start) < patience {
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
			return &lock{f, path}, nil
		}
		_ = f.Close()
		if errB != nil && !errors.Is(errB, os.ErrNotExist) {
			return nil, errB
		}
	}
}

// release gives the lock back and removes its file. Releasing twice is fine.
func (l *lock) release() error {
	if l.f == nil {
		return nil
	}
	err := unlock(l.f, l.path)
	l.f = nil
	return err
}

// regular refuses a name that leads somewhere else: what is not there yet is
// fine, and so is a plain file.
func regular(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is no plain file (%s): move it away", filepath.Base(path), info.Mode().Type())
	}
	return nil
}
