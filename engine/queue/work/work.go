// Package work is a worker: it takes edits from a queue, does them, and gives the results
// back.
package work

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"deltaedit/engine/batch"
	"deltaedit/engine/queue"
	"deltaedit/engine/queue/metrics"
)

// Bounds of Config.Ahead.
const (
	DefaultAhead = 8
	MaxAhead     = 1024
)

// maxTries is how many workers may end while they do one edit, after the first of them.
const maxTries = 3

// maxReads is how often a photo on a common file system may be missing.
const maxReads = 20

// editLimit is how long a worker may be at one edit before the server gives its tasks to
// others.
const editLimit = 30 * time.Minute

// Config says what a worker does its edits with.
type Config struct {
	// Name is a name that no other worker has, and that another start of this one has not.
	Name string
	// Studio does the edits. It is used on the goroutine that calls Run alone.
	Studio batch.Studio
	// Fit is what the worker can do.
	Fit queue.Fit
	// Jobs is the number of photos decoded and of pictures encoded at a time, from 1 to
	// batch.MaxJobs.
	Jobs int
	// Ahead is the maximum number of tasks that the worker holds, from 1 to MaxAhead.
	Ahead int
	// AckWait is queue.AckWait in all but tests.
	AckWait time.Duration
	// Notice is told what a person should know. It may be called on any goroutine.
	Notice func(string)
	// Metrics counts; nil does not.
	Metrics *metrics.Metrics
}

// Run does edits until drain is closed, ctx ends or the connection ends for good. When
// drain is closed the edit in work is finished and the other tasks are given back; then
// Run returns nil. When ctx ends, Run ends at once, and gives back what it holds.
func Run(ctx context.Context, drain <-chan struct{}, q *queue.Queue, c Config) error {
	w := &worker{
		Config: c, queue: q, ctx: ctx, drain: drain,
		held: map[*queue.Taken]bool{}, freed: make(chan struct{}, 1), told: map[string]time.Time{},
	}
	err := q.Retry(ctx, nil, w.tell, func(context.Context) error { return w.connect() })
	if err = errors.Join(err, w.meet()); err != nil {
		return err
	}
	stop := make(chan struct{})
	w.others.Go(func() { w.signs(stop) })
	batch.Edit(ctx, c.Studio, c.Jobs, w.next)
	w.finishing.Wait()
	w.giveBack()
	close(stop)
	w.others.Wait()
	_ = q.Flush()
	select {
	case <-drain:
		return nil
	default:
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return q.Ended()
}

// worker is the state of one call of Run.
type worker struct {
	Config
	queue     *queue.Queue
	ctx       context.Context
	drain     <-chan struct{}
	others    sync.WaitGroup
	finishing sync.WaitGroup // failures on their way to the queue

	// Used by next alone.
	taker  *queue.Taker
	coming <-chan *queue.Taken // of the request that is under way
	asked  time.Time           // when that was made; zero once something has come
	ready  []*queue.Taken      // that have come

	freed chan struct{} // a task has been given back or done

	mu   sync.Mutex
	held map[*queue.Taken]bool
	at   time.Time // when the worker last began or finished an edit
	told map[string]time.Time
}

// meet answers batches, and tells of those that this worker cannot work for.
func (w *worker) meet() error {
	return w.queue.Batches(func(h queue.Hello) {
		_ = w.queue.HelloFromWorker(queue.Hello{Name: w.Name, Fit: w.Fit})
		if h.Fit.Key() != w.Fit.Key() {
			w.tell(fmt.Errorf("the batch %s is for %s; this worker has %s and takes none of it", h.Name, h.Fit, w.Fit))
		}
	})
}

// tell passes an error on as a notice, the same one once a minute.
func (w *worker) tell(err error) {
	text := err.Error()
	w.mu.Lock()
	last, told := w.told[text]
	again := !told || time.Since(last) > time.Minute
	if again {
		if len(w.told) > 1000 {
			clear(w.told)
		}
		w.told[text] = time.Now()
	}
	w.mu.Unlock()
	if again {
		w.Notice(text)
	}
}

// signs tells the server that the tasks are being worked on, and the batches that the
// worker is there.
func (w *worker) signs(stop <-chan struct{}) {
	working := time.NewTicker(w.AckWait / 3)
	hello := time.NewTicker(queue.HelloEvery)
	defer working.Stop()
	defer hello.Stop()
	for {
		_ = w.queue.HelloFromWorker(queue.Hello{Name: w.Name, Fit: w.Fit})
	wait:
		for {
			select {
			case <-stop:
				return
			case <-hello.C:
				break wait
			case <-working.C:
				w.mu.Lock()
				for t := range w.held {
					if time.Since(w.at) < editLimit {
						t.Working()
					}
				}
				w.mu.Unlock()
			}
		}
	}
}

// draining reports whether no further edit should be begun.
func (w *worker) draining() bool {
	select {
	case <-w.drain:
		return true
	case <-w.ctx.Done():
		return true
	default:
		return w.queue.Ended() != nil
	}
}

// release ends the holding of a task. It returns false when that has been done.
func (w *worker) release(t *queue.Taken) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.held[t] {
		return false
	}
	delete(w.held, t)
	w.at = time.Now()
	w.Metrics.Held(len(w.held))
	select {
	case w.freed <- struct{}{}:
	default:
	}
	return true
}

