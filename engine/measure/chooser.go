package measure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"deltaedit/engine/filelock"
)

// Budget is the approximate maximum time for measuring all providers together.
const Budget = 10 * time.Second

// Progress is called with the fraction of the measuring that is done, in [0, 1].
type Progress func(fraction float64)

// Chooser chooses the provider for one pack on one machine. Its methods may be
// called from any goroutine.
type Chooser struct {
	// Key holds everything that a decision depends on.
	Key Key
	// File is the path of the file of decisions; with "" none are stored, and NoFile
	// says why.
	File   string
	NoFile error
	// Candidates lists the providers other than the CPU, usually best first; those that
	// cannot be used have the reason in Refused. It is not called when there is a
	// stored decision.
	Candidates func() []Candidate
	// Without returns the notice for the case that none of them can be used.
	Without func() string
	// Open opens the generator on a provider. It stops soon after its context ends, if
	// it can.
	Open func(ctx context.Context, provider string) (Runner, error)
	// CPUDevice describes the CPU.
	CPUDevice string
	// Budget is the maximum time for all measuring; 0 is the package's Budget.
	Budget time.Duration
}

// Kept returns the valid stored decision, and whether there is one. It does not
// measure.
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
		late: e.Late, unsteady: e.Unsteady,
	}, true
}

// Look returns the decision of Choose if it needs no measuring. Otherwise it returns false
// and a Decision without Provider, with the Candidates that would be measured.
func (c *Chooser) Look() (Decision, bool) {
	if d, ok := c.Kept(); ok {
		return d, true
	}
	return c.withoutMeasuring(c.Candidates())
}

// withoutMeasuring chooses the CPU when no other provider can be used.
func (c *Chooser) withoutMeasuring(all []Candidate) (Decision, bool) {
	d := Decision{Candidates: append(slices.Clone(all), c.cpu()), File: c.File}
	if firstUsable(all) != CPU {
		return d, false
	}
	d.Provider, d.Notice = CPU, c.Without()
	return d, true
}

func (c *Chooser) cpu() Candidate { return Candidate{Provider: CPU, Device: c.CPUDevice} }

// Choose returns the valid stored decision, or measures and stores the result. With
// again it always measures, including providers that have crashed the program before.
// The only error is that ctx has ended; if the result cannot be stored, or the CPU
// cannot be measured, Decision.Notice says so.
func (c *Chooser) Choose(ctx context.Context, again bool, progress Progress) (Decision, error) {
	if again {
		c.forgetAttempts()
	} else if d, ok := c.Kept(); ok {
		return c.withoutCrashing(d), nil
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
	progress(0)
	// Two processes that measure at the same time would slow each other down.
	if lock := c.waitTurn(ctx); lock != nil {
		defer func() { _ = lock.Release() }()
		if d, ok := c.Kept(); ok && !again {
			return c.withoutCrashing(d), nil
		}
	}
	all, err := c.measure(ctx, all, progress)
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
	return c.decided(Decision{
		Candidates: all, Measured: time.Now().UTC().Truncate(time.Second), File: c.File,
		unsteady: slices.ContainsFunc(all, func(c Candidate) bool { return c.unsteady }),
	}), nil
}

// decided chooses the fastest of the measured candidates of d. It stores the decision,
// unless a provider was refused because of a shortage.
func (c *Chooser) decided(d Decision) Decision {
	d.Provider = fastest(d.Candidates)
	d.Notice = refusals(d.Candidates, d.Provider)
	if has(d.Candidates, shortage) {
		d.Notice = joinNotices(d.Notice, "the next start measures again, since the shortage may be over then")
		return d
	}
	if err := c.keep(d); err != nil {
		d.File = ""
		d.Notice = joinNotices(d.Notice, fmt.Sprintf("the choice of %s was measured but cannot be kept, so every start measures again: %v", d.Provider, err))
	}
	return d
}

// withoutCrashing returns the decision, or another one if its provider has ended the
// program since.
func (c *Chooser) withoutCrashing(d Decision) Decision {
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
	d.Candidates, d.Kept = all, false
	return c.decided(d)
}

// Forget removes the decision from the file, so that the next start measures.
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
		e := entry{
			Key: c.Key, Provider: d.Provider, Candidates: d.Candidates, Measured: d.Measured,
			Late: d.late, Unsteady: d.unsteady,
		}
		if has(d.Candidates, late) {
			e.Late = f.late(c.Key) + 1
		}
		f.put(e)
		return true
	})
}

// waitTurn waits until no other process measures, and returns a lock. It returns nil if
// it cannot get one; then the providers are measured without a lock.
func (c *Chooser) waitTurn(ctx context.Context) *filelock.Lock {
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

// firstUsable returns the first provider that can be used, or the CPU.
func firstUsable(all []Candidate) string {
	for _, c := range all {
		if c.Refused == "" {
			return c.Provider
		}
	}
	return CPU
}

// fastest returns the provider with the shortest time. The CPU is last, and is also the
// result if nothing was measured.
func fastest(all []Candidate) string {
	best := Candidate{Provider: CPU}
	for _, c := range all {
		if c.Refused == "" && c.TotalMS() > 0 && (best.TotalMS() == 0 || c.TotalMS() < best.TotalMS()) {
			best = c
		}
	}
	return best.Provider
}

func joinNotices(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + "; " + b
}
