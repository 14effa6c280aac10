package queue

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"deltaedit/engine/photo"
)

// ErrGone means that an object, or all of its batch, is not in the store.
var ErrGone = errors.New("it is not in the store of the queue")

// bucket returns the object store of a batch.
func (q *Queue) bucket(ctx context.Context, batch string) (jetstream.ObjectStore, error) {
	q.mu.Lock()
	b := q.buckets[batch]
	q.mu.Unlock()
	if b != nil {
		return b, nil
	}
	b, err := q.js.ObjectStore(ctx, Bucket(batch))
	if err != nil {
		return nil, gone(err)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.buckets) >= 64 { // of batches that are over
		clear(q.buckets)
	}
	q.buckets[batch] = b
	return b, nil
}

// within calls f with the object store of a batch. After an error the store is looked up
// anew: it may have been deleted.
func (q *Queue) within(ctx context.Context, batch string, f func(jetstream.ObjectStore) error) error {
	b, err := q.bucket(ctx, batch)
	if err != nil {
		return err
	}
	if err = gone(f(b)); err != nil {
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(q.buckets, batch)
	}
	return err
}

// gone makes ErrGone of the server's errors that mean it.
func gone(err error) error {
	if errors.Is(err, jetstream.ErrBucketNotFound) || errors.Is(err, jetstream.ErrObjectNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	return err
}

// Put puts an object into the store of a batch. Errors, permanent and tell are Retry's, and
// ErrGone says that the batch is over.
func (q *Queue) Put(ctx context.Context, batch, name string, data []byte, permanent func(error) bool, tell func(error)) error {
	return q.Retry(ctx, func(err error) bool {
		return errors.Is(err, ErrGone) || permanent != nil && permanent(err)
	}, tell, func(ctx context.Context) error {
		return q.within(ctx, batch, func(b jetstream.ObjectStore) error {
			_, err := b.PutBytes(ctx, name, data)
			return err
		})
	})
}

// Has reports whether the store of a batch has an object.
func (q *Queue) Has(ctx context.Context, batch, name string) (bool, error) {
	err := q.within(ctx, batch, func(b jetstream.ObjectStore) error {
		_, err := b.GetInfo(ctx, name)
		return err
	})
	if errors.Is(err, ErrGone) {
		return false, nil
	}
	return err == nil, err
}

// Get returns an object of a batch, at most as large as a photo may be. tell is Retry's.
// Errors are ctx's, those of a connection that has ended, and ErrGone.
func (q *Queue) Get(ctx context.Context, batch, name string, tell func(error)) (data []byte, err error) {
	err = q.Retry(ctx, func(err error) bool { return errors.Is(err, ErrGone) }, tell, func(ctx context.Context) error {
		return q.within(ctx, batch, func(b jetstream.ObjectStore) error {
			info, err := b.GetInfo(ctx, name)
			if err != nil {
				return err
			}
			if info.Size > photo.MaxBytes {
				return fmt.Errorf("%w: %d bytes, want at most %d", ErrGone, info.Size, photo.MaxBytes)
			}
			data, err = b.GetBytes(ctx, name)
			return err
		})
	})
	return data, err
}

// Delete removes an object of a batch, if it is there.
func (q *Queue) Delete(ctx context.Context, batch, name string) error {
	err := q.within(ctx, batch, func(b jetstream.ObjectStore) error { return b.Delete(ctx, name) })
	if errors.Is(err, ErrGone) {
		return nil
	}
	return err
}
