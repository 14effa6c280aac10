package batch

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"deltaedit/engine/atomicfile"
	"deltaedit/engine/filelock"
)

// LockName is the file in its folder that a running batch holds locked.
const LockName = ".deltaedit-batch.lock"

// Prefix of temporary files. It is used by batches only, so a batch that holds the
// folder's lock may remove all of them; images that another command is writing there
// have other names.
const tempPrefix = ".deltaedit-batch-"

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

// replace writes the file atomically: see atomicfile.Write.
func replace(path string, write func(*os.File) error) error {
	return atomicfile.Write(path, tempPrefix, write)
}

// removeTemps removes the incomplete files of a killed batch.
func removeTemps(dir string) (int, error) { return atomicfile.Sweep(dir, tempPrefix, 0) }
