package queue

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// AckWait is how long the server waits for a sign of life of a task before it gives it to
// another worker.
const AckWait = 30 * time.Second

// begunBucket holds which workers have begun a task that came to them a second time.
const (
	begunBucket = "deltaedit-begun"
	begunFor    = 24 * time.Hour
)

// Taker takes tasks for a worker. It is safe for concurrent use.
type Taker struct {
	q     *Queue
	from  jetstream.Consumer
	begun jetstream.KeyValue
}

// Taker returns a Taker for tasks that fit. ackWait is AckWait in all but tests.
func (q *Queue) Taker(ctx context.Context, f Fit, ackWait time.Duration) (*Taker, error) {
	from, err := q.tasks.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: f.Consumer(), FilterSubject: f.tasks(), AckPolicy: jetstream.AckExplicitPolicy,
		AckWait: ackWait, MaxDeliver: -1, MaxAckPending: -1, MaxWaiting: 4096,
	})
	if err != nil {
		return nil, explain(err)
	}
	begun, err := q.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: begunBucket, TTL: begunFor, Storage: jetstream.FileStorage})
	if err != nil {
		return nil, explain(err)
	}
	return &Taker{q: q, from: from, begun: begun}, nil
}

// Fetch asks for up to n tasks. They come through the channel, which is closed when all
// have come, wait is over, or the connection is lost. What is not a task is removed from
// the queue, and told.
func (t *Taker) Fetch(n int, wait time.Duration, tell func(error)) (<-chan *Taken, error) {
	batch, err := t.from.Fetch(n, jetstream.FetchMaxWait(wait))
	if err != nil {
		return nil, explain(err)
	}
	out := make(chan *Taken, n)
	go func() {
		defer close(out)
		for msg := range batch.Messages() {
			task, err := ParseTask(msg.Data())
			if err != nil {
				tell(err)
				_ = msg.TermWithReason(err.Error())
				continue
			}
			taken := &Taken{Task: task, msg: msg, by: t, tries: 1}
			if meta, err := msg.Metadata(); err == nil {
				taken.tries = int(meta.NumDelivered)
			}
			out <- taken // never blocks: its capacity is n
		}
	}()
	return out, nil
}

// Taken is a task that a worker holds. One of Done, Back and Drop ends that; errors of a
// lost connection do not matter, since the server then gives the task away again.
type Taken struct {
	Task
	msg   jetstream.Msg
	by    *Taker
	tries int
	noted bool // that this worker has begun it
}

// Tries is how often the task was given to a worker, this time included.
func (t *Taken) Tries() int { return t.tries }

// Done removes the task, whose result is stored.
func (t *Taken) Done() {
	_ = t.msg.Ack()
	t.forget()
}

// Back gives the task back, for another worker or a later time. It does not count as
// begun.
func (t *Taken) Back(delay time.Duration) {
	t.forget()
	_ = t.msg.NakWithDelay(delay)
}

// forget removes what Begin has noted: nobody ended of it.
func (t *Taken) forget() {
	if t.noted {
		_ = t.by.begun.Purge(context.Background(), t.begunKey())
	}
}

// Drop removes a task of a batch that is over.
func (t *Taken) Drop() { _ = t.msg.Term() }

// Working tells the server that the task is being worked on.
func (t *Taken) Working() { _ = t.msg.InProgress() }

func (t *Taken) begunKey() string { return t.Batch + "." + t.ID() }

// Begin notes that a worker begins the task, and returns the names of the workers that
// have done so before and have not come to an end. Nothing is noted of the first try:
// most tasks are done in it. When there are already limit names, or that of this worker,
// nothing is added.
func (t *Taken) Begin(ctx context.Context, worker string, limit int) (before []string, err error) {
	if t.tries < 2 {
		return nil, nil
	}
	for {
		var revision uint64
		e, err := t.by.begun.Get(ctx, t.begunKey())
		switch {
		case errors.Is(err, jetstream.ErrKeyNotFound):
		case err != nil:
			return nil, explain(err)
		case json.Unmarshal(e.Value(), &before) != nil:
			before = nil
		default:
			revision = e.Revision()
		}
		if len(before) >= limit || slices.Contains(before, worker) {
			return before, nil
		}
		data, err := json.Marshal(append(slices.Clone(before), worker))
		if err != nil {
			return nil, err
		}
		if revision == 0 {
			_, err = t.by.begun.Create(ctx, t.begunKey(), data)
		} else {
			_, err = t.by.begun.Update(ctx, t.begunKey(), data, revision)
		}
		if err == nil || !errors.Is(err, jetstream.ErrKeyExists) {
			t.noted = err == nil
			return before, explain(err)
		}
		before = nil // another worker was quicker
	}
}
