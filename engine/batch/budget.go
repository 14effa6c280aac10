package batch

import (
	"context"
	"sync"
)

// budget hands out shares of a total, first come first served. Safe for
// concurrent use.
type budget struct {
	mu    sync.Mutex
	free  int64
	least int64 // of one share: so many are out at a time at most
	total int64
	queue []waiter
}

type waiter struct {
	n     int64
	ready chan struct{} // closed when the share is the waiter's
}

// newBudget makes a budget of which at most n shares are out at a time.
func newBudget(total int64, n int) *budget {
	return &budget{free: total, total: total, least: total / int64(n)}
}

// take waits for a share of n and returns its true size, for give: n is lifted
// to the least share and cut to the total, so that everything gets its turn.
func (b *budget) take(ctx context.Context, n int64) (int64, error) {
	n = min(max(n, b.least, 1), b.total)
	b.mu.Lock()
	if len(b.queue) == 0 && b.free >= n {
		b.free -= n
		b.mu.Unlock()
		return n, nil
	}
	w := waiter{n, make(chan struct{})}
	b.queue = append(b.queue, w)
	b.mu.Unlock()
	select {
	case <-w.ready:
		return n, nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-w.ready: // both at once
		b.free += n
	default:
		for i := range b.queue {
			if b.queue[i].ready == w.ready {
				b.queue = append(b.queue[:i], b.queue[i+1:]...)
				break
			}
		}
	}
	b.serve()
	return 0, ctx.Err()
}

// give returns a share of the size that take told.
func (b *budget) give(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free += n
	b.serve()
}

// serve hands free shares to the first in the queue.
func (b *budget) serve() {
	for len(b.queue) > 0 && b.queue[0].n <= b.free {
		b.free -= b.queue[0].n
		close(b.queue[0].ready)
		b.queue = b.queue[1:]
	}
}
