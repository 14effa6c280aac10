package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

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

// A writer that fails half-way, as on a full disk, or panics leaves the old file.
func TestWriteIsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	put := func(text string, err error) error {
		return Write(path, ".x-", func(f *os.File) error {
			_, werr := f.WriteString(text)
			return errors.Join(werr, err)
		})
	}
	if err := put("old", nil); err != nil {
		t.Fatal(err)
	}
	if err := put("half", syscall.ENOSPC); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a full disk: %v", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = Write(path, ".x-", func(*os.File) error { panic("x") })
	}()
	if got, err := os.ReadFile(path); string(got) != "old" || err != nil {
		t.Errorf("the file holds %q, %v", got, err)
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("left behind: %q", got)
	}
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	hourAgo := time.Now().Add(-time.Hour)
	for name, old := range map[string]bool{
		".x-1.tmp": true, ".x-2.tmp": false, ".y-1.tmp": true, ".x-3.png": true,
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if old {
			if err := os.Chtimes(path, hourAgo, hourAgo); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".x-4.tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	if n, err := Sweep(dir, ".x-", time.Minute); n != 1 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
	if got := names(t, dir); len(got) != 4 {
		t.Errorf("left: %q", got)
	}
	if n, err := Sweep(filepath.Join(dir, "none"), ".x-", 0); n != 0 || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %d, %v", n, err)
	}
}
