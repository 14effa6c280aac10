package budget

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestBudgetBoundsNumberAndSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(100, 4)
		var mu sync.Mutex
		var out, most int
		var size, worst int64
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				n, err := b.Take(t.Context(), rand.Int64N(150))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				out, size = out+1, size+n
				most, worst = max(most, out), max(worst, size)
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				out, size = out-1, size-n
				mu.Unlock()
				b.Give(n)
			})
		}
		wg.Wait()
		if most > 4 || worst > 100 || !b.free.TryAcquire(100) {
			t.Errorf("%d shares of %d at a time, or not all is free at the end", most, worst)
		}
	})
}

// Small shares do not overtake a large one for ever, and a caller that leaves the queue
// does not hold it up.
func TestBudgetIsFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(100, 10)
		first, err := b.Take(t.Context(), 60)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var left error
		var large, small bool
		go func() { _, left = b.Take(ctx, 100) }()
		synctest.Wait()
		go func() { _, err := b.Take(t.Context(), 90); large = err == nil }()
		synctest.Wait()
		go func() { _, err := b.Take(t.Context(), 10); small = err == nil }()
		synctest.Wait()
		if large || small {
			t.Error("a share was given out of turn")
		}
		cancel()
		synctest.Wait()
		if !errors.Is(left, context.Canceled) || large || small {
			t.Errorf("after the first left with %v: large %t, small %t", left, large, small)
		}
		b.Give(first)
		synctest.Wait()
		if !large || !small {
			t.Errorf("large %t, small %t, want both", large, small)
		}
	})
}
