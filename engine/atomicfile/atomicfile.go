// Package atomicfile writes files all or nothing.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Suffix ends the name of every temporary file.
const Suffix = ".tmp"

// Write writes the file path with what write puts into the file it is given:
// under a temporary name in the same folder (prefix, a number and Suffix),
// flushed to the disk and then renamed. A link at path is replaced and not
// followed. On error, and when write panics, nothing is left behind and path is
// as it was. Safe for concurrent use on different paths. Errors are CheckTarget's,
// before and after write was called, the operating system's and write's.
func Write(path, prefix string, write func(*os.File) error) error {
	return put(path, prefix, write, os.Rename)
}

// WriteNew is Write for a path where nothing may be yet. A file that is there, or comes
// while write runs, stays as it is, and the error is one for which errors.Is(err,
// fs.ErrExist) is true. On file systems without links a file that comes in the very last
// moment is replaced.
func WriteNew(path, prefix string, write func(*os.File) error) error {
	if _, err := os.Lstat(path); err == nil {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	return put(path, prefix, write, renameNew)
}

// renameNew renames a file unless there is one of the new name.
func renameNew(from, to string) error {
	err := os.Link(from, to)
	switch {
	case err == nil:
		_ = os.Remove(from) // a second name of a file that is whole
		return nil
	case errors.Is(err, fs.ErrExist):
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return &fs.PathError{Op: "create", Path: to, Err: fs.ErrExist}
	}
	return os.Rename(from, to)
}

// put writes a file under a temporary name and gives it its own by rename.
func put(path, prefix string, write func(*os.File) error, rename func(from, to string) error) error {
	if err := CheckTarget(path); err != nil {
		return err
	}
	dir := filepath.Dir(path)
	f, err := create(dir, prefix)
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
	if err := CheckTarget(path); err != nil { // it may have come meanwhile
		return err
	}
	if err := rename(f.Name(), path); err != nil {
		return err
	}
	named = true
	SyncDir(dir)
	return nil
}

// create makes a new file with an unused name in dir. Its mode is left to the
// umask, as for any file a person saves.
func create(dir, prefix string) (*os.File, error) {
	for i := 0; ; i++ {
		name := filepath.Join(dir, fmt.Sprint(prefix, i, Suffix))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) || i == 1000 {
			return f, err
		}
	}
}

// SyncDir makes a new name in a folder durable. Not every system can; the file
// is whole either way.
func SyncDir(dir string) {
	if runtime.GOOS == "windows" {
		return
	}
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
