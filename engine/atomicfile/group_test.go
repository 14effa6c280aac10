package atomicfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Files of a group get their names at Commit alone, whether each is flushed or all.
func TestGroup(t *testing.T) {
	for _, n := range []int{0, 1, few, few + 30} {
		dir := t.TempDir()
		// Somebody left a file of the same temporary name.
		if err := os.WriteFile(filepath.Join(dir, ".x-g1.tmp"), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		g := NewGroup(dir, ".x-")
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				if err := g.Stage(fmt.Sprint(i), []byte(strings.Repeat("x", i))); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, name := range names(t, dir) {
			if !strings.HasSuffix(name, Suffix) {
				t.Errorf("%s has its name before Commit", name)
			}
		}
		if err := g.Commit(); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			if data, err := os.ReadFile(filepath.Join(dir, fmt.Sprint(i))); err != nil || len(data) != i {
				t.Errorf("file %d has %d bytes, %v", i, len(data), err)
			}
		}
		if got := names(t, dir); len(got) != n+1 {
			t.Errorf("%d files, want %d", len(got), n+1)
		}
	}
}

func TestGroupFails(t *testing.T) {
	dir := t.TempDir()
	g := NewGroup(dir, ".x-")
	if err := os.Mkdir(filepath.Join(dir, "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := g.Stage("a", nil); err == nil {
		t.Error("a folder was replaced")
	}
	for _, name := range []string{"b", "c"} {
		if err := g.Stage(name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "b"), 0o700); err != nil { // it comes meanwhile
		t.Fatal(err)
	}
	if err := g.Commit(); err == nil {
		t.Error("a folder that came was replaced")
	}
	if got := names(t, dir); len(got) != 2 {
		t.Errorf("left behind: %q", got)
	}
	if err := g.Stage("d", nil); err != nil {
		t.Fatal(err)
	}
	g.Discard()
	if err := g.Commit(); err != nil || len(names(t, dir)) != 2 {
		t.Errorf("after Discard: %q, %v", names(t, dir), err)
	}
	if err := NewGroup(filepath.Join(dir, "none"), ".x-").Stage("a", nil); err == nil {
		t.Error("a file in a folder that is not there")
	}
}
