package batch

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// budget hands out shares of a total, in the order of the calls. It is safe for
// concurrent use.
type budget struct {
	free  *semaphore.Weighted
	least int64 // the size of the smallest share, which bounds their number
	total int64
}

// newBudget returns a budget with at most n shares at a time.
func newBudget(total int64, n int) *budget {
	return &budget{free: semaphore.NewWeighted(total), total: total, least: total / int64(n)}
}

// take waits for a share of n and returns its actual size, which must be passed to
// give: at least the smallest share, and at most the total.
func (b *budget) take(ctx context.Context, n int64) (int64, error) {
	n = min(max(n, b.least, 1), b.total)
	if err := b.free.Acquire(ctx, n); err != nil {
		return 0, err
	}
	return n, nil
}

// give returns a share of the size that take returned.
func (b *budget) give(n int64) { b.free.Release(n) }
