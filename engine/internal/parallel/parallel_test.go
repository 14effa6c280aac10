package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"deltaedit/engine/internal/race"
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
	// Under the race detector, pools drop some of what they are given.
	if n := testing.AllocsPerRun(1000, func() { Ranges(1000, 1, f) }); n > 1 || n > 0 && !race.Enabled {
		t.Errorf("%v allocations a call, want none", n)
	}
}

// BenchmarkRanges measures the cost of distributing a loop.
func BenchmarkRanges(b *testing.B) {
	f := func(int, int) {}
	b.ReportAllocs()
	for b.Loop() {
		Ranges(1000, 1, f)
	}
}

func TestLoop(t *testing.T) {
	type sum struct {
		in  []int
		out *atomic.Int64
	}
	loop := NewLoop(func(s *sum, from, to int) {
		for _, v := range s.in[from:to] {
			s.out.Add(int64(v))
		}
	})
	in := make([]int, 1000)
	for i := range in {
		in[i] = i
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var out atomic.Int64
			loop.Run(len(in), 16, sum{in, &out})
			if got := out.Load(); got != 999*1000/2 {
				t.Errorf("the sum is %d, want %d", got, 999*1000/2)
			}
		})
	}
	wg.Wait()
	var out atomic.Int64
	if n := testing.AllocsPerRun(1000, func() { loop.Run(len(in), 16, sum{in, &out}) }); n > 1 || n > 0 && !race.Enabled {
		t.Errorf("%v allocations a run, want none", n)
	}
}
