package photo

import (
	"runtime"
	"sync"
)

// rows calls f for every row in [0, n), on as many goroutines as the machine
// runs at once, and returns when all are done.
func rows(n int, f func(y int)) {
	workers := max(1, min(runtime.GOMAXPROCS(0), n/32))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for y := n * w / workers; y < n*(w+1)/workers; y++ {
				f(y)
			}
		})
	}
	wg.Wait()
}
