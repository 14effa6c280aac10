package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// ackTimeout is how long the server may take to confirm a message before it is published
// again.
const ackTimeout = 5 * time.Second

// Queue is a connection to a server. It is safe for concurrent use.
type Queue struct {
	nc     *nats.Conn
	js     jetstream.JetStream
	tasks  jetstream.Stream
	closed chan struct{} // closed with the connection

	mu      sync.Mutex
	buckets map[string]jetstream.ObjectStore
	again   func() // called after a connection came back
}

// Connect connects to the server and sets up the streams, unless they are there. Errors
// are sentences that say what to do. A connection that is lost later comes back by
// itself, for as long as the server takes. The Queue must be closed after use.
func Connect(ctx context.Context, o Options) (*Queue, error) {
	list, err := o.client()
	if err != nil {
		return nil, err
	}
	q := &Queue{closed: make(chan struct{}), buckets: map[string]jetstream.ObjectStore{}}
	list = append(list,
		nats.Name(o.Name), nats.MaxReconnects(-1), nats.ReconnectWait(500*time.Millisecond), nats.ReconnectJitter(500*time.Millisecond, time.Second),
		nats.PingInterval(10*time.Second), nats.MaxPingsOutstanding(2), nats.Timeout(10*time.Second),
		nats.ReconnectHandler(func(*nats.Conn) {
			q.mu.Lock()
			again := q.again
			q.mu.Unlock()
			if again != nil {
				again()
			}
		}),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // what matters comes back from the calls
		nats.ClosedHandler(func(*nats.Conn) { close(q.closed) }),
	)
	if q.nc, err = nats.Connect(o.URL, list...); err != nil {
		return nil, explain(fmt.Errorf("connect to the queue: %w", err))
	}
	q.js, err = jetstream.New(q.nc, jetstream.WithPublishAsyncTimeout(ackTimeout), jetstream.WithPublishAsyncMaxPending(4096))
	if err == nil {
		err = q.setUp(ctx)
	}
	if err != nil {
		if errors.Is(err, nats.ErrNoResponders) { // nobody answers to JetStream's subjects
			err = fmt.Errorf("%w: %w", jetstream.ErrJetStreamNotEnabled, err)
		}
		q.nc.Close()
		return nil, explain(fmt.Errorf("set up the queue: %w", err))
	}
	return q, nil
}

// setUp makes the streams, or finds them.
func (q *Queue) setUp(ctx context.Context) error {
	for _, c := range []jetstream.StreamConfig{
		{Name: TaskStream, Subjects: []string{taskPrefix + ">"}, Retention: jetstream.WorkQueuePolicy},
		// Results of a batch that is over go to nobody and are dropped at once.
		{Name: ResultStream, Subjects: []string{resultPrefix + ">"}, Retention: jetstream.InterestPolicy},
	} {
		// The server refuses a second message under a subject while it has the first.
		c.MaxMsgsPerSubject, c.Discard, c.DiscardNewPerSubject = 1, jetstream.DiscardNew, true
		c.Storage, c.AllowDirect = jetstream.FileStorage, true
		s, err := q.js.Stream(ctx, c.Name) // one that is there keeps the settings that a person gave it
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			if s, err = q.js.CreateStream(ctx, c); errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
				s, err = q.js.Stream(ctx, c.Name) // another client was quicker
			}
		}
		if err != nil {
			return err
		}
		if have := s.CachedInfo().Config; have.Retention != c.Retention || have.MaxMsgsPerSubject != 1 || !have.DiscardNewPerSubject {
			return fmt.Errorf("the stream %s is there with other settings: delete it, or use another account of the server", c.Name)
		}
		if c.Name == TaskStream {
			q.tasks = s
		}
	}
	return nil
}

// OnReconnect has f called, on another goroutine, whenever a lost connection came back.
func (q *Queue) OnReconnect(f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.again = f
}

// Ended returns why the connection has ended for good; nil while it has not.
func (q *Queue) Ended() error {
	select {
	case <-q.closed:
		if err := q.nc.LastError(); err != nil {
			return explain(fmt.Errorf("the connection to the queue has ended: %w", err))
		}
		return errors.New("the connection to the queue has ended")
	default:
		return nil
	}
}

// Healthy returns why the server cannot be reached just now; nil when it can.
func (q *Queue) Healthy() error {
	if q.nc.IsConnected() {
		return nil
	}
	return fmt.Errorf("the queue is %v", q.nc.Status())
}

// Closed is closed when the connection has ended for good.
func (q *Queue) Closed() <-chan struct{} { return q.closed }

// Flush waits until everything sent has reached the server, up to 5 s.
func (q *Queue) Flush() error { return q.nc.FlushTimeout(ackTimeout) }

// Close ends the connection.
func (q *Queue) Close() {
	_ = q.nc.FlushTimeout(time.Second)
	q.nc.Close()
}
