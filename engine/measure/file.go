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

// Key holds everything that a decision depends on.
type Key struct {
	onnx.Machine
	// Pack, Version and Manifest, which is the manifest's SHA-256, identify the
	// generator.
	Pack     string `json:"pack"`
	Version  string `json:"version"`
	Manifest string `json:"manifest"`
	// Software is true if GPUs in software were allowed.
	Software bool `json:"software,omitempty"`
	// Limits describes the memory limits of the process, "" for none.
	Limits string `json:"limits,omitempty"`
}

func (k Key) equal(o Key) bool {
	return k.Runtime == o.Runtime && slices.Equal(k.Devices, o.Devices) && k.CPU == o.CPU && k.Threads == o.Threads &&
		k.Pack == o.Pack && k.Version == o.Version && k.Manifest == o.Manifest && k.Software == o.Software && k.Limits == o.Limits
}

const (
	// format is the version of the file. It is also raised when the method of measuring
	// changes, so that older times are not compared with new ones.
	format = 1
	// maxEntries is the maximum number of stored decisions; the newest are stored.
	maxEntries = 16
	// maxAge is how long a decision is valid, since it may depend on things that Key
	// does not contain, such as a library that was installed later.
	maxAge = 90 * 24 * time.Hour
	// maxBrokenAge is the same for a decision in which a provider was refused because
	// of its results.
	maxBrokenAge = 7 * 24 * time.Hour
	// maxBytes is the maximum number of bytes that are read.
	maxBytes = 1 << 20
	// lockTimeout is how long to wait for another process that has locked the file.
	lockTimeout = time.Second

	fileName  = "providers.json"
	temporary = ".providers-"
)

// entry is a decision in the file.
type entry struct {
	Key        Key         `json:"key"`
	Provider   string      `json:"provider"`
	Candidates []Candidate `json:"candidates"`
	Measured   time.Time   `json:"measured"`
	// Late is how many times in a row a provider did not finish in time. Unsteady means
	// that times varied too much to be relied on for long.
	Late     int  `json:"late,omitempty"`
	Unsteady bool `json:"unsteady,omitempty"`
}

// valid reports whether the entry is consistent and not too old.
func (e entry) valid(now time.Time) bool {
	age := maxAge
	if slices.ContainsFunc(e.Candidates, func(c Candidate) bool { return c.Broken }) {
		age = maxBrokenAge
	}
	if e.Late > 0 || e.Unsteady {
		age = lateAge
	}
	if e.Late > 0 && e.Late < lateRuns {
		return false
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

// file is the content of the file of decisions, newest first.
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

// late returns how many times in a row a provider was late, according to the last
// decision.
func (f *file) late(k Key) int {
	for _, e := range f.Entries {
		if e.Key.equal(k) {
			return e.Late
		}
	}
	return 0
}

func (f *file) put(e entry) {
	f.remove(e.Key)
	f.Entries = slices.Insert(f.Entries, 0, e)
	f.Entries = f.Entries[:min(maxEntries, len(f.Entries))]
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

// load reads the file. A file that is missing, damaged or of another format counts as
// empty.
func load(path string) *file {
	var out file
	if !readJSON(path, &out) || out.Format != format {
		return &file{Format: format}
	}
	return &out
}

// readJSON reads a file into v and reports whether it exists and is complete.
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

// writeJSON writes v to a file atomically.
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

// update reads the file, calls change, and writes the file atomically if change returns
// true. The file is locked against other processes.
func update(path string, change func(*file) bool) error {
	if err := makeDir(path); err != nil {
		return err
	}
	lock, err := filelock.Acquire(path+".lock", lockTimeout)
	if err != nil {
		return fmt.Errorf("lock %s: %w", path, err)
	}
	defer func() { _ = lock.Release() }()
	f := load(path)
	if !change(f) {
		return nil
	}
	if err := writeJSON(path, f); err != nil {
		return fmt.Errorf("write %s: %w", path, withoutTempName(err))
	}
	return nil
}

func makeDir(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the cache folder: %w", err)
	}
	return nil
}

// withoutTempName removes the temporary file's name from an error.
func withoutTempName(err error) error {
	var p *os.PathError
	if errors.As(err, &p) && strings.Contains(p.Path, temporary) {
		return p.Err
	}
	return err
}
