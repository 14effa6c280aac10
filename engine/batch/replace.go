package batch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Names of temporary files. They are a batch's own, so that one that holds the
// folder's lock may remove them all: pictures that another program of this kind
// is writing there have other names.
const (
	tempPrefix = ".deltaedit-batch-"
	tempSuffix = ".tmp"
)

// replace writes the file path all or nothing: under a temporary name in the
// same folder, flushed, and then renamed. A link at path is replaced and not
// followed. On error nothing is left behind and path is as it was. Safe for
// concurrent use on different paths.
func replace(path string, write func(*os.File) error) error {
	dir := filepath.Dir(path)
	f, err := createTemp(dir)
	if err != nil {
		return err
	}
	named := false
	defer func() { // also when write panics
		if !named {
			_ = f.Close() // closed twice is fine
			_ = os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	named = true
	syncDir(dir)
	return nil
}

// createTemp makes a new file with an unused name. Its mode is left to the
// umask, as for any file a person saves.
func createTemp(dir string) (*os.File, error) {
	for i := 0; ; i++ {
		name := filepath.Join(dir, fmt.Sprint(tempPrefix, i, tempSuffix))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) || i == 1000 {
			return f, err
		}
	}
}

// removeTemps removes what a killed batch left half written.
func removeTemps(dir string) (int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempPrefix) && strings.HasSuffix(e.Name(), tempSuffix) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

// syncDir makes a new name durable. Not every system can; the file is whole
// either way.
func syncDir(dir string) {
	if runtime.GOOS == "windows" {
		return
	}
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
