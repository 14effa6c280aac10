package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// few is the number of files up to which flushing each is cheaper than flushing all that
// the file system has not written yet.
const few = 8

// Group writes files into one folder that are flushed together, which takes a disk much
// less time than flushing each. Its methods are safe for concurrent use.
type Group struct {
	dir, prefix string

	mu     sync.Mutex
	n      int
	staged []stagedFile
}

// stagedFile is a file under its temporary name, which may not be on the disk yet.
type stagedFile struct{ temp, path string }

// NewGroup returns a group for a folder. The prefix is that of Write; nobody else may
// write files with it there meanwhile.
func NewGroup(dir, prefix string) *Group { return &Group{dir: dir, prefix: prefix} }

// Stage writes a file under a temporary name. Commit gives it its own. Errors are
// CheckTarget's and the operating system's.
func (g *Group) Stage(name string, data []byte) error {
	path := filepath.Join(g.dir, name)
	if err := CheckTarget(path); err != nil {
		return err
	}
	f, err := g.create()
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.staged = append(g.staged, stagedFile{f.Name(), path})
	return nil
}

// create makes a new file with an unused temporary name.
func (g *Group) create() (*os.File, error) {
	for {
		g.mu.Lock()
		g.n++
		name := filepath.Join(g.dir, fmt.Sprint(g.prefix, "g", g.n, Suffix))
		g.mu.Unlock()
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// Commit flushes the files staged so far to the disk and then gives them their names. A
// file is whole or not there, as after Write. After an error some may have their names,
// and the others are removed.
func (g *Group) Commit() error {
	g.mu.Lock()
	files := g.staged
	g.staged = nil
	g.mu.Unlock()
	if len(files) == 0 {
		return nil
	}
	err := g.flush(files)
	for _, f := range files {
		if err == nil {
			err = CheckTarget(f.path) // it may have come meanwhile
		}
		if err == nil {
			err = os.Rename(f.temp, f.path)
		}
		if err != nil {
			_ = os.Remove(f.temp)
		}
	}
	SyncDir(g.dir)
	return err
}

// flush flushes files that are closed.
func (g *Group) flush(files []stagedFile) error {
	if len(files) > few {
		done, err := syncFileSystem(g.dir)
		if done || err != nil {
			return err
		}
	}
	for _, s := range files {
		f, err := os.OpenFile(s.temp, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// Discard removes what is staged.
func (g *Group) Discard() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, f := range g.staged {
		_ = os.Remove(f.temp)
	}
	g.staged = nil
}
