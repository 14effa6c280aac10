package measure

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"deltaedit/engine/filelock"
)

// goods are two providers of which cuda wins.
func goods() map[string]*fake {
	return map[string]*fake{"cuda": {took: time.Millisecond}}
}

func TestDecisionsAreKept(t *testing.T) {
	r := newRig(t, goods())
	first := r.choose(t, false)
	got := r.choose(t, false)
	if !got.Kept || got.Provider != "cuda" || !got.Measured.Equal(first.Measured) || !slices.Equal(got.Candidates, first.Candidates) || r.asked.Load() != 1 {
		t.Errorf("got %+v, first %+v", got, first)
	}
	if d := r.choose(t, true); d.Kept || r.fakes["cuda"].opened.Load() != 2 {
		t.Errorf("asked to measure again: %+v", d)
	}
	if err := r.Forget(); err != nil {
		t.Fatal(err)
	}
	if d := r.choose(t, false); d.Kept || r.fakes["cuda"].opened.Load() != 3 {
		t.Errorf("after it was forgotten: %+v", d)
	}
	entries, err := os.ReadDir(filepath.Dir(r.File))
	if err != nil || len(entries) != 1 {
		t.Errorf("left in the folder: %v, %v", entries, err)
	}
}

// When any part of the key changes, providers are measured again. When it changes back, the
// old decision is used again.
func TestEveryPartOfTheKeyMatters(t *testing.T) {
	r := newRig(t, goods())
	r.choose(t, false)
	for name, change := range map[string]func(*Key){
		"runtime":  func(k *Key) { k.Runtime = "1.28.0, 5 bytes" },
		"device":   func(k *Key) { k.Devices = []string{"Vulkan: another card, driver 1"} },
		"driver":   func(k *Key) { k.Devices = []string{"Vulkan: a card, driver 2"} },
		"no GPU":   func(k *Key) { k.Devices = nil },
		"CPU":      func(k *Key) { k.CPU = "another processor" },
		"threads":  func(k *Key) { k.Threads = 4 },
		"pack":     func(k *Key) { k.Pack = "official" },
		"version":  func(k *Key) { k.Version = "2" },
		"manifest": func(k *Key) { k.Manifest = "01" },
		"software": func(k *Key) { k.Software = true },
		"limits":   func(k *Key) { k.Limits = "address space 3300000 KB" },
	} {
		r.Key = someKey()
		if _, ok := r.Kept(); !ok {
			t.Fatalf("before %s: the decision does not hold", name)
		}
		change(&r.Key)
		if d, ok := r.Kept(); ok {
			t.Errorf("%s: %+v still holds", name, d)
		}
		if d := r.choose(t, false); d.Kept {
			t.Errorf("%s: %+v", name, d)
		}
		if _, ok := r.Kept(); !ok {
			t.Errorf("%s: the new decision does not hold", name)
		}
	}
	fields := 0
	data, err := json.Marshal(Key{Software: true, Limits: "x"})
	var m map[string]any
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	for range m {
		fields++
	}
	if err != nil || fields != 9 {
		t.Errorf("the key has %d parts: does the test change all? %v", fields, err)
	}
}

