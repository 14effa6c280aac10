package measure

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"deltaedit/engine/atomicfile"
	"deltaedit/engine/filelock"
	"deltaedit/engine/onnx"
)

// Key is everything that a decision depends on.
type Key struct {
	onnx.Machine
	// Pack, Version and Manifest, the manifest's SHA-256, name the generator.
	Pack     string `json:"pack"`
	Version  string `json:"version"`
	Manifest string `json:"manifest"`
	// Software is true where GPUs in software counted.
	Software bool `json:"software,omitempty"`
}

func (k Key) equal(o Key) bool {
	return k.Runtime == o.Runtime && slices.Equal(k.Devices, o.Devices) && k.CPU == o.CPU && k.Threads == o.Threads &&
		k.Pack == o.Pack && k.Version == o.Version && k.Manifest == o.Manifest && k.Software == o.Software
}

const (
	// format is the file's version. It also stands for how is measured: it goes up
	// when older figures cannot be compared any more.
	format = 1
	// most is how many decisions are kept, the newest.
	most = 16
	// maxAge is how long a decision holds: what it depends on and Key cannot see,
	// such as a library that was installed since, is found out some day.
	maxAge = 90 * 24 * time.Hour
	// maxBrokenAge is the same where a provider was refused for what it did: the
	// cause may have been a bad moment.
	maxBrokenAge = 7 * 24 * time.Hour
	// maxBytes bounds what is read.
	maxBytes = 1 << 20
	// patience is how long another process may hold the file.
	patience = time.Second

	fileName  = "providers.json"
	temporary = ".providers-"
)

// entry is a decision in the file.
type entry struct {
	Key        Key         `json:"key"`
	Provider   string      `json:"provider"`
	Candidates []Candidate `json:"candidates"`
	Measured   time.Time   `json:"measured"`
}

// valid reports whether the entry is one that this program could have written, and
// not too old.
func (e entry) valid(now time.Time) bool {
	age := maxAge
	if slices.ContainsFunc(e.Candidates, func(c Candidate) bool { return c.Broken }) {
		age = maxBrokenAge
	}
	if e.Measured.After(now.Add(24*time.Hour)) || now.Sub(e.Measured) > age {
		return false
	}
	for _, c := range e.Candidates {
		if c.Provider == e.Provider {
			return c.Refused == "" && c.TotalMS() > 0
		}
	}
	return false
}

// file is the file of decisions, the newest first.
type file struct {
	Format  int     `json:"format"`
	Entries []entry `json:"entries"`
}

func (f *file) find(k Key, now time.Time) (entry, bool) {
	for _, e := range f.Entries {
		if e.Key.equal(k) {
			return e, e.valid(now)
		}
	}
	return entry{}, false
}

func (f *file) put(e entry) {
	f.remove(e.Key)
	f.Entries = slices.Insert(f.Entries, 0, e)
	f.Entries = f.Entries[:min(most, len(f.Entries))]
}

func (f *file) remove(k Key) bool {
	n := len(f.Entries)
	f.Entries = slices.DeleteFunc(f.Entries, func(e entry) bool { return e.Key.equal(k) })
	return len(f.Entries) != n
}

// Path returns the file of decisions: providers.json in deltaedit's folder of the
// user's cache folder ($XDG_CACHE_HOME or ~/.cache on Unix). It need not exist.
func Path() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	return filepath.Join(dir, "deltaedit", fileName), nil
}

// load reads the file. One that is missing, broken or of another format is empty.
func load(path string) *file {
	var out file
	if !readJSON(path, &out) || out.Format != format {
		return &file{Format: format}
	}
	return &out
}

// readJSON reads a file into v and reports whether it is there and whole.
func readJSON(path string, v any) bool {
	if atomicfile.Plain(path) != nil {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxBytes))
	return err == nil && json.Unmarshal(data, v) == nil
}

// writeJSON writes v into a file, whole or not at all.
func writeJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, _ = atomicfile.Sweep(filepath.Dir(path), temporary, time.Hour)
	return atomicfile.Write(path, temporary, func(f *os.File) error {
		_, err := f.Write(append(data, '\n'))
		return err
	})
}

// update reads the file, changes it and writes it whole, if change says so, while
// no other process does.
func update(path string, change func(*file) bool) error {
	if err := makeDir(path); err != nil {
		return err
	}
	lock, err := filelock.Acquire(path+".lock", patience)
	if err != nil {
		return fmt.Errorf("lock %s: %w", path, err)
	}
	defer func() { _ = lock.Release() }()
	f := load(path)
	if !change(f) {
		return nil
	}
	if err := writeJSON(path, f); err != nil {
		return fmt.Errorf("write %s: %w", path, plainly(err))
	}
	return nil
}

func makeDir(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the cache folder: %w", err)
	}
	return nil
}

// plainly leaves out of an error the temporary name that means nothing to anyone.
func plainly(err error) error {
	var p *os.PathError
	if errors.As(err, &p) && strings.Contains(p.Path, temporary) {
		return p.Err
	}
	return err
}
