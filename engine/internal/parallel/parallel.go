// Package parallel distributes loops over images to the machine's cores.
package parallel

import (
	"runtime"
	"sync"
)

// stretch is one range of a loop, which a worker may run.
type stretch struct {
	f        func(from, to int)
	from, to int
	done     *sync.WaitGroup
}

// offered passes stretches to idle workers. It has no buffer: when no worker is idle, the
// caller of Ranges does the work.
var offered = make(chan stretch)

// groups holds wait groups for reuse by later calls.
var groups = sync.Pool{New: func() any { return new(sync.WaitGroup) }}

// The workers live as long as the program, so that no frame has to start goroutines. All
// are started here, so they belong to no test.
func init() {
	for range runtime.NumCPU() - 1 {
		go func() {
			for s := range offered {
				s.f(s.from, s.to)
				s.done.Done()
			}
		}()
	}
}

// Ranges calls f on consecutive ranges that together cover [0, n), on all cores that Go
// may use, and returns when all calls have returned. If there is more than one range,
// each has at least grain numbers. Ranges allocates nothing, but a function literal for f
// does, once per call; see [Loop]. f may call Ranges.
func Ranges(n, grain int, f func(from, to int)) {
	parts := min(runtime.GOMAXPROCS(0), n/max(grain, 1))
	if parts < 2 {
		if n > 0 {
			f(0, n)
		}
		return
	}
	done := groups.Get().(*sync.WaitGroup)
	for p := range parts - 1 {
		s := stretch{f, n * p / parts, n * (p + 1) / parts, done}
		done.Add(1)
		select {
		case offered <- s:
		default:
			s.f(s.from, s.to)
			done.Done()
		}
	}
	f(n*(parts-1)/parts, n)
	done.Wait()
	groups.Put(done)
}
