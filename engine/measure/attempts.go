package measure

import (
	"fmt"
	"os"
	"slices"
	"time"

	"deltaedit/engine/filelock"
)

// A provider can end the whole program: a driver that crashes does so at every start.
// Therefore an attempt is recorded in a file beside the decisions before it is made,
// and the record is removed afterwards, whatever the result. After crashLimit attempts
// in a row whose record was not removed, the provider is not tried again for
// maxBrokenAge.
const crashLimit = 2

// Tasks that are attempted with a provider.
const (
	Probing   = "probing"   // list the providers; with a provider, check that it computes
	measuring = "measuring" // run the pack's generator
	Opening   = "opening"   // open the pack's models
)

// attempt is a record in the file.
type attempt struct {
	Key      Key       `json:"key"`
	Task     string    `json:"task"`
	Provider string    `json:"provider"`
	Times    int       `json:"times"`
	Last     time.Time `json:"last"`
}

const (
	attemptsSuffix = ".attempts"
	maxAttempts    = 64
)

// Attempt records that a task is about to be done with a provider ("" for all), and
// returns a function that removes the record, to be called after the task. Nothing is
// recorded while another process has an attempt in progress, because it would not be
// known which of the two crashed.
func (c *Chooser) Attempt(task, provider string) (done func()) {
	nothing := func() {}
	if c.File == "" || provider == CPU || makeDir(c.File) != nil {
		return nothing
	}
	lock, err := filelock.Acquire(c.attempts()+".lock", 0)
	if err != nil {
		return nothing
	}
	same := func(a attempt) bool { return a.Key.equal(c.Key) && a.Task == task && a.Provider == provider }
	strike := func(all []attempt) []attempt { return slices.DeleteFunc(all, same) }
	all := c.readAttempts()
	mine := attempt{Key: c.Key, Task: task, Provider: provider, Times: 1, Last: time.Now().UTC().Truncate(time.Second)}
	if i := slices.IndexFunc(all, same); i >= 0 {
		mine.Times += all[i].Times
	}
	if c.writeAttempts(append([]attempt{mine}, strike(all)...)) != nil {
		_ = lock.Release()
		return nothing
	}
	return func() {
		_ = c.writeAttempts(strike(c.readAttempts()))
		_ = lock.Release()
	}
}

// Ended says how a provider ("" for all) ended the program the last times it was tried,
// or returns "" if it did not.
func (c *Chooser) Ended(provider string) string {
	for _, a := range c.readAttempts() {
		if a.Key.equal(c.Key) && a.Provider == provider && a.Times >= crashLimit {
			return fmt.Sprintf("the last %d times, the program ended while %s it", a.Times, a.Task)
		}
	}
	return ""
}

// forgetAttempts removes all attempts on this machine with this pack.
func (c *Chooser) forgetAttempts() {
	all := c.readAttempts()
	kept := slices.DeleteFunc(slices.Clone(all), func(a attempt) bool { return a.Key.equal(c.Key) })
	if len(kept) != len(all) {
		_ = c.writeAttempts(kept)
	}
}

func (c *Chooser) attempts() string { return c.File + attemptsSuffix }

// readAttempts returns the attempts in the file that are not too old; none if the file
// is missing or damaged.
func (c *Chooser) readAttempts() []attempt {
	var all []attempt
	if c.File == "" || !readJSON(c.attempts(), &all) {
		return nil
	}
	now := time.Now()
	return slices.DeleteFunc(all, func(a attempt) bool {
		return a.Times < 1 || now.Sub(a.Last) > maxBrokenAge || a.Last.After(now.Add(24*time.Hour))
	})
}

func (c *Chooser) writeAttempts(all []attempt) error {
	if len(all) == 0 {
		return os.Remove(c.attempts())
	}
	return writeJSON(c.attempts(), all[:min(len(all), maxAttempts)])
}
