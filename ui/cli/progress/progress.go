// Package progress prints what a command is doing and how much of it is done, usually
// to standard error.
package progress

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"deltaedit/engine"
)

// Silence is the delay before a task is printed when the stream is not a terminal.
const Silence = time.Second

// Printer prints each task once: immediately on a terminal, otherwise only after
// Silence. It is safe for concurrent use.
type Printer struct {
	w     io.Writer
	timer *time.Timer

	mu      sync.Mutex
	talk    bool
	done    bool
	task    string
	printed string
}

// New starts a Printer; End stops it.
func New(w io.Writer) *Printer {
	p := &Printer{w: w, talk: isTerminal(w)}
	p.timer = time.AfterFunc(Silence, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.talk = true
		p.print()
	})
	return p
}

// Report implements engine.ProgressFunc.
func (p *Printer) Report(task engine.Task, _ float64) { p.Say(task.String()) }

// Say sets the current task.
func (p *Printer) Say(task string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.task = task
	p.print()
}

func (p *Printer) print() {
	if p.talk && !p.done && p.task != "" && p.task != p.printed {
		fmt.Fprintf(p.w, "%s …\n", p.task)
		p.printed = p.task
	}
}

// End stops the Printer; later reports are ignored.
func (p *Printer) End() {
	p.timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = true
}

// Shared returns a writer that the progress and the command may use at the same time.
func Shared(w io.Writer) io.Writer { return &shared{w: w} }

type shared struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *shared) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}

func isTerminal(w io.Writer) bool {
	if s, ok := w.(*shared); ok {
		w = s.w
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