// A file that is broken, of another version, too old or otherwise not as written is
// measured again and replaced; it is never an error.
func TestBadFilesAreMeasuredAgain(t *testing.T) {
	good := func(change func(*file)) string {
		f := &file{Format: format}
		f.put(entry{
			Key: someKey(), Provider: "cuda", Measured: time.Now(),
			Candidates: []Candidate{{Provider: "cuda", PreviewMS: 1, FinalMS: 1}, {Provider: CPU, PreviewMS: 2, FinalMS: 2}},
		})
		if change != nil {
			change(f)
		}
		data, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for name, c := range map[string]struct {
		text string
		kept bool
	}{
		"as it should be": {good(nil), true},
		"empty":           {"", false},
		"no JSON":         {"\x00\x01{", false},
		"cut short":       {good(nil)[:200], false},
		"a list":          {"[]", false},
		"older format":    {good(func(f *file) { f.Format = 0 }), false},
		"newer format":    {good(func(f *file) { f.Format = format + 1 }), false},
		"a month old":     {good(func(f *file) { f.Entries[0].Measured = time.Now().AddDate(0, -1, 0) }), true},
		"a month old, one broken": {good(func(f *file) {
			f.Entries[0].Measured = time.Now().AddDate(0, -1, 0)
			f.Entries[0].Candidates[1] = Candidate{Provider: "webgpu", Refused: "boom", Broken: true}
		}), false},
		"a year old":        {good(func(f *file) { f.Entries[0].Measured = time.Now().AddDate(-1, 0, 0) }), false},
		"of the future":     {good(func(f *file) { f.Entries[0].Measured = time.Now().AddDate(0, 1, 0) }), false},
		"no such candidate": {good(func(f *file) { f.Entries[0].Provider = "webgpu" }), false},
		"refused":           {good(func(f *file) { f.Entries[0].Candidates[0].Refused = "no" }), false},
		"without times":     {good(func(f *file) { f.Entries[0].Candidates[0] = Candidate{Provider: "cuda"} }), false},
		"no entries":        {good(func(f *file) { f.Entries = nil }), false},
		"huge":              {strings.Repeat(" ", maxBytes) + good(nil), false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, goods())
			write(t, r.File, c.text)
			if d := r.choose(t, false); d.Kept != c.kept || d.Provider != "cuda" || d.Notice != "" {
				t.Errorf("got %+v", d)
			}
			if d := r.choose(t, false); !d.Kept {
				t.Errorf("the file was not mended: %+v", d)
			}
		})
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Where nothing can be kept the decision counts for this time, with a notice.
func TestDecisionsThatCannotBeKept(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, r *rig){
		"no cache folder": func(_ *testing.T, r *rig) { r.File, r.NoFile = "", errors.New("$HOME is not defined") },
		"a file in the folder's place": func(t *testing.T, r *rig) {
			write(t, filepath.Dir(r.File), "")
		},
		"a folder in the file's place": func(t *testing.T, r *rig) {
			if err := os.MkdirAll(r.File, 0o700); err != nil {
				t.Fatal(err)
			}
		},
		"another process that holds it": func(t *testing.T, r *rig) {
			if err := os.MkdirAll(filepath.Dir(r.File), 0o700); err != nil {
				t.Fatal(err)
			}
			lock, err := filelock.Acquire(r.File+".lock", 0)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = lock.Release() })
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, goods())
			spoil(t, r)
			d := r.choose(t, false)
			if d.Provider != "cuda" || d.File != "" || d.Measured.IsZero() || !strings.Contains(d.Notice, "cannot be kept") {
				t.Errorf("got %+v", d)
			}
			if _, ok := r.Kept(); ok {
				t.Error("it is kept all the same")
			}
			_ = r.Forget() // no panic
		})
	}
	t.Run("a folder that can only be read", func(t *testing.T) {
		r := newRig(t, goods())
		dir := filepath.Dir(r.File)
		if err := os.MkdirAll(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		if f, err := os.Create(filepath.Join(dir, "x")); err == nil {
			_ = f.Close()
			t.Skip("this user may write everywhere")
		}
		if d := r.choose(t, false); d.Provider != "cuda" || !strings.Contains(d.Notice, "cannot be kept") {
			t.Errorf("got %+v", d)
		}
	})
}

// Many that write at once leave one whole file with everything in it.
func TestConcurrentWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deltaedit", fileName)
	stop := make(chan struct{})
	var readers, writers sync.WaitGroup
	readers.Go(func() { // a reader sees a whole file or none, at any time
		for {
			select {
			case <-stop:
				return
			default:
			}
			if data, err := os.ReadFile(path); err == nil {
				var f file
				if err := json.Unmarshal(data, &f); err != nil || f.Format != format {
					t.Errorf("half a file: %v", err)
					return
				}
			}
			time.Sleep(time.Millisecond)
		}
	})
	const n = 8
	for i := range n {
		writers.Go(func() {
			k := someKey()
			k.Pack = fmt.Sprint(i)
			for range 5 {
				err := update(path, func(f *file) bool {
					f.put(entry{Key: k, Provider: CPU, Measured: time.Now(), Candidates: []Candidate{{Provider: CPU, FinalMS: 1}}})
					return true
				})
				if err != nil && !errors.Is(err, filelock.ErrHeld) {
					t.Errorf("writer %d: %v", i, err)
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
	if got := len(load(path).Entries); got != n {
		t.Errorf("%d entries, want %d", got, n)
	}
}

// Who comes second waits for the first and takes what it found out.
func TestTwoMeasureOnce(t *testing.T) {
	r := newRig(t, map[string]*fake{"cuda": {took: time.Millisecond, spoil: func(int, int, *Drawn) { time.Sleep(20 * time.Millisecond) }}})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if d, err := r.Choose(t.Context(), false, func(float64) {}); err != nil || d.Provider != "cuda" {
				t.Errorf("%+v, %v", d, err)
			}
		})
	}
	wg.Wait()
	if n := r.fakes["cuda"].opened.Load(); n != 1 {
		t.Errorf("measured %d times", n)
	}
}

func TestOldDecisionsGo(t *testing.T) {
	f := &file{Format: format}
	for i := range 3 * maxEntries {
		k := someKey()
		k.Threads = i
		f.put(entry{Key: k})
	}
	if len(f.Entries) != maxEntries || f.Entries[0].Key.Threads != 3*maxEntries-1 {
		t.Errorf("%d entries, the first of %d", len(f.Entries), f.Entries[0].Key.Threads)
	}
}
