package cli

import (
	"bytes"
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
func startable(t *testing.T, script string) *Program {
	t.Helper()
	t.Setenv("DISPLAY", ":0")
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return &Program{Executable: path, Stdout: new(bytes.Buffer), Stderr: new(bytes.Buffer)}
}

func TestColdStart(t *testing.T) {
	out := filepath.Join(t.TempDir(), "args")
	p := startable(t, fmt.Sprintf(`echo "$@" "$XDG_STATE_HOME" >> %q; sleep 0.05; echo window; sleep 0.05; echo ready; sleep 0.05`, out))
	c, err := p.coldStart(t.Context(), engine.Options{Pack: "mine", Provider: "cpu"}, 3)
	if err != nil {
		t.Fatal(err)
	}
	if c.window < 50*time.Millisecond || c.ready < c.window+50*time.Millisecond || c.ready > time.Minute {
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
				p.Executable += "-not-there"
				c.want = "no such file"
			}
			_, err := p.coldStart(t.Context(), engine.Options{}, 1)
			if err == nil || !strings.Contains(err.Error(), "not measured") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %q, got %v", c.want, err)
			}
		})
	}
	p := startable(t, "exit 0")
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	if _, err := p.coldStart(t.Context(), engine.Options{}, 1); err == nil || !strings.Contains(err.Error(), "display") {
		t.Errorf("without a display: %v", err)
	}
}

func TestColdStartEndsWithItsContext(t *testing.T) {
	p := startable(t, "echo window; exec sleep 100")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := p.coldStart(ctx, engine.Options{}, 3); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 30*time.Second {
		t.Errorf("got %v after %v", err, time.Since(start))
	}
}

func TestBenchTellsOfTheStart(t *testing.T) {
	f := newFake()
	p := startable(t, "echo window; echo ready")
	var out bytes.Buffer
	p.Stdout = &out
	p.Load = func(context.Context, engine.Options, engine.Report) (Studio, error) { return f, nil }
	run := func(args ...string) string {
		out.Reset()
		if status := p.Run(t.Context(), append([]string{"bench", "--runs", "1", "--engine", "gan"}, args...)); status != exitOK {
			t.Fatalf("status %d: %s", status, p.Stderr)
		}
		return out.String()
	}
	var one benchResult
	decodeOne(t, run("--json"), &one)
	if w, r := one.Extra["cold_window"], one.Extra["cold_ready"]; !(w > 0) || !(r >= w) {
		t.Errorf("cold_window %v, cold_ready %v", w, r)
	}
	if table := run(); !strings.Contains(table, "cold_window") || !strings.Contains(table, "cold_ready") {
		t.Error(table)
	}
	// What is not measured is left out, with a notice.
	p.Executable = ""
	one = benchResult{}
	decodeOne(t, run("--json"), &one)
	if _, there := one.Extra["cold_window"]; there || !strings.Contains(fmt.Sprint(p.Stderr), "not measured") {
		t.Errorf("extra %v, said %s", one.Extra, p.Stderr)
	}
}
