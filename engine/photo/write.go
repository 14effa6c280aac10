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

// WritePNG writes img to path as EncodePNG does, all or nothing: the file is
// written under a temporary name in the same folder, flushed to the disk and
// then renamed. A file that is there already is replaced, but never meta.Source
// (also not by another name: links count as the file they lead to); a symbolic
// link at path is replaced and not followed. On error nothing is left behind; what a
// program left there that was killed while it wrote goes an hour later.
func WritePNG(path string, img image.Image, meta Metadata) error {
	if err := CheckTarget(path, meta.Source); err != nil {
		return err
	}
	// Should it not work out, the file is written all the same.
	_, _ = atomicfile.Sweep(filepath.Dir(path), tempPrefix, abandoned)
	prefix := fmt.Sprint(tempPrefix, os.Getpid(), "-")
	err := atomicfile.Write(path, prefix, func(f *os.File) error { return EncodePNG(f, img, meta) })
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), plainly(err, filepath.Dir(path)))
	}
	return nil
}

// tempPrefix begins the names of temporary files.
const tempPrefix = ".deltaedit-export-"

// abandoned is the age at which a temporary file is taken for one that a killed
// program left: writing takes seconds.
const abandoned = time.Hour

// CheckTarget finds out, before any work is done, what would keep WritePNG from
// writing to path: no name, a folder of that name, a folder that is not there,
// or the source itself ("" for none). Whether the folder can be written to shows
// only then.
func CheckTarget(path, source string) error {
	if path == "" {
		return errors.New("no file name given: name the PNG to write")
	}
	name, dir := filepath.Base(path), filepath.Dir(path)
	if sameFile(path, source) {
		return fmt.Errorf("write %s: %w", name, ErrWouldOverwriteSource)
	}
	if info, err := os.Stat(dir); err != nil {
		return fmt.Errorf("write %s: %w", name, plainly(err, dir))
	} else if !info.IsDir() {
		return fmt.Errorf("write %s: %s is not a folder: choose another", name, dir)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("write %s: it is a folder: give a file name", name)
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

// plainly puts common failures in words that say what to do.
func plainly(err error, dir string) error {
	switch {
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
