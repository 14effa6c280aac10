package filelock

import (
	"errors"
	"os"
	"syscall"
)

// sharingViolation is what Windows says of a file that another process holds.
const sharingViolation = syscall.Errno(32)

// openLocked opens the lock's file so that nobody else can: without sharing.
func openLocked(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, sharingViolation) {
		return nil, ErrHeld
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(h), path), nil
}

// unlock closes the file first: an open one cannot be removed. Another process
// may have it by then, and keeps it.
func unlock(f *os.File, path string) error {
	err := f.Close()
	_ = os.Remove(path)
	return err
}
