package measure

import (
	"fmt"
	"os"
	"slices"
	"time"

	"deltaedit/engine/filelock"
)

// A provider may end the whole program: a driver that crashes takes it along, and
// would at every start. So what is about to be done with a provider is written down,
// in a file beside the decisions, and struck out when it has been, whatever came of
// it. What the program did not live to strike out this many times in a row, it does
// not do again for as long as a provider stays refused.
const deaths = 2

// What is attempted with a provider.
const (
	Probing   = "probing"   // which there are; with one, whether it computes
	measuring = "measuring" // with the pack's generator
	Opening   = "opening"   // the pack's models
)

// attempt is a line of the file.
type attempt struct {
	Key      Key       `json:"key"`
	Task     string    `json:"task"`
	Provider string    `json:"provider"`
	Times    int       `json:"times"`
	Last     time.Time `json:"last"`
}

const (
	attemptsSuffix = ".attempts"
	mostAttempts   = 64
)

// Attempt writes down that a task is about to be done with a provider, "" for all,
// and returns what strikes it out, to be called when it is done and has not ended the
// program. While another process is at one, nothing is written: which of the two it
// was that died could not be told.
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

// Ended says how a provider, "" for all, has ended the program each of the last times,
// "" where it has not.
func (c *Chooser) Ended(provider string) string {
	for _, a := range c.readAttempts() {
		if a.Key.equal(c.Key) && a.Provider == provider && a.Times >= deaths {
			return fmt.Sprintf("the last %d times, the program ended while %s it", a.Times, a.Task)
		}
	}
	return ""
}

// forgive strikes out all that was attempted on this machine with this pack.
func (c *Chooser) forgive() {
	all := c.readAttempts()
	kept := slices.DeleteFunc(slices.Clone(all), func(a attempt) bool { return a.Key.equal(c.Key) })
	if len(kept) != len(all) {
		_ = c.writeAttempts(kept)
	}
}

func (c *Chooser) attempts() string { return c.File + attemptsSuffix }

// readAttempts returns what the file holds and is not too old. One that is missing or
// broken holds nothing.
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
	return writeJSON(c.attempts(), all[:min(len(all), mostAttempts)])
}
