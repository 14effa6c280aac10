package queue

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"
)

// collectWait is how long a batch may take to record a result before the server sends it
// again.
const collectWait = 2 * time.Minute

// aheadResults and aheadBytes bound the results that are in memory before they are
// recorded.
const (
	aheadResults = 256
	aheadBytes   = 64 << 20
)

// StartBatch makes what a batch needs on the server, or finds it there after the batch
// was killed. It returns the name of the consumer that collects its results.
func (q *Queue) StartBatch(ctx context.Context, batch string) (consumer string, err error) {
	if _, err := q.js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{
		Bucket: Bucket(batch), Description: "photos and pictures of a batch", Storage: jetstream.FileStorage,
	}); err != nil {
		return "", explain(err)
	}
	results, err := q.js.Stream(ctx, ResultStream)
	if err != nil {
		return "", explain(err)
	}
	// A new consumer gets at once what one of a killed batch was given and has not
	// confirmed. The results stay, since there is always a consumer for them.
	old, err := consumers(ctx, results, batch)
	if err != nil {
		return "", explain(err)
	}
	consumer = collecting(batch) + nuid.Next()
	_, err = results.CreateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: consumer, FilterSubject: ResultsOf(batch), AckPolicy: jetstream.AckExplicitPolicy,
		AckWait: collectWait, MaxDeliver: -1, MaxAckPending: -1,
	})
	return consumer, explain(errors.Join(err, remove(ctx, results, old)))
}

// consumers returns the consumers that collect the results of a batch.
func consumers(ctx context.Context, results jetstream.Stream, batch string) (names []string, err error) {
	list := results.ConsumerNames(ctx)
	for name := range list.Name() {
		if strings.HasPrefix(name, collecting(batch)) {
			names = append(names, name)
		}
	}
	return names, list.Err()
}

// remove removes consumers.
func remove(ctx context.Context, results jetstream.Stream, names []string) (err error) {
	for _, name := range names {
		if e := results.DeleteConsumer(ctx, name); !errors.Is(e, jetstream.ErrConsumerNotFound) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// EndBatch removes everything of a batch from the server: tasks, results, photos and
// pictures. It can be repeated.
func (q *Queue) EndBatch(ctx context.Context, f Fit, batch string) error {
	err := q.tasks.Purge(ctx, jetstream.WithPurgeSubject(f.TasksOf(batch)))
	results, e := q.js.Stream(ctx, ResultStream)
	if e == nil {
		var names []string
		names, e = consumers(ctx, results, batch)
		e = errors.Join(e, remove(ctx, results, names), results.Purge(ctx, jetstream.WithPurgeSubject(ResultsOf(batch))))
	}
	err = errors.Join(err, e)
	if e := q.js.DeleteObjectStore(ctx, Bucket(batch)); !errors.Is(e, jetstream.ErrBucketNotFound) && !errors.Is(e, jetstream.ErrStreamNotFound) {
		err = errors.Join(err, e)
	}
	return explain(err)
}

// Waiting returns the subjects' last parts, Task.ID, of the tasks of a batch that are
// waiting or in work.
func (q *Queue) Waiting(ctx context.Context, f Fit, batch string) (map[string]bool, error) {
	pattern := f.TasksOf(batch)
	info, err := q.tasks.Info(ctx, jetstream.WithSubjectFilter(pattern))
	if err != nil {
		return nil, explain(err)
	}
	out := make(map[string]bool, len(info.State.Subjects))
	for subject := range info.State.Subjects {
		out[subject[len(pattern)-1:]] = true
	}
	return out, nil
}

// Uncollected returns the number of results that are on the server and not confirmed by a
// consumer.
func (q *Queue) Uncollected(ctx context.Context, consumer string) (int, error) {
	c, err := q.js.Consumer(ctx, ResultStream, consumer)
	if err != nil {
		return 0, explain(err)
	}
	info := c.CachedInfo()
	return int(info.NumPending) + info.NumAckPending, nil
}

// Returned is a result that has come, to be confirmed when it is recorded.
type Returned struct {
	Data []byte // for ParseDone
	msg  jetstream.Msg
}

// Recorded confirms the result, which is removed from the server.
func (r Returned) Recorded() { _ = r.msg.Ack() }

// Collect passes on what comes to a consumer until ctx ends, and closes the channel.
func (q *Queue) Collect(ctx context.Context, consumer string, out chan<- Returned, tell func(error)) error {
	defer close(out)
	return q.Retry(ctx, nil, tell, func(ctx context.Context) error {
		c, err := q.js.Consumer(ctx, ResultStream, consumer)
		if err != nil {
			return err
		}
		limit := max(aheadBytes, 2*int(q.nc.MaxPayload()))
		messages, err := c.Messages(jetstream.PullMaxMessagesWithBytesLimit(aheadResults, limit), jetstream.WithMessagesErrOnMissingHeartbeat(true))
		if err != nil {
			return err
		}
		stop := context.AfterFunc(ctx, messages.Stop)
		defer func() {
			stop()
			messages.Stop()
		}()
		for {
			msg, err := messages.Next()
			if err != nil {
				return err
			}
			select {
			case out <- Returned{Data: msg.Data(), msg: msg}:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
}

// Contents are the numbers of what a server holds of all batches.
type Contents struct{ Tasks, Results, Batches int }

// Left returns what the server holds.
func (q *Queue) Left(ctx context.Context) (Contents, error) {
	var c Contents
	for name, n := range map[string]*int{TaskStream: &c.Tasks, ResultStream: &c.Results} {
		s, err := q.js.Stream(ctx, name)
		if err != nil {
			return c, explain(err)
		}
		*n = int(s.CachedInfo().State.Msgs)
	}
	names := q.js.ObjectStoreNames(ctx)
	for range names.Name() {
		c.Batches++
	}
	return c, explain(names.Error())
}
