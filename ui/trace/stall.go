package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

// StallsEnv names the file for stalls of the UI thread, in the environment of the program.
// A file that is there already is replaced.
const StallsEnv = "DELTAEDIT_STALLS"

const (
	// LeastStall is the shortest stall that is written.
	LeastStall = 10 * time.Millisecond
	// LongStall is how long the UI thread may be busy until its stack is looked at.
	LongStall = 50 * time.Millisecond
	// stallRest is the pause between two looks at the UI thread.
	stallRest = 2 * time.Millisecond
)

// Stall is a stretch of time in which the UI thread was busy and answered nothing.
type Stall struct {
	// At is when it ended, since the log was opened, in milliseconds.
	At float64 `json:"at_ms"`
	// Wall is how long the thread did not answer, in milliseconds. On a machine with other
	// work it contains the time in which the thread waited for a processor.
	Wall float64 `json:"ms"`
	// CPU is the time that the thread computed since it was looked at before, in
	// milliseconds; 0 where the system does not tell.
	CPU float64 `json:"cpu_ms"`
	// In is where the thread was after LongStall: the innermost function of this program
	// and the innermost of all. It is "" for a shorter stall.
	In string `json:"in,omitempty"`
}

// Stalls writes a line of JSON for every stall. Its method is safe to call on nil.
type Stalls struct {
	out  io.WriteCloser
	quit chan struct{}
	done chan error
}

// StallsFromEnv watches the UI thread, and writes to the file that the environment names;
// without one it returns nil. post runs a function on the UI thread later.
func StallsFromEnv(post func(func())) (*Stalls, error) {
	path := os.Getenv(StallsEnv)
	if path == "" {
		return nil, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("trace: create the log that %s names: %w", StallsEnv, err)
	}
	return watchStalls(f, post), nil
}

func watchStalls(out io.WriteCloser, post func(func())) *Stalls {
	s := &Stalls{out: out, quit: make(chan struct{}), done: make(chan error, 1)}
	go func() { s.done <- s.watch(post) }()
	return s
}

// watch looks at the UI thread again and again until Close.
func (s *Stalls) watch(post func(func())) error {
	start := time.Now()
	var computed time.Duration // by the thread, when it answered last
	answer := make(chan time.Duration, 1)
	for {
		asked, in := time.Now(), ""
		post(func() { answer <- threadTime() })
		late := time.NewTimer(LongStall)
		var total time.Duration
		for waits := true; waits; {
			select {
			case total = <-answer:
				waits = false
			case <-late.C:
				in = whereIs(stacks())
			case <-s.quit:
				return nil
			}
		}
		late.Stop()
		stall := Stall{
			At: milliseconds(time.Since(start)), Wall: milliseconds(time.Since(asked)),
			CPU: milliseconds(total - computed), In: in,
		}
		computed = total
		if max(stall.Wall, stall.CPU) >= milliseconds(LeastStall) {
			text, err := json.Marshal(stall)
			if err == nil {
				_, err = s.out.Write(append(text, '\n')) // a whole line at once
			}
			if err != nil {
				return err
			}
		}
		select {
		case <-time.After(stallRest):
		case <-s.quit:
			return nil
		}
	}
}

// Close ends the watch and returns the error that ended it earlier. It does not need the
// UI thread.
func (s *Stalls) Close() error {
	if s == nil {
		return nil
	}
	close(s.quit)
	err := <-s.done
	if closing := s.out.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("trace: write the log that %s names: %w", StallsEnv, err)
	}
	return nil
}

// stacks returns the stacks of all goroutines.
func stacks() []byte {
	buf := make([]byte, 1<<20)
	return buf[:runtime.Stack(buf, true)]
}

// whereIs returns where the goroutine of the UI thread is, the first one: the innermost
// function of this program below ui.Run, and the innermost one outside of Go's runtime.
func whereIs(stacks []byte) string {
	_, own, ok := bytes.Cut(append([]byte("\n\n"), stacks...), []byte("\n\ngoroutine 1 ["))
	if !ok {
		return ""
	}
	own, _, _ = bytes.Cut(own, []byte("\n\n"))
	inner, ours := "", ""
	for _, line := range strings.Split(string(own), "\n")[1:] {
		call := strings.LastIndexByte(line, '(')
		if call < 0 || strings.HasPrefix(line, "\t") {
			continue // a file, or who started the goroutine
		}
		name := line[:call]
		if name == "deltaedit/ui.Run" {
			break
		}
		if inner == "" && !strings.HasPrefix(name, "runtime.") && !strings.HasPrefix(name, "syscall.") {
			inner = name
		}
		if ours == "" && strings.HasPrefix(name, "deltaedit/") {
			ours = name
		}
	}
	if ours == "" || ours == inner {
		return inner
	}
	return ours + ": " + inner
}
