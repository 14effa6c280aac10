package submit

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"deltaedit/engine/atomicfile"
	"deltaedit/engine/queue"
)

// nameFile holds the name of the batch in its folder, from its first run until it is over
// on the server.
const nameFile = ".deltaedit-queue"

// Name returns the name of the batch in a folder, and makes one for a folder that has
// none. The caller holds the lock of the folder.
func Name(dir string) (string, error) {
	path := filepath.Join(dir, nameFile)
	if err := atomicfile.Plain(path); err != nil {
		return "", err
	}
	data, err := os.ReadFile(path)
	if name := strings.TrimSpace(string(data)); err == nil && queue.IsBatch(name) {
		return name, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	name := queue.NewBatch()
	return name, atomicfile.Write(path, nameFile+"-", func(f *os.File) error {
		_, err := f.WriteString(name + "\n")
		return err
	})
}

// Named reports whether the batch in a folder has a name, so that there may be something of
// it on a server.
func Named(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, nameFile))
	return err == nil
}

// Forget removes the name of a batch that is over on the server.
func Forget(dir string) error {
	err := os.Remove(filepath.Join(dir, nameFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
