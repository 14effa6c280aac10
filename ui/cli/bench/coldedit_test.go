package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deltaedit/engine"
)

// The first edit with a cache folder is the slow one.
const editing = `out=%q; echo "$@" >> "$out"; for last; do :; done; cat "$last" >> "$out"; test -d "$XDG_CACHE_HOME" || { mkdir "$XDG_CACHE_HOME"; sleep 0.2; }`

func TestColdEdit(t *testing.T) {
	out := filepath.Join(t.TempDir(), "args")
	p := startable(t, fmt.Sprintf(editing, out))
	e, err := ColdEdit(t.Context(), p, engine.Options{Provider: "cpu"}, engine.Source{Name: "sample", Data: []byte("a photo\n")}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if e.First < 200*time.Millisecond || e.Again >= e.First || e.Again <= 0 {
		t.Errorf("got %+v", e)
	}
	said, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	if len(lines) != 8 || !strings.HasPrefix(lines[0], "edit --source face --target smiling face --out ") ||
		!strings.Contains(lines[0], " --provider cpu ") || lines[1] != "a photo" {
		t.Fatalf("started with %q", lines)
	}
	photo := lines[0][strings.LastIndex(lines[0], " ")+1:]
	if _, err := os.Stat(filepath.Dir(photo)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left: %v", photo, err)
	}
}

func TestColdEditThatCannotBeMeasured(t *testing.T) {
	src := engine.Source{Path: "photo.jpg"}
	_, err := ColdEdit(t.Context(), startable(t, "echo no face found >&2; exit 1"), engine.Options{}, src, 1)
	if err == nil || !strings.Contains(err.Error(), "not measured") || !strings.Contains(err.Error(), "no face found") {
		t.Errorf("got %v", err)
	}
	if _, err := ColdEdit(t.Context(), "", engine.Options{}, src, 1); err == nil || !strings.Contains(err.Error(), "where its file is") {
		t.Errorf("no executable: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ColdEdit(ctx, startable(t, "exit 0"), engine.Options{}, src, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
