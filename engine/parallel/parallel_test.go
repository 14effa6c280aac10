package parallel

import (
	"runtime"
	"sync/atomic"
	"testing"
)

func TestRangesCoverEverythingOnce(t *testing.T) {
	for _, n := range []int{0, 1, 2, 31, 32, 63, 64, 65, 1000} {
		for _, grain := range []int{0, 1, 32, 5000} {
			seen := make([]atomic.Int32, n)
			var calls atomic.Int32
			Ranges(n, grain, func(from, to int) {
				calls.Add(1)
				for i := from; i < to; i++ {
					seen[i].Add(1)
				}
			})
			for i := range seen {
				if got := seen[i].Load(); got != 1 {
					t.Fatalf("n %d, grain %d: %d was visited %d times", n, grain, i, got)
				}
			}
			most := max(min(runtime.GOMAXPROCS(0), n/max(grain, 1)), min(n, 1))
			if got := int(calls.Load()); got > most {
				t.Errorf("n %d, grain %d: %d calls, want at most %d", n, grain, got, most)
			}
		}
	}
}
