package atomicfile

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncFileSystem flushes everything of the file system that dir is on. It is false where
// the system has no such call.
func syncFileSystem(dir string) (bool, error) {
	f, err := os.Open(dir)
	if err != nil {
		return false, err
	}
	defer f.Close()
	err = unix.Syncfs(int(f.Fd()))
	if errors.Is(err, unix.ENOSYS) {
		return false, nil
	}
	return err == nil, err
}
