package batch

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/atomicfile"
)

func resultLine(id string) string {
	return `{"status":"ok","id":` + quote(id) + `,"plan_sha256":"00","out":"o.png","later":1}` + "\n"
}

func TestReadJournal(t *testing.T) {
	cases := map[string]struct {
		text string
		n    int
		torn bool
		says string // of the error, "" for none
	}{
		"empty":               {"", 0, false, ""},
		"two":                 {resultLine("a") + resultLine("b"), 2, false, ""},
		"torn":                {resultLine("a") + resultLine("b")[:20], 1, true, ""},
		"torn before its end": {resultLine("a") + strings.TrimSuffix(resultLine("b"), "\n"), 1, true, ""},
		"zeros at the end":    {resultLine("a") + "\x00\x00\x00", 1, true, ""},
		"only torn":           {"{", 0, true, ""},
		"torn in the middle":  {resultLine("a")[:20] + resultLine("b"), 0, false, "line 1"},
		"somebody else's":     {"name,value\n", 0, false, "move the file away"},
		"another object":      {`{"a":1}` + "\n", 0, false, "no id"},
		"another status":      {strings.Replace(resultLine("a"), "ok", "done", 1), 0, false, `"done"`},
		"without the plan":    {`{"id":"a","status":"ok"}` + "\n", 0, false, "plan_sha256"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), JournalName)
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			entries, torn, err := readJournal(path)
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("got %v, want %q", err, c.says)
				}
				return
			}
			if err != nil || len(entries) != c.n || torn != c.torn {
				t.Errorf("got %d entries, torn %t, %v", len(entries), torn, err)
			}
			for _, e := range entries {
				if string(e.raw) != resultLine(e.ID) {
					t.Errorf("line %q", e.raw)
				}
			}
		})
	}
	if entries, torn, err := readJournal(filepath.Join(t.TempDir(), "none")); entries != nil || torn || err != nil {
		t.Errorf("a missing journal: %v, %t, %v", entries, torn, err)
	}
}

// A journal that cannot be flushed keeps its whole lines and says what to do.
func TestJournalAppend(t *testing.T) {
	dir := t.TempDir()
	j, err := openJournal(dir, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.append([]byte(resultLine("a"))); err != nil {
		t.Fatal(err)
	}
	if err := j.append([]byte("two\nlines\n")); err == nil {
		t.Error("two lines were taken for one")
	}
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	if err := j.append([]byte(resultLine("b"))); err == nil || !strings.Contains(err.Error(), "--resume") {
		t.Errorf("a closed journal: %v", err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, JournalName)); err != nil || string(data) != resultLine("a") {
		t.Errorf("got %q, %v", data, err)
	}
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "a.png"), filepath.Join(dir, "other")
	if err := os.WriteFile(other, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, path); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("no room")
	err := replace(path, func(f *os.File) error {
		_, err := f.WriteString("half")
		return errors.Join(err, broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if err := engine.Guard(func() error { return replace(path, func(*os.File) error { panic("an encoder's fault") }) }); err == nil {
		t.Error("a panic was lost")
	}
	if left := names(t, dir); len(left) != 2 {
		t.Errorf("after failures there are %q", left)
	}
	if data, _ := os.ReadFile(path); string(data) != "other" {
		t.Errorf("after a failure: %q", data)
	}
	if err := replace(path, func(f *os.File) error { _, err := f.WriteString("new"); return err }); err != nil {
		t.Fatal(err)
	}
	a, _ := os.ReadFile(path)
	b, _ := os.ReadFile(other)
	if string(a) != "new" || string(b) != "other" {
		t.Errorf("got %q, and %q where the link led", a, b)
	}
	if left := names(t, dir); len(left) != 2 {
		t.Errorf("left behind: %q", left)
	}
	for _, name := range []string{tempPrefix + "3" + atomicfile.Suffix, ".deltaedit-1-0.tmp"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := removeTemps(dir); n != 1 || err != nil || len(names(t, dir)) != 3 {
		t.Errorf("removed %d, %v; left %q: want only a batch's own", n, err, names(t, dir))
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	a, err := acquire(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := acquire(dir, 0); !errors.Is(err, ErrBusy) {
		t.Errorf("the second got %v", err)
	}
	time.AfterFunc(100*time.Millisecond, func() { _ = a.Release() })
	second, err := acquire(dir, time.Minute)
	if err != nil {
		t.Fatalf("the second, with patience: %v", err)
	}
	if err := second.Release(); err != nil {
		t.Error(err)
	}
	if err := second.Release(); err != nil {
		t.Errorf("the second release: %v", err)
	}
	if left := names(t, dir); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
	// A killed batch leaves a lock file that no process holds.
	if err := os.WriteFile(filepath.Join(dir, LockName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := acquire(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Release()
	other := t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "x"), filepath.Join(other, LockName)); err != nil {
		t.Fatal(err)
	}
	if _, err := acquire(other, 0); err == nil || !strings.Contains(err.Error(), "no plain file") {
		t.Errorf("a link for a lock: %v", err)
	}
}
