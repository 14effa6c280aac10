package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// silence is how long a command stays silent when nobody watches a terminal.
const silence = time.Second

// progress prints each task once on stderr: at once on a terminal, elsewhere
// only after a second. Safe for concurrent use.
type progress struct {
	w     io.Writer
	timer *time.Timer

	mu      sync.Mutex
	talk    bool
	done    bool
	task    string
	printed string
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w, talk: isTerminal(w)}
	p.timer = time.AfterFunc(silence, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.talk = true
		p.print()
	})
	return p
}

// report is an engine.Report.
func (p *progress) report(task string, _ float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.task = task
	p.print()
}

func (p *progress) print() {
	if p.talk && !p.done && p.task != "" && p.task != p.printed {
		fmt.Fprintf(p.w, "%s …\n", p.task)
		p.printed = p.task
	}
}

// end stops the printing; later reports are ignored.
func (p *progress) end() {
	p.timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = true
}

// shared lets the progress and the command write to one stream.
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
