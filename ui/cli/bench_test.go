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
	"testing/synctest"

	"deltaedit/engine"
	"deltaedit/ui/cli/bench"
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

func TestBenchTellsOfTheStart(t *testing.T) {
	f := newFake()
	p := startable(t, "echo window; echo ready")
	var out bytes.Buffer
	p.Stdout = &out
	p.Load = func(context.Context, engine.Options, engine.ProgressFunc) (Studio, error) { return f, nil }
	run := func(args ...string) string {
		out.Reset()
		if status := p.Run(t.Context(), append([]string{"bench", "--runs", "1", "--engine", "gan"}, args...)); status != exitOK {
			t.Fatalf("status %d: %s", status, p.Stderr)
		}
		return out.String()
	}
	var one bench.Result
	decodeOne(t, run("--json"), &one)
	if w, r := one.Extra["cold_window"], one.Extra["cold_ready"]; !(w > 0) || !(r >= w) {
		t.Errorf("cold_window %v, cold_ready %v", w, r)
	}
	if first, again := one.Extra["cold_edit"], one.Extra["cold_edit_again"]; !(first > 0) || !(again > 0) {
		t.Errorf("cold_edit %v, cold_edit_again %v", first, again)
	}
	if table := run(); !strings.Contains(table, "cold_window") || !strings.Contains(table, "cold_ready") {
		t.Error(table)
	}
	// What is not measured is left out, with a notice.
	p.Executable = ""
	one = bench.Result{}
	decodeOne(t, run("--json"), &one)
	if _, there := one.Extra["cold_window"]; there || !strings.Contains(fmt.Sprint(p.Stderr), "not measured") {
		t.Errorf("extra %v, said %s", one.Extra, p.Stderr)
	}
}

// The clock is a fake one, so that a soak of twelve seconds takes none.
func TestSoak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		got := call(t, f, "bench", "--soak", "12s", "--json", photoFile(t))
		var r bench.SoakResult
		decodeOne(t, got.out, &r)
		if r.Photos < 2 || r.Warm == 0 || r.Prompts < 1 || r.Slides < 40 || r.Frames < 2 || r.Seconds < 2 || len(r.Samples) < 2 || r.Provider != "cpu" {
			t.Errorf("got %+v", r)
		}
		if r.Start.Goroutines == 0 || r.End.Goroutines == 0 {
			t.Errorf("nothing was measured: %+v", r)
		}
		if (got.status == exitOK) != (r.Grown() == nil) {
			t.Errorf("status %d, grown: %v", got.status, r.Grown())
		}
		if !f.closed {
			t.Error("the models are not closed")
		}
		f = newFake()
		f.fail["draw"] = errors.New("the engine fell")
		if got := call(t, f, "bench", "--soak", "1s"); got.status != exitFailed || !strings.Contains(got.stderr, "the engine fell") {
			t.Error(got)
		}
		f = newFake()
		f.fail["diffuse"] = errors.New("the network fell")
		if got := call(t, f, "bench", "--soak", "1s", "--engine", "diffusion", "--steps", "10"); got.status != exitFailed ||
			!strings.Contains(got.stderr, "the network fell") || f.diffused[0].Steps != 10 {
			t.Error(got)
		}
		if got := call(t, newFake(), "bench", "--soak", "5ms"); got.status != exitUsage {
			t.Error(got)
		}
	})
}
