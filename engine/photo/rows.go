package photo

import "deltaedit/engine/internal/parallel"

// rows calls f for every row in [0, n), in parallel, and returns when all calls have
// returned.
func rows(n int, f func(y int)) {
	parallel.Ranges(n, 32, func(from, to int) {
		for y := from; y < to; y++ {
			f(y)
		}
	})
}
