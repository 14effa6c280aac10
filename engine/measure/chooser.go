package measure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"deltaedit/engine/filelock"
)

// Task is what Choose reports as its task.
const Task = "Measuring the execution providers"

// Budget is about how long measuring takes at most, all providers together.
const Budget = 10 * time.Second

// Report tells of a task and the share of it that is done, in [0, 1] or negative
// when unknown.
type Report func(task string, fraction float64)

// Chooser chooses the provider for one pack on one machine. Its methods may be
// called from any goroutine.
type Chooser struct {
	// Key is what a decision depends on.
	Key Key
	// File is where decisions are kept; "" keeps none, for the reason NoFile.
	File   string
	NoFile error
	// Candidates lists the providers besides the CPU, best first as a rule; those
	// that cannot be used say why in Refused. It is not called when there is a
	// decision.
	Candidates func() []Candidate
	// Without is the notice for when none of them can be used.
	Without func() string
	// Open opens the work on a provider. It stops soon after its context ends, if
	// it can.
	Open func(ctx context.Context, provider string) (Runner, error)
	// CPUDevice describes the CPU.
	CPUDevice string
	// Budget is how long measuring may take in all; 0 is the package's Budget.
	Budget time.Duration
}

// Kept returns the decision that holds, and whether there is one. It measures
// nothing.
func (c *Chooser) Kept() (Decision, bool) {
	if c.File == "" {
		return Decision{}, false
	}
	e, ok := load(c.File).find(c.Key, time.Now())
	if !ok {
		return Decision{}, false
	}
	return Decision{
		Provider: e.Provider, Candidates: e.Candidates, Measured: e.Measured,
		Kept: true, File: c.File, Notice: refusals(e.Candidates, e.Provider),
	}, true
}

// Look is what Choose would decide on without measuring, and whether it can tell:
// otherwise Provider is "", and Candidates are those that would be measured.
func (c *Chooser) Look() (Decision, bool) {
	if d, ok := c.Kept(); ok {
		return d, true
	}
	return c.withoutMeasuring(c.Candidates())
}

// withoutMeasuring decides for the CPU where there is nothing else.
func (c *Chooser) withoutMeasuring(all []Candidate) (Decision, bool) {
	d := Decision{Candidates: append(slices.Clone(all), c.cpu()), File: c.File}
	if firstUsable(all) != CPU {
		return d, false
	}
	d.Provider, d.Notice = CPU, c.Without()
	return d, true
}

func (c *Chooser) cpu() Candidate { return Candidate{Provider: CPU, Device: c.CPUDevice} }

// Choose returns the decision that holds, or measures and keeps the outcome; again
// measures in any case, also what ended the program before. The only error is that ctx
// ended: that the outcome could not be kept, or the CPU not be measured, is a notice.
func (c *Chooser) Choose(ctx context.Context, again bool, report Report) (Decision, error) {
	if again {
		c.forgive()
	} else if d, ok := c.Kept(); ok {
		return c.spared(d), nil
	}
	if why := c.Ended(""); why != "" {
		return Decision{
			Provider: CPU, Candidates: []Candidate{c.cpu()}, File: c.File,
			Notice: "the execution providers are not looked for: " + why + "; using the CPU",
		}, nil
	}
	done := c.Attempt(Probing, "")
	all := c.Candidates()
	done()
	if d, ok := c.withoutMeasuring(all); ok {
		return d, nil
	}
	report(Task, 0)
	// Two that measure at once would measure each other.
	if lock := c.turn(ctx); lock != nil {
		defer func() { _ = lock.Release() }()
		if d, ok := c.Kept(); ok && !again {
			return c.spared(d), nil
		}
	}
	all, err := c.measure(ctx, all, report)
	if ctx.Err() != nil {
		return Decision{}, ctx.Err()
	}
	if err != nil {
		first := firstUsable(all)
		return Decision{
			Provider: first, Candidates: all, File: c.File,
			Notice: fmt.Sprintf("the execution providers could not be measured (%v); using %s, the first that works", err, first),
		}, nil
	}
	return c.decided(all, time.Now().UTC().Truncate(time.Second)), nil
}

// decided decides for the fastest of measured candidates, and keeps that.
func (c *Chooser) decided(all []Candidate, measured time.Time) Decision {
	d := Decision{Provider: fastest(all), Candidates: all, Measured: measured, File: c.File}
	d.Notice = refusals(all, d.Provider)
	if err := c.keep(d); err != nil {
		d.File = ""
		d.Notice = joined(d.Notice, fmt.Sprintf("the choice of %s was measured but cannot be kept, so every start measures again: %v", d.Provider, err))
	}
	return d
}

// spared is a decision without a provider that ended the program after it was made.
func (c *Chooser) spared(d Decision) Decision {
	why := c.Ended(d.Provider)
	if why == "" || d.Provider == CPU {
		return d
	}
	all := slices.Clone(d.Candidates)
	for i := range all {
		if all[i].Provider == d.Provider {
			all[i].Refused, all[i].Broken = why, true
		}
	}
	return c.decided(all, d.Measured)
}

// Forget takes the decision out of the file, so that the next start measures.
func (c *Chooser) Forget() error {
	if c.File == "" {
		return nil
	}
	return update(c.File, func(f *file) bool { return f.remove(c.Key) })
}

func (c *Chooser) keep(d Decision) error {
	if c.File == "" {
		return c.NoFile
	}
	return update(c.File, func(f *file) bool {
		f.put(entry{Key: c.Key, Provider: d.Provider, Candidates: d.Candidates, Measured: d.Measured})
		return true
	})
}

// turn waits for another process that measures. It returns nil where there is no
// lock to be had: measuring goes without.
func (c *Chooser) turn(ctx context.Context) *filelock.Lock {
	if c.File == "" || makeDir(c.File) != nil {
		return nil
	}
	for end := time.Now().Add(c.budget() + c.budget()/2); ; {
		lock, err := filelock.Acquire(c.File+".measuring", 0)
		if err == nil {
			return lock
		}
		if !errors.Is(err, filelock.ErrHeld) || time.Now().After(end) {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (c *Chooser) budget() time.Duration {
	if c.Budget > 0 {
		return c.Budget
	}
	return Budget
}

// firstUsable is the first provider that can be used, the CPU where none can.
func firstUsable(all []Candidate) string {
	for _, c := range all {
		if c.Refused == "" {
			return c.Provider
		}
	}
	return CPU
}

// fastest is the provider with the shortest time; the CPU is the last to be asked.
func fastest(all []Candidate) string {
	best := Candidate{Provider: CPU}
	for _, c := range all {
		if c.Refused == "" && c.TotalMS() > 0 && (best.TotalMS() == 0 || c.TotalMS() < best.TotalMS()) {
			best = c
		}
	}
	return best.Provider
}

func joined(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + "; " + b
}
