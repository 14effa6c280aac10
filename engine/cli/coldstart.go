package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// envStarted names, in the environment of a program whose window is only timed, the
// file to write when the window is there.
const envStarted = "DELTAEDIT_STARTED"

// startLimit is the time in which a window must be there.
const startLimit = time.Minute

// Started is to be called when the window is there. It returns false where the
// window was opened to be timed, and is to be closed again.
func Started() bool {
	path := os.Getenv(envStarted)
	if path == "" {
		return true
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		fmt.Fprintf(os.Stderr, "deltaedit: %v\n", err)
	}
	return false
}

// hasDisplay reports whether a window can be opened.
func hasDisplay() bool {
	return runtime.GOOS != "linux" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// coldStart opens the program's window in a process of its own, which keeps nothing
// of it, and returns the time from the start of the process until the window is
// there, the least of some runs; models go on loading behind it.
func coldStart(ctx context.Context, program string, runs int) (time.Duration, error) {
	var best time.Duration
	for i := range runs {
		d, err := timeStart(ctx, program)
		if err != nil {
			return 0, fmt.Errorf("time the window: %w", err)
		}
		if i == 0 || d < best {
			best = d
		}
	}
	return best, nil
}

func timeStart(ctx context.Context, program string) (_ time.Duration, err error) {
	dir, err := os.MkdirTemp("", "deltaedit-start-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	file := filepath.Join(dir, "started")
	cmd := exec.CommandContext(ctx, program, "--provider", "cpu")
	cmd.Env = append(os.Environ(), envStarted+"="+file)
	for _, name := range []string{"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"} {
		cmd.Env = append(cmd.Env, name+"="+filepath.Join(dir, name))
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if _, err := os.Stat(file); err == nil {
				took := time.Since(start)
				return took, <-ended // it closes by itself
			}
		case err := <-ended:
			return 0, fmt.Errorf("%s ended before its window was there: %w", program, errors.Join(err, ctx.Err()))
		}
	}
}
