package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"deltaedit/engine"
)

// MomentsFlag is the hidden flag of the window for a start that is only measured.
const MomentsFlag = "moments"

// Moments of a start, as the window writes them.
const (
	MomentWindow = "window" // its first image is on the screen
	MomentReady  = "ready"  // the models are loaded
)

const (
	// maxStarts is the largest number of starts that are measured.
	maxStarts = 3
	// startLimit is the time limit of a start.
	startLimit = 2 * time.Minute
)

// Start is how long a start of the window takes, from the start of the process.
type Start struct{ Window, Ready time.Duration }

// errNoStart is the reason why no start was measured.
type errNoStart struct{ why string }

func (e errNoStart) Error() string { return "the start of the window is not measured: " + e.why }

// ColdStart starts the window of an executable the given number of times, at most
// three, waits each time until the window is visible and the models are loaded, and
// returns the medians. The program's files are usually in the system's file cache, but
// it starts with no cached data of its own. An error says why nothing was measured, or
// is ctx's error.
func ColdStart(ctx context.Context, executable string, o engine.Options, times int) (Start, error) {
	times = min(times, maxStarts)
	switch {
	case executable == "":
		return Start{}, errNoStart{"the program does not know where its file is"}
	case runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "":
		return Start{}, errNoStart{"there is no display (DISPLAY is not set)"}
	}
	state, err := os.MkdirTemp("", "deltaedit-start-")
	if err != nil {
		return Start{}, errNoStart{err.Error()}
	}
	defer os.RemoveAll(state)
	var windows, readies []time.Duration
	for range times {
		c, err := startOnce(ctx, executable, o, state)
		if ctx.Err() != nil {
			return Start{}, ctx.Err()
		}
		if err != nil {
			return Start{}, errNoStart{err.Error()}
		}
		windows, readies = append(windows, c.Window), append(readies, c.Ready)
	}
	slices.Sort(windows)
	slices.Sort(readies)
	return Start{windows[len(windows)/2], readies[len(readies)/2]}, nil
}

// startOnce measures one start, with a state folder that holds no session to restore.
func startOnce(ctx context.Context, executable string, o engine.Options, state string) (Start, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, executable, append([]string{"--" + MomentsFlag}, choices(o)...)...)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state)
	cmd.WaitDelay = time.Second
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return Start{}, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return Start{}, err
	}
	var c Start
	for lines := bufio.NewScanner(out); lines.Scan(); {
		switch lines.Text() {
		case MomentWindow:
			c.Window = time.Since(start)
		case MomentReady:
			c.Ready = time.Since(start)
		}
	}
	err = cmd.Wait()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return Start{}, fmt.Errorf("it took longer than %v", startLimit)
	case err != nil:
		return Start{}, fmt.Errorf("the program ended with %w: %s", err, lastLine(said.String()))
	case c.Window == 0 || c.Ready == 0:
		return Start{}, fmt.Errorf("the program ended before window and models were there: %s", lastLine(said.String()))
	}
	return c, nil
}

// lastLine returns the last non-empty line of a text.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
