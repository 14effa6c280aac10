package filelock

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAcquire(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	a, err := Acquire(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Acquire(path, 0); !errors.Is(err, ErrHeld) {
		t.Errorf("the second got %v", err)
	}
	time.AfterFunc(50*time.Millisecond, func() { _ = a.Release() })
	b, err := Acquire(path, time.Minute)
	if err != nil {
		t.Fatalf("the second, with patience: %v", err)
	}
	if err := errors.Join(b.Release(), b.Release()); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock's file is left: %v", err)
	}
	if err := os.Symlink(filepath.Join(t.TempDir(), "x"), path); err != nil {
		t.Fatal(err)
	}
	if _, err := Acquire(path, 0); err == nil || !strings.Contains(err.Error(), "no plain file") {
		t.Errorf("a link for a lock: %v", err)
	}
	if _, err := Acquire(filepath.Join(t.TempDir(), "none", "lock"), 0); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}
