package cli

import (
	"fmt"
	"io"
	"time"

	"deltaedit/engine/batch"
)

// How often a batch tells how far it is: to a person, and to a log.
const (
	meterTerminal = time.Second
	meterLog      = 10 * time.Second
)

// meter tells on stderr how far a batch is, and at once what fails. Its methods
// are called one at a time.
type meter struct {
	w     io.Writer
	now   func() time.Time
	every time.Duration
	start time.Time
	said  time.Time
	notes map[string]bool
}

func newMeter(w io.Writer) *meter {
	m := &meter{w: w, now: time.Now, every: meterLog, notes: map[string]bool{}}
	if isTerminal(w) {
		m.every = meterTerminal
	}
	m.start = m.now()
	m.said = m.start
	return m
}

// done takes a new result.
func (m *meter) done(r batch.Result, c batch.Counts) {
	if r.Status != batch.StatusOK {
		fmt.Fprintf(m.w, "failed: line %d (%q): %s\n", r.Line, r.ID, r.Error)
	}
	for _, p := range r.Prompts {
		if p.Message != "" && !m.notes[p.Message] {
			m.notes[p.Message] = true
			fmt.Fprintf(m.w, "note: %s\n", p.Message)
		}
	}
	if now := m.now(); now.Sub(m.said) >= m.every {
		m.said = now
		fmt.Fprintln(m.w, m.line(c))
	}
}

// end tells the last state.
func (m *meter) end(c batch.Counts) { fmt.Fprintln(m.w, m.line(c)) }

// line says how many edits are done, how fast this run is, and how long the rest
// will take.
func (m *meter) line(c batch.Counts) string {
	now := c.OK + c.Failed
	s := fmt.Sprintf("%d/%d", c.Before+now, c.Total)
	if c.Before > 0 {
		s += fmt.Sprintf(", %d of them before", c.Before)
	}
	if c.Failed > 0 {
		s += fmt.Sprintf(", %d failed", c.Failed)
	}
	spent := m.now().Sub(m.start)
	if now == 0 || spent <= 0 {
		return s
	}
	s += fmt.Sprintf(", %.2f a second", float64(now)/spent.Seconds())
	if left := c.Total - c.Before - now; left > 0 {
		rest := time.Duration(float64(spent) / float64(now) * float64(left))
		s += fmt.Sprintf(", about %v left", rest.Round(time.Second))
	}
	return s
}
