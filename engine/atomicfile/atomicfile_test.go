package atomicfile

import (
	"errors"
	"io/fs"
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

// TestWriteNewReplacesNothing: neither what was there before nor what comes meanwhile.
func TestWriteNewReplacesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	put := func(text string) func(*os.File) error {
		return func(f *os.File) error { _, err := f.WriteString(text); return err }
	}
	holds := func(want string) {
		t.Helper()
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("the file holds %q, want %q (%v)", got, want, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
			t.Errorf("what is left in the folder: %v, %v", left, err)
		}
	}
	if err := WriteNew(path, ".new-", put("first")); err != nil {
		t.Fatal(err)
	}
	holds("first")
	if err := WriteNew(path, ".new-", put("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over an existing file: %v", err)
	}
	holds("first")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	err := WriteNew(path, ".new-", func(f *os.File) error {
		if err := os.WriteFile(path, []byte("meanwhile"), 0o600); err != nil {
			return err
		}
		return put("second")(f)
	})
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file that came meanwhile: %v", err)
	}
	holds("meanwhile")
}
