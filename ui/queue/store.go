package queue

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync"

	"deltaedit/engine"
	"deltaedit/engine/atomicfile"
	"deltaedit/engine/batch"
	"deltaedit/engine/filelock"
)

// Names of files in the folder of a store.
const (
	fileName   = "queue.json"
	lockName   = ".queue.lock"
	tempPrefix = ".queue-"
)

// version of the file's format.
const version = 1

// maxFile is the size in bytes of the largest file that is read.
const maxFile = 64 << 20

// kept is a queue as it is stored. What became of its photos is in the results file.
type kept struct {
	Version int    `json:"version"`
	Started bool   `json:"started"`
	Last    int    `json:"last_id"`
	Order   Order  `json:"order"`
	Items   []Item `json:"photos"`
}

// parse reads a stored queue. One that this program cannot have written is an error.
func parse(data []byte) (*kept, error) {
	var k kept
	if err := json.Unmarshal(data, &k); err != nil {
		return nil, err
	}
	_, unknown := engine.ParseRenderer(k.Order.Renderer)
	switch {
	case k.Version != version:
		return nil, fmt.Errorf("version %d, want %d", k.Version, version)
	case len(k.Items) > MaxItems:
		return nil, fmt.Errorf("%d photos, want at most %d", len(k.Items), MaxItems)
	case !k.Started:
	case unknown != nil:
		return nil, unknown
	case !filepath.IsAbs(k.Order.Folder):
		return nil, fmt.Errorf("the folder %q is not an absolute path", k.Order.Folder)
	case len(k.Order.Edits) == 0:
		return nil, errors.New("it has no edits")
	}
	for i, e := range k.Order.Edits {
		if !(math.Abs(e.Strength) <= engine.MaxStrength) || !(e.Threshold >= 0 && e.Threshold <= 1) {
			return nil, fmt.Errorf("edit %d: strength %v, threshold %v", i+1, e.Strength, e.Threshold)
		}
	}
	ids, outs := map[string]bool{}, map[string]bool{}
	for i, it := range k.Items {
		switch {
		case it.ID == "" || ids[it.ID]:
			return nil, fmt.Errorf("photo %d: id %q is empty or there twice", i+1, it.ID)
		case !filepath.IsAbs(it.Path):
			return nil, fmt.Errorf("photo %d: %q is not an absolute path", i+1, it.Path)
		case it.Out != "" && (outs[nameKey(it.Out)] || filepath.Ext(it.Out) != ending || batch.SafeName(stem(it.Out)) != stem(it.Out)):
			return nil, fmt.Errorf("photo %d: %q is no name for a picture, or there twice", i+1, it.Out)
		case k.Started && it.Out == "":
			return nil, fmt.Errorf("photo %d: it has no name for its picture", i+1)
		}
		ids[it.ID] = true
		if it.Out != "" {
			outs[nameKey(it.Out)] = true
		}
	}
	return &k, nil
}

// store keeps a queue in a file, written by a goroutine of its own. Of several changes
// that come quickly, the newest is written.
type store struct {
	dir  string // "" stores nothing
	fail func(error)
	lock *filelock.Lock

	mu      sync.Mutex // guards the next two fields, and sending to wake
	newest  *kept
	closed  bool
	wake    chan struct{} // capacity 1; closed by close
	writing sync.Mutex    // held while the file is written
	ended   chan struct{}
}

// openStore opens the store of a folder, which is created, and returns what it holds: nil
// for nothing. With an error the store keeps nothing, and what is there stays.
func openStore(dir string, fail func(error)) (*store, *kept, error) {
	if dir == "" {
		return &store{}, nil, nil
	}
	var lock *filelock.Lock
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		lock, err = filelock.Acquire(filepath.Join(dir, lockName), filelock.Dying)
	}
	if err != nil {
		return &store{}, nil, fmt.Errorf("keep the batch: %w", err)
	}
	k, err := read(filepath.Join(dir, fileName))
	if err != nil {
		return &store{}, nil, errors.Join(fmt.Errorf("read the batch that was kept: %w", err), lock.Release())
	}
	s := &store{dir: dir, fail: fail, lock: lock, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go s.run()
	return s, k, nil
}

// read reads a stored queue; nil where there is none.
func read(path string) (*kept, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > maxFile:
		return nil, fmt.Errorf("%s is no file of at most %d bytes", path, maxFile)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	k, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

func (s *store) run() {
	defer close(s.ended)
	for range s.wake {
		if err := s.flush(); err != nil {
			s.fail(err)
		}
	}
}

// put lets a queue be written soon.
func (s *store) put(k kept) {
	if s.dir == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.newest = &k
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// flush writes what was put last, and returns when it is on the disk.
func (s *store) flush() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.Lock()
	k := s.newest
	s.newest = nil
	s.mu.Unlock()
	if k == nil {
		return nil
	}
	data, err := json.MarshalIndent(k, "", " ")
	if err != nil {
		return err
	}
	path := filepath.Join(s.dir, fileName)
	if len(k.Items) == 0 {
		if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	return atomicfile.Write(path, tempPrefix, func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// close writes what is left and unlocks the folder. What is put afterwards is not kept.
func (s *store) close() error {
	if s.dir == "" {
		return nil
	}
	s.mu.Lock()
	was := s.closed
	s.closed = true
	s.mu.Unlock()
	if was {
		return nil
	}
	close(s.wake)
	<-s.ended
	return s.lock.Release()
}