// back gives a task back.
func (w *worker) back(t *queue.Taken, delay time.Duration) {
	if w.release(t) {
		t.Back(delay)
		w.Metrics.Returned()
	}
}

// giveBack gives back all tasks that the worker holds, and when it drains also those that
// still come.
func (w *worker) giveBack() {
	if w.coming != nil && w.queue.Ended() == nil && w.ctx.Err() == nil {
		for t := range w.coming {
			t.Back(0)
		}
	}
	w.mu.Lock()
	left := make([]*queue.Taken, 0, len(w.held))
	for t := range w.held {
		left = append(left, t)
	}
	w.mu.Unlock()
	for _, t := range left {
		w.back(t, 0)
	}
}

// begin decides whether an edit is begun, on the goroutine of the models. A task that has
// ended several workers is not: its result says so.
func (w *worker) begin(t *queue.Taken) bool {
	if w.draining() {
		return false // giveBack has it
	}
	w.mu.Lock()
	w.at = time.Now()
	w.mu.Unlock()
	before, err := t.Begin(w.ctx, w.Name, maxTries)
	if err != nil {
		w.tell(err)
		w.back(t, time.Second)
		return false
	}
	if len(before) < maxTries {
		return true
	}
	w.finishing.Go(func() {
		w.give(t, queue.Done{Result: batch.FailedResult(t.Line, w.Fit.Pack, fmt.Errorf(
			"it was begun by %d workers that ended without a result (%s): try its photo alone with edit", len(before), join(before)))})
	})
	return false
}

// finish gives the result of an edit to the queue.
func (w *worker) finish(t *queue.Taken, d *batch.Edited) {
	switch err := d.Err(); {
	case err == nil:
		var picture bytes.Buffer
		d.Store(func(encode func(io.Writer) error) error { return encode(&picture) })
		w.give(t, queue.Done{Result: d.Result(), Picture: picture.Bytes()})
		return
	case errors.Is(err, queue.ErrGone):
		if w.release(t) {
			t.Drop()
		}
		return
	case errors.Is(err, errNoPhoto) && t.Tries() < maxReads, w.queue.Ended() != nil:
		w.tell(err)
		w.back(t, 5*time.Second)
		return
	}
	w.finishing.Go(func() { w.give(t, queue.Done{Result: d.Result()}) })
}

// give publishes a result and then removes the task.
func (w *worker) give(t *queue.Taken, d queue.Done) {
	d.Worker = w.Name
	if d.Result.Status != batch.StatusOK {
		d.Picture = nil
	}
	err := w.queue.Return(w.ctx, t.Task, d, w.tell)
	switch {
	case err == nil:
		if w.release(t) {
			t.Done()
			w.Metrics.Done(d.Result.Status, d.Result.Timings["total"]/1000)
		}
	case errors.Is(err, queue.ErrGone):
		if w.release(t) {
			t.Drop()
		}
	default:
		w.tell(err)
		w.back(t, 0)
	}
}
