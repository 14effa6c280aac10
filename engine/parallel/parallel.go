// Package parallel spreads loops over pictures across the machine's cores.
package parallel

import (
	"runtime"
	"sync"
)

// stretch is a part of a loop for a worker.
type stretch struct {
	f        func(from, to int)
	from, to int
	done     *sync.WaitGroup
}

// offered hands stretches to workers that have nothing to do. It holds none:
// what no worker takes at once is done by whoever offers it.
var offered = make(chan stretch)

// groups recycles what calls wait with.
var groups = sync.Pool{New: func() any { return new(sync.WaitGroup) }}

// The workers live as long as the program, so that a picture a frame starts no
// goroutines. They belong to nobody's test: none is started later.
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

// Ranges calls f on consecutive ranges that together cover [0, n), on as many
// cores as the machine has and Go may use, and returns when all calls have. A
// range holds at least grain numbers where there is more than one. It allocates
// nothing itself; f does where it is a closure, once a call. f may call Ranges.
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
