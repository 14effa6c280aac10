package queue

import (
	"context"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Pauses before something is tried again.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// Retry calls f until it succeeds, ctx ends, the connection has ended for good, or
// permanent is true of its error. Between the calls it pauses, longer each time. tell, if
// not nil, is called with every error that does not end it.
func (q *Queue) Retry(ctx context.Context, permanent func(error) bool, tell func(error), f func(context.Context) error) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := f(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if ended := q.Ended(); ended != nil {
			return ended
		}
		err = explain(err)
		if permanent != nil && permanent(err) {
			return err
		}
		if tell != nil {
			tell(err)
		}
		if err := q.pause(ctx, pause); err != nil {
			return err
		}
	}
}

// pause waits, shorter when ctx or the connection ends.
func (q *Queue) pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-q.closed:
		return q.Ended()
	}
}

// Pending is a message on its way to the server.
type Pending struct {
	q      *Queue
	msg    *nats.Msg
	future jetstream.PubAckFuture
	err    error
}

// publish sends a message and does not wait.
func (q *Queue) publish(subject string, data []byte) *Pending {
	p := &Pending{q: q, msg: &nats.Msg{Subject: subject, Data: data}}
	p.send()
	return p
}

func (p *Pending) send() { p.future, p.err = p.q.js.PublishMsgAsync(p.msg) }

// Wait waits until the server has stored the message, and sends it again as often as
// needed. The server having it already is success. Errors, permanent and tell are Retry's.
func (p *Pending) Wait(ctx context.Context, permanent func(error) bool, tell func(error)) error {
	sent := true
	return p.q.Retry(ctx, permanent, tell, func(ctx context.Context) error {
		if !sent {
			p.send()
		}
		sent = false
		if p.err != nil {
			return p.err
		}
		select {
		case <-p.future.Ok():
			return nil
		case err := <-p.future.Err():
			if isThere(err) {
				return nil
			}
			return err
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-p.q.closed:
			return p.q.Ended()
		}
	})
}

// Give publishes a task.
func (q *Queue) Give(t Task) *Pending { return q.publish(t.subject(), t.Marshal()) }

// Return publishes the result of a task. Its picture is put into the object store first
// if it is too large for a message. Errors and tell are Retry's, and ErrGone says that the
// batch is over.
func (q *Queue) Return(ctx context.Context, t Task, d Done, tell func(error)) error {
	const head = 256 << 10 // for the result beside the picture
	if room := q.nc.MaxPayload() - head; int64(len(d.Picture)) > room {
		d.Object = t.ID()
		if err := q.Put(ctx, t.Batch, d.Object, d.Picture, nil, tell); err != nil {
			return err
		}
		d.Picture = nil
	}
	data, err := d.Marshal()
	if err != nil {
		return err
	}
	return q.publish(resultSubject(t.Batch, t.ID()), data).Wait(ctx, nil, tell)
}
