package progress

import (
	"fmt"
	"io"
	"time"

	"deltaedit/engine/batch"
)

// Intervals at which the state of a batch is printed: on a terminal, and to a log.
const (
	meterTerminal = time.Second
	meterLog      = 10 * time.Second
)

// Meter prints the state of a batch at intervals, and failures immediately. It is not
// safe for concurrent use.
type Meter struct {
	w     io.Writer
	now   func() time.Time
	every time.Duration
	start time.Time
	said  time.Time
	notes map[string]bool
}

// NewMeter returns a meter for a batch that starts now.
func NewMeter(w io.Writer) *Meter {
	m := &Meter{w: w, now: time.Now, every: meterLog, notes: map[string]bool{}}
	if isTerminal(w) {
		m.every = meterTerminal
	}
	m.start = m.now()
	m.said = m.start
	return m
}

// Done adds a result.
func (m *Meter) Done(r batch.Result, c batch.Counts) {
	if r.Status != batch.StatusOK {
		fmt.Fprintf(m.w, "failed: line %d (%q): %s\n", r.Line, r.ID, r.Error)
	}
	for _, p := range r.Prompts {
		for _, note := range append([]string{p.Message}, p.Hints()...) {
			if note != "" && !m.notes[note] {
				m.notes[note] = true
				fmt.Fprintf(m.w, "note: %s\n", note)
			}
		}
	}
	if now := m.now(); now.Sub(m.said) >= m.every {
		m.said = now
		fmt.Fprintln(m.w, m.line(c))
	}
}

// End prints the final state.
func (m *Meter) End(c batch.Counts) { fmt.Fprintln(m.w, m.line(c)) }

// line says how many edits are done, how fast this run is, and how long the rest will
// take.
func (m *Meter) line(c batch.Counts) string {
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
