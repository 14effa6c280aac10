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

// startable is a program whose start is played by a shell script, on a display that
// nobody looks at.
func startable(t *testing.T, script string) string {
	t.Helper()
	t.Setenv("DISPLAY", ":0")
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestColdStart(t *testing.T) {
	out := filepath.Join(t.TempDir(), "args")
	p := startable(t, fmt.Sprintf(`echo "$@" "$XDG_STATE_HOME" >> %q; sleep 0.05; echo window; sleep 0.05; echo ready; sleep 0.05`, out))
	c, err := ColdStart(t.Context(), p, engine.Options{Pack: "mine", Provider: "cpu"}, 3)
	if err != nil {
		t.Fatal(err)
	}
	if c.Window < 50*time.Millisecond || c.Ready < c.Window+50*time.Millisecond || c.Ready > time.Minute {
		t.Errorf("got %+v", c)
	}
	said, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "--moments --pack mine --provider cpu ") {
		t.Fatalf("started with %q", lines)
	}
	state := lines[0][strings.LastIndex(lines[0], " ")+1:]
	if _, err := os.Stat(state); !errors.Is(err, os.ErrNotExist) || state == os.Getenv("XDG_STATE_HOME") {
		t.Errorf("the state folder %q is left: %v", state, err)
	}
}

func TestColdStartThatCannotBeMeasured(t *testing.T) {
	for name, c := range map[string]struct{ script, want string }{
		"fails":         {"echo window; echo no such pack >&2; exit 1", "no such pack"},
		"ends early":    {"echo window; echo done >&2", "before window and models"},
		"is no program": {"", "exec"},
	} {
		t.Run(name, func(t *testing.T) {
			p := startable(t, c.script)
			if c.script == "" {
				p += "-not-there"
				c.want = "no such file"
			}
			_, err := ColdStart(t.Context(), p, engine.Options{}, 1)
			if err == nil || !strings.Contains(err.Error(), "not measured") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %q, got %v", c.want, err)
			}
		})
	}
	p := startable(t, "exit 0")
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	if _, err := ColdStart(t.Context(), p, engine.Options{}, 1); err == nil || !strings.Contains(err.Error(), "display") {
		t.Errorf("without a display: %v", err)
	}
}

func TestColdStartEndsWithItsContext(t *testing.T) {
	p := startable(t, "echo window; exec sleep 100")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := ColdStart(ctx, p, engine.Options{}, 3); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 30*time.Second {
		t.Errorf("got %v after %v", err, time.Since(start))
	}
}
