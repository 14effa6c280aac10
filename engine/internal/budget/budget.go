// Package budget bounds how much of something is in use at a time.
package budget

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// Budget hands out shares of a total, in the order of the calls. It is safe for
// concurrent use.
type Budget struct {
	free  *semaphore.Weighted
	least int64 // the size of the smallest share, which bounds their number
	total int64
}

// New returns a budget with at most n shares at a time.
func New(total int64, n int) *Budget {
	return &Budget{free: semaphore.NewWeighted(total), total: total, least: total / int64(n)}
}

// Take waits for a share of n and returns its actual size, which must be passed to
// Give: at least the smallest share, and at most the total.
func (b *Budget) Take(ctx context.Context, n int64) (int64, error) {
	n = min(max(n, b.least, 1), b.total)
	if err := b.free.Acquire(ctx, n); err != nil {
		return 0, err
	}
	return n, nil
}

// Give returns a share of the size that Take returned.
func (b *Budget) Give(n int64) { b.free.Release(n) }
