package measure

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A provider may fail for a temporary reason: memory, file descriptors or threads were
// used up, or the machine was too busy. Such a failure only counts for the current
// process. A decision made after a shortage is never stored. One made after a provider
// was late is stored only when that happened lateRuns times in a row, and is valid for
// lateAge.
const (
	lateRuns = 3
	lateAge  = 24 * time.Hour
)

// unsteady is the maximum ratio of a provider's median time to its shortest. Above it,
// other programs were probably using the machine, and the decision is valid for lateAge
// only.
const unsteady = 2

// cause is the kind of reason for which a provider was refused.
type cause int

const (
	lasting  cause = iota // wrong results, or a missing feature of the machine
	shortage              // lack of memory, descriptors or threads
	late                  // it did not finish in time
)

// shortages are parts of error messages of runtimes, drivers and systems that mean a
// shortage, in lower case.
var shortages = []string{
	"bad_alloc", "bad allocation", "cannot allocate", "can't allocate", "failed to allocate", "unable to allocate", "allocation failed", "alloc_failed",
	"out of memory", "out_of_memory", "out_of_host_memory", "out_of_device_memory", "outofmemory", "out_of_resources", "not enough memory", "insufficient memory",
	"failed to map segment", "cannot map", "mmap failed", "failed to mmap",
	"too many open files", "too_many_objects", "no file descriptors",
	"resource temporarily unavailable", "failed to create thread", "cannot create thread", "pthread_create",
	"no space left", "devices are busy", "device_lost", "device lost", "device is lost",
}

// isShortage reports whether a message is about a shortage.
func isShortage(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(shortages, func(s string) bool { return strings.Contains(text, s) })
}

// causeOf returns the cause of a trial's error.
func causeOf(err error) cause {
	for _, e := range []error{syscall.ENOMEM, syscall.EMFILE, syscall.ENFILE, syscall.EAGAIN, syscall.ENOSPC} {
		if errors.Is(err, e) {
			return shortage
		}
	}
	switch {
	case isShortage(err.Error()):
		return shortage
	case errors.Is(err, errLate):
		return late
	}
	return lasting
}

// has reports whether one of the candidates was refused for the cause.
func has(all []Candidate, why cause) bool {
	return slices.ContainsFunc(all, func(c Candidate) bool { return c.Refused != "" && c.why == why })
}
