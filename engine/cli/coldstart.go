package cli

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

// momentsFlag is the window's hidden flag for a start that is only measured.
const momentsFlag = "moments"

// Moments of a start, as the window writes them.
const (
	MomentWindow = "window" // its first picture is on the screen
	MomentReady  = "ready"  // the models are loaded
)

const (
	// coldStarts is the number of starts that are measured.
	coldStarts = 3
	// coldPatience is how long one may take.
	coldPatience = 2 * time.Minute
)

// coldStart is how long a start of the window takes, from the start of the process.
type coldStart struct{ window, ready time.Duration }

// errNoStart says why no start was measured.
type errNoStart struct{ why string }

func (e errNoStart) Error() string { return "the start of the window is not measured: " + e.why }

// coldStart starts the window as often as asked for, waits each time until window
// and models are there, and returns the medians. The program's files are in the
// system's cache mostly; nothing of its own is. Errors are errNoStart, or ctx's.
func (p *Program) coldStart(ctx context.Context, o engine.Options, times int) (coldStart, error) {
	switch {
	case p.Executable == "":
		return coldStart{}, errNoStart{"the program does not know where its file is"}
	case runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "":
		return coldStart{}, errNoStart{"there is no display (DISPLAY is not set)"}
	}
	state, err := os.MkdirTemp("", "deltaedit-start-")
	if err != nil {
		return coldStart{}, errNoStart{err.Error()}
	}
	defer os.RemoveAll(state)
	var windows, readies []time.Duration
	for range times {
		c, err := p.startOnce(ctx, o, state)
		if ctx.Err() != nil {
			return coldStart{}, ctx.Err()
		}
		if err != nil {
			return coldStart{}, errNoStart{err.Error()}
		}
		windows, readies = append(windows, c.window), append(readies, c.ready)
	}
	slices.Sort(windows)
	slices.Sort(readies)
	return coldStart{windows[len(windows)/2], readies[len(readies)/2]}, nil
}

// startOnce measures one start, with a state folder in which there is no session to
// go on with.
func (p *Program) startOnce(ctx context.Context, o engine.Options, state string) (coldStart, error) {
	ctx, cancel := context.WithTimeout(ctx, coldPatience)
	defer cancel()
	args := []string{"--" + momentsFlag}
	if o.Pack != "" {
		args = append(args, "--pack", o.Pack)
	}
	if o.Provider != "" {
		args = append(args, "--provider", o.Provider)
	}
	cmd := exec.CommandContext(ctx, p.Executable, args...)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state)
	cmd.WaitDelay = time.Second
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return coldStart{}, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return coldStart{}, err
	}
	var c coldStart
	for lines := bufio.NewScanner(out); lines.Scan(); {
		switch lines.Text() {
		case MomentWindow:
			c.window = time.Since(start)
		case MomentReady:
			c.ready = time.Since(start)
		}
	}
	err = cmd.Wait()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return coldStart{}, fmt.Errorf("it took longer than %v", coldPatience)
	case err != nil:
		return coldStart{}, fmt.Errorf("the program ended with %w: %s", err, lastLine(said.String()))
	case c.window == 0 || c.ready == 0:
		return coldStart{}, fmt.Errorf("the program ended before window and models were there: %s", lastLine(said.String()))
	}
	return c, nil
}

// lastLine returns the last line of a text that is not empty.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
