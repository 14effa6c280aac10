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

func TestRangesWithinRanges(t *testing.T) {
	var sum atomic.Int64
	Ranges(100, 1, func(from, to int) {
		for i := from; i < to; i++ {
			Ranges(50, 1, func(a, b int) { sum.Add(int64(i * (b - a))) })
		}
	})
	if got, want := sum.Load(), int64(50*99*100/2); got != want {
		t.Errorf("want %d, got %d", want, got)
	}
}

func TestRangesAllocateNothing(t *testing.T) {
	var sum atomic.Int64
	f := func(from, to int) { sum.Add(int64(to - from)) }
	// The race detector lets pools forget what is given to them.
	if n := testing.AllocsPerRun(1000, func() { Ranges(1000, 1, f) }); n > 1 || n > 0 && !raced {
		t.Errorf("%v allocations a call, want none", n)
	}
}

// BenchmarkRanges is what spreading a loop costs besides the loop.
func BenchmarkRanges(b *testing.B) {
	f := func(int, int) {}
	b.ReportAllocs()
	for b.Loop() {
		Ranges(1000, 1, f)
	}
}
