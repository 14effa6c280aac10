package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// program is the program's path below an installation.
const program = "lib/deltaedit/deltaedit"

func main() {
	if err := start(); err != nil {
		fmt.Fprintf(os.Stderr, "deltaedit: %v\n", err)
		os.Exit(1)
	}
}

// start replaces this program by the one that it brings. It returns only errors.
func start() error {
	path, err := os.Executable()
	if err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	b, err := readBundle(file, info.Size())
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	cache, err := cacheDir()
	if err != nil {
		return err
	}
	dir, lock, err := install(b, cache, os.Stderr)
	if err != nil {
		return err
	}
	binary := filepath.Join(dir, program)
	err = syscall.Exec(binary, append([]string{os.Args[0]}, os.Args[1:]...), os.Environ())
	runtime.KeepAlive(lock)
	return fmt.Errorf("start %s: %w", binary, err)
}
