package photo

import "deltaedit/engine/parallel"

// rows calls f for every row in [0, n), on as many goroutines as the machine
// runs at once, and returns when all are done.
func rows(n int, f func(y int)) {
	parallel.Ranges(n, 32, func(from, to int) {
		for y := from; y < to; y++ {
			f(y)
		}
	})
}
