// Package parallel spreads loops over pictures across the machine's cores.
package parallel

import (
	"runtime"
	"sync"
)

// Ranges calls f on consecutive ranges that together cover [0, n), on as many
// goroutines as the machine runs at once, and returns when all have. A range
// holds at least grain numbers where there is more than one.
func Ranges(n, grain int, f func(from, to int)) {
	workers := min(runtime.GOMAXPROCS(0), n/max(grain, 1))
	if workers < 2 {
		if n > 0 {
			f(0, n)
		}
		return
	}
	var wg sync.WaitGroup
	for w := range workers - 1 {
		wg.Go(func() { f(n*w/workers, n*(w+1)/workers) })
	}
	f(n*(workers-1)/workers, n)
	wg.Wait()
}
