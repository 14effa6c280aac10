package photo

import (
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"deltaedit/engine/atomicfile"
)

// WritePNG writes img to path as EncodePNG does, all or nothing: the file is written
// under a temporary name in the same folder, flushed to the disk and then renamed. An
// existing file is replaced, but never meta.Source, under whatever name or link. A
// symbolic link at path is replaced and not followed. On error no temporary file is
// left; those of programs that were killed are removed once they are an hour old.
func WritePNG(path string, img image.Image, meta Metadata) error {
	return Write(path, img, PNG, Encoding{}, meta)
}

// Write writes img to path as Encode does, and otherwise like WritePNG. With e.New a
// file that exists is an error for which errors.Is(err, fs.ErrExist) is true.
func Write(path string, img image.Image, format FileFormat, e Encoding, meta Metadata) error {
	if err := CheckTarget(path, meta.Source); err != nil {
		return err
	}
	// Removing old temporary files may fail: this file is written all the same.
	_, _ = atomicfile.Sweep(filepath.Dir(path), tempPrefix, staleAge)
	prefix := fmt.Sprint(tempPrefix, os.Getpid(), "-")
	write := atomicfile.Write
	if e.New {
		write = atomicfile.WriteNew
	}
	err := write(path, prefix, func(f *os.File) error { return Encode(f, img, format, e, meta) })
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), ExplainWrite(err, filepath.Dir(path)))
	}
	return nil
}

// tempPrefix begins the names of temporary files.
const tempPrefix = ".deltaedit-export-"

// staleAge is the age from which a temporary file counts as left by a program that
// was killed. Writing takes seconds.
const staleAge = time.Hour

// CheckTarget finds out, before any work is done, what would keep WritePNG from
// writing to path: no name, something of that name that is not a file (a folder, a
// pipe, a device: the error wraps *atomicfile.SpecialError), a folder that is not
// there, or the source itself ("" for none). Whether the folder can be written to
// shows only then.
func CheckTarget(path, source string) error {
	if path == "" {
		return errors.New("no file name given: name the PNG to write")
	}
	name, dir := filepath.Base(path), filepath.Dir(path)
	if sameFile(path, source) {
		return fmt.Errorf("write %s: %w", name, ErrWouldOverwriteSource)
	}
	if info, err := os.Stat(dir); err != nil {
		return fmt.Errorf("write %s: %w", name, ExplainWrite(err, dir))
	} else if !info.IsDir() {
		return fmt.Errorf("write %s: %s is not a folder: choose another", name, dir)
	}
	if err := atomicfile.CheckTarget(path); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// sameFile reports whether both paths lead to one file.
func sameFile(path, source string) bool {
	if source == "" {
		return false
	}
	a, errA := os.Stat(path)
	b, errB := os.Stat(source)
	if errA == nil && errB == nil {
		return os.SameFile(a, b)
	}
	// One is missing: compare names, for a source that has just been moved away.
	p, errP := filepath.Abs(path)
	s, errS := filepath.Abs(source)
	return errP == nil && errS == nil && p == s
}

// ExplainWrite adds what to do about them to the errors that writing a file below dir
// commonly meets. The error is wrapped; another one is returned as it is.
func ExplainWrite(err error, dir string) error {
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("there is a file of this name already: choose another (%w)", err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the folder %s does not exist: create it or choose another (%w)", dir, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the folder %s cannot be written to: choose another (%w)", dir, err)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("the folder %s is on a disk that can only be read: choose another (%w)", dir, err)
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("the disk of the folder %s is full: make room or choose another (%w)", dir, err)
	}
	return err
}
