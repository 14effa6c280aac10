//go:build !windows

package filelock

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// openLocked opens the lock's file, making it where it is missing, and locks it.
func openLocked(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o666)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	switch {
	case err == nil:
		return f, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		err = ErrHeld
	default:
		err = fmt.Errorf("lock the folder: %w: choose one on a disk that knows locks", err)
	}
	return nil, errors.Join(err, f.Close())
}

// unlock removes the file first: nobody else can lock that name meanwhile.
func unlock(f *os.File, path string) error {
	return errors.Join(os.Remove(path), f.Close())
}
