package e2e

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMeasuredStart: a start that bench measures tells when the window and the models
// are there, in any order, closes by itself, and leaves no session behind.
func TestMeasuredStart(t *testing.T) {
	p := build(t)
	p.launch(nil, "--moments", "--provider", "cpu")
	p.over("a start that is only measured")
	if p.status != nil {
		t.Fatalf("it ended with %v: %s", p.status, p.output.String())
	}
	said := strings.Fields(p.output.String())
	if slices.Sort(said); !slices.Equal(said, []string{"ready", "window"}) {
		t.Errorf("it said %q", p.output.String())
	}
	err := filepath.WalkDir(filepath.Join(p.dir, "state"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
