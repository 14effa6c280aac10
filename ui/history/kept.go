package history

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"deltaedit/engine/atomicfile"
)

// MaxKept is the size in bytes of all kept results together. Beyond it the states on the
// oldest of them are dropped.
const MaxKept = 512 << 20

// folder returns the folder of kept results.
func (l *Log) folder() (string, error) {
	if l.dir != "" {
		dir := filepath.Join(l.dir, keptDir)
		return dir, os.MkdirAll(dir, 0o700)
	}
	if l.scratch == "" {
		dir, err := os.MkdirTemp("", "deltaedit-kept-")
		if err != nil {
			return "", err
		}
		l.scratch = dir
	}
	return l.scratch, nil
}

// NewKept returns the absolute path of a new file for a kept result or a photo that has
// no file of its own. Its folder exists and is only for it; name is the file's name.
func (l *Log) NewKept(name string) (string, error) {
	dir, err := l.folder()
	if err == nil {
		l.prune(dir)
		dir, err = os.MkdirTemp(dir, "")
	}
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	if err != nil {
		return "", fmt.Errorf("keep the result: %w", err)
	}
	name = filepath.Base(filepath.Clean("/" + strings.ReplaceAll(name, "\\", "/")))
	if name == "." || name == string(filepath.Separator) {
		name = "photo"
	}
	return filepath.Join(dir, name), nil
}

// Store writes the bytes of a photo that has no file, and returns the path.
func (l *Log) Store(name string, data []byte) (string, error) {
	path, err := l.NewKept(name)
	if err != nil {
		return "", err
	}
	return path, atomicfile.Write(path, ".kept-", func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// uses reports whether a state needs a file.
func (s *State) uses(path string) bool { return s.Photo.Path == path || s.Root.Path == path }

// prune drops the states on the oldest kept results while these are too large together.
// The present state stays.
func (l *Log) prune(dir string) {
	files, total := keptFiles(dir)
	now := l.find(l.present)
	for _, f := range files {
		if total <= MaxKept {
			break
		}
		if now != nil && now.uses(f.path) {
			continue
		}
		for _, s := range slices.Clone(l.states) {
			if s.uses(f.path) && s != now {
				l.remove(s)
			}
		}
		if os.RemoveAll(filepath.Dir(f.path)) == nil {
			total -= f.size
		}
	}
}

// sweep removes kept results that no state needs.
func (l *Log) sweep() {
	if l.dir == "" {
		return
	}
	dir, err := filepath.Abs(filepath.Join(l.dir, keptDir))
	if err != nil {
		return
	}
	files, _ := keptFiles(dir)
	for _, f := range files {
		if !slices.ContainsFunc(l.states, func(s *State) bool { return s.uses(f.path) }) {
			_ = os.RemoveAll(filepath.Dir(f.path)) // the next start tries again
		}
	}
}

type keptFile struct {
	path string
	size int64
	at   int64
}

// keptFiles returns the files below a folder, oldest first, and their size in bytes.
func keptFiles(dir string) (files []keptFile, total int64) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			files = append(files, keptFile{path, info.Size(), info.ModTime().UnixNano()})
			total += info.Size()
		}
		return nil
	})
	slices.SortFunc(files, func(a, b keptFile) int { return int(a.at - b.at) })
	return files, total
}
