package store

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"deltaedit/engine/atomicfile"
	"deltaedit/engine/invert"
)

// DefaultLimit is the size in bytes that the folder of all inversions may have. One of
// the built-in pack takes 8.4 MB.
const DefaultLimit = 256 << 20

const (
	suffix    = ".inversion"
	temporary = ".inversion-"
	// staleAge is the age from which a temporary file counts as left by a program that
	// was killed.
	staleAge = time.Hour
)

// Store is a folder of inversions. Several processes may use one folder at once. A nil
// Store keeps nothing. Its methods may be called from any goroutine.
type Store struct {
	dir   string
	limit int64
	// failed is called with the first error of writing.
	failed func(error)

	writing sync.WaitGroup
	failing sync.Once
}

// Path returns the folder of inversions: "inversions" in deltaedit's folder of the user's
// cache folder ($XDG_CACHE_HOME or ~/.cache on Unix). It need not exist.
func Path() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	return filepath.Join(dir, "deltaedit", "inversions"), nil
}

// New returns the store of a folder, which is made when the first inversion is kept. limit
// is the size in bytes of all files together. failed is called with the first error of
// writing, on some goroutine; later ones are not reported.
func New(dir string, limit int64, failed func(error)) *Store {
	return &Store{dir: dir, limit: limit, failed: failed}
}

// Get returns the inversion of a key and whether there is one. A file that is damaged
// counts as missing. The code belongs to the caller.
func (s *Store) Get(k Key) (invert.Code, bool) {
	if s == nil {
		return invert.Code{}, false
	}
	path := s.path(k)
	code, err := read(path, k, s.limit)
	if err != nil {
		return invert.Code{}, false
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // an entry whose time cannot be set is removed sooner
	return code, true
}

// Knows reports whether there is an inversion of some face of a photo. It looks at neither the
// alignment nor the square, so it can be asked before the faces are found.
func (s *Store) Knows(in Inputs) bool {
	if s == nil {
		return false
	}
	group := in.group()
	found, err := filepath.Glob(filepath.Join(s.dir, hex.EncodeToString(group[:])+"*"+suffix))
	return err == nil && len(found) > 0
}

// Put keeps an inversion. It returns at once and writes in the background: nobody may
// change the code's slices afterwards. When the folder has become too large, the
// inversions that were not used for the longest time are removed.
func (s *Store) Put(k Key, code invert.Code) {
	if s == nil || encodedSize(code) > s.limit {
		return
	}
	s.writing.Go(func() {
		if err := s.put(k, code); err != nil {
			s.failing.Do(func() { s.failed(err) })
		}
	})
}

func (s *Store) put(k Key, code invert.Code) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("keep the inversion: %w", err)
	}
	// Removing old temporary files may fail: this file is written all the same.
	_, _ = atomicfile.Sweep(s.dir, temporary, staleAge)
	// Room is made first, so that the folder is never larger than the limit.
	if err := s.shrink(s.limit - encodedSize(code)); err != nil {
		return fmt.Errorf("keep the inversion: %w", err)
	}
	err := atomicfile.Write(s.path(k), fmt.Sprint(temporary, os.Getpid(), "-"), func(f *os.File) error {
		if err := f.Chmod(0o600); err != nil {
			return err
		}
		return write(f, k, code)
	})
	if err != nil {
		return fmt.Errorf("keep the inversion: %w", err)
	}
	return nil
}

// Close waits until everything is written. It may be called several times.
func (s *Store) Close() error {
	if s != nil {
		s.writing.Wait()
	}
	return nil
}

// Usage returns the number of inversions in the folder and their size in bytes.
func (s *Store) Usage() (n int, bytes int64, err error) {
	all, err := s.entries()
	for _, e := range all {
		bytes += e.bytes
	}
	return len(all), bytes, err
}

// Clear removes all inversions from the folder, and what is left of killed programs. It
// returns the number of inversions.
func (s *Store) Clear() (int, error) {
	all, err := s.entries()
	if err != nil {
		return 0, err
	}
	n := 0
	for _, e := range all {
		if err := remove(e.path); err != nil {
			return n, err
		}
		n++
	}
	if n > 0 {
		_, err = atomicfile.Sweep(s.dir, temporary, 0)
	}
	return n, err
}

func (s *Store) path(k Key) string { return filepath.Join(s.dir, k.String()+suffix) }

// entry is one file of the folder.
type entry struct {
	path  string
	bytes int64
	used  time.Time
}

// entries returns the inversions of the folder, in no order. A folder that does not exist
// has none.
func (s *Store) entries() ([]entry, error) {
	files, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []entry
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), suffix) || !f.Type().IsRegular() {
			continue
		}
		info, err := f.Info()
		if errors.Is(err, fs.ErrNotExist) { // another process has removed it
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, entry{filepath.Join(s.dir, f.Name()), info.Size(), info.ModTime()})
	}
	return out, nil
}

// shrink removes the inversions that were not used for the longest time until all
// together have at most limit bytes.
func (s *Store) shrink(limit int64) error {
	all, err := s.entries()
	if err != nil {
		return err
	}
	var total int64
	for _, e := range all {
		total += e.bytes
	}
	slices.SortFunc(all, func(a, b entry) int { return a.used.Compare(b.used) })
	for _, e := range all {
		if total <= limit {
			break
		}
		if err := remove(e.path); err != nil {
			return err
		}
		total -= e.bytes
	}
	return nil
}

// remove removes a file that another process may have removed already.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
