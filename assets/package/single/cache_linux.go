package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// cacheDir returns the folder below which installations are unpacked.
func cacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w; set HOME or XDG_CACHE_HOME", err)
	}
	return filepath.Join(dir, "deltaedit", "single"), nil
}

// install returns the folder with the bundle's installation, which it unpacks if it is not
// there whole. The folder is locked against removal as long as the returned file is open,
// also by a program that inherits it. Other versions that are not in use are removed.
func install(b bundle, cache string, say io.Writer) (dir string, lock *os.File, err error) {
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return "", nil, err
	}
	dir = filepath.Join(cache, b.ID)
	if lock, err = hold(dir, syscall.LOCK_SH); err == nil && b.wholeIn(dir) {
		return dir, lock, nil
	}
	if lock != nil {
		_ = lock.Close()
	}
	removeUnused(cache)
	fmt.Fprintf(say, "deltaedit: unpacking %d MB to %s, once\n", b.bytes()/1_000_000, dir)
	part, err := os.MkdirTemp(cache, ".unpacking-")
	if err != nil {
		return "", nil, err
	}
	held, err := hold(part, syscall.LOCK_SH)
	if err != nil {
		return "", nil, err
	}
	defer os.RemoveAll(part) // nothing, once it was renamed
	if err := unpack(b.packed, part); err != nil {
		_ = held.Close()
		return "", nil, fmt.Errorf("%w (is the disk of %s full?)", err, cache)
	}
	if err := os.Rename(part, dir); err == nil {
		return dir, held, nil
	}
	// Another start was faster.
	_ = held.Close()
	if lock, err = hold(dir, syscall.LOCK_SH); err != nil {
		return "", nil, err
	}
	if !b.wholeIn(dir) {
		_ = lock.Close()
		return "", nil, fmt.Errorf("%s lacks files and is in use: close the program and start again", dir)
	}
	return dir, lock, nil
}

// hold opens and locks a folder. The lock lasts until the file and all that inherit it are
// closed.
func hold(dir string, how int) (*os.File, error) {
	// Without O_CLOEXEC, so that the program inherits it.
	fd, err := syscall.Open(dir, syscall.O_RDONLY|syscall.O_DIRECTORY, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: dir, Err: err}
	}
	f := os.NewFile(uintptr(fd), dir)
	if err := syscall.Flock(fd, how); err != nil {
		_ = f.Close()
		return nil, &os.PathError{Op: "lock", Path: dir, Err: err}
	}
	return f, nil
}

// removeUnused removes installations that no program holds: other versions, damaged ones,
// and what a killed start left.
func removeUnused(cache string) {
	entries, err := os.ReadDir(cache)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		path := filepath.Join(cache, e.Name())
		lock, err := hold(path, syscall.LOCK_EX|syscall.LOCK_NB)
		if err != nil {
			continue // in use
		}
		// Under another name first, so that nobody takes a half for a whole.
		gone := path
		if !strings.HasPrefix(e.Name(), ".") {
			gone = filepath.Join(cache, ".gone-"+e.Name())
			if os.Rename(path, gone) != nil {
				gone = path
			}
		}
		_ = os.RemoveAll(gone)
		_ = lock.Close()
	}
}
