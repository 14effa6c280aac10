// Package submit gives the edits of a batch to a queue and collects their results.
package submit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"deltaedit/engine/batch"
	"deltaedit/engine/queue"
)

// Bounds of what a batch has on the server at a time. A batch of a million photos does not
// fill it.
const (
	maxTasks = 20_000
	maxBytes = 8 << 30 // of photos
)

// Times after which something is done about a batch on which nothing happens.
const (
	noWorker = 15 * time.Second // a person is told that no worker is there
	patience = 30 * time.Second // what was given away is looked for, and a full store is an error
)

// endWithin is how long the batch takes at most to remove what it has on the server.
const endWithin = 30 * time.Second

// Config says what is given away.
type Config struct {
	// Batch is the name of the batch on the server: see Name.
	Batch string
	// Fit is what workers must have.
	Fit queue.Fit
	// Lines are the edits to be done, and Collector takes their results.
	Lines     []batch.Line
	Collector *batch.Collector
	// SharedFiles leaves the photos where they are: workers read them under the same
	// absolute path.
	SharedFiles bool
	// Notice is told what a person should know. It may be called on any goroutine.
	Notice func(string)
	// Patience is how long nothing may come back before what was given away is looked for,
	// and before a store without room is an error; 0 is half a minute.
	Patience time.Duration
}

// Run gives all edits away and returns when every one has a result. Photos and pictures
// are removed from the server as they are used up, and everything else of the batch at the
// end. When ctx ends, everything of the batch is removed, too, and ctx's cause returned.
// After any other error, and when the process is killed, it stays: another Run with the
// same name takes up what has been done meanwhile.
func Run(ctx context.Context, q *queue.Queue, c Config) error {
	c.Patience = cmp.Or(c.Patience, patience)
	work, cancel := context.WithCancelCause(ctx)
	s := &submission{
		Config: c, queue: q, ctx: work,
		last: time.Now(), done: map[string]bool{}, given: map[string]given{}, refs: map[string]*stored{}, refused: map[string]int{}, told: map[string]bool{},
		local: make(chan batch.Received), returned: make(chan queue.Returned), look: make(chan struct{}, 1),
		flush: make(chan struct{}, 1), recorded: make(chan int),
	}
	s.room = sync.NewCond(&s.mu)
	wake := context.AfterFunc(work, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.room.Broadcast()
	})
	defer wake()
	err := s.run(cancel)
	cancel(err)
	s.others.Wait()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil && ctx.Err() == nil {
		return err
	}
	end, done := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer done()
	if e := q.EndBatch(end, c.Fit, c.Batch); e != nil {
		err = errors.Join(err, fmt.Errorf("%w: %w", ErrLeft, e))
	}
	return err
}

// ErrLeft means that the batch is over, but something of it is left on the server. Another
// Run with the same name removes it.
var ErrLeft = errors.New("photos or edits are left on the server of the queue: remove them with --resume")

// submission is the state of one call of Run.
type submission struct {
	Config
	queue    *queue.Queue
	consumer string // of results
	ctx      context.Context
	others   sync.WaitGroup

	local    chan batch.Received // results of edits that could not be given away
	returned chan queue.Returned
	look     chan struct{}  // something may be lost
	flush    chan struct{}  // something was written
	recorded chan int       // so many edits have a result
	refused  map[string]int // by id; how often a result was no good

	mu      sync.Mutex
	room    *sync.Cond         // something was recorded, or ctx has ended
	done    map[string]bool    // edits with a result, by id
	given   map[string]given   // edits without one, by id
	refs    map[string]*stored // photos by SHA-256
	bytes   int64              // of all refs
	garbage []string           // photos that may be removed
	written []queue.Returned   // that are not recorded yet
	objects []string           // pictures in the store that are not needed after that
	last    time.Time          // when something came back
	workers int                // greetings of workers that fit
	told    map[string]bool
}

// given is an edit that was given away and has no result yet.
type given struct {
	line batch.Line
	task queue.Task
}

// stored is a photo in the store of the batch.
type stored struct {
	edits int // without a result
	bytes int64
}

// tell passes an error on as a notice, once.
func (s *submission) tell(err error) {
	s.mu.Lock()
	again := !s.told[err.Error()]
	s.told[err.Error()] = true
	s.mu.Unlock()
	if again {
		s.Notice(err.Error())
	}
}

// run starts the goroutines and collects.
func (s *submission) run(cancel context.CancelCauseFunc) error {
	err := s.queue.Retry(s.ctx, s.full, s.tell, func(ctx context.Context) (err error) {
		s.consumer, err = s.queue.StartBatch(ctx, s.Batch)
		return err
	})
	if err != nil {
		return err
	}
	err = s.queue.Workers(func(h queue.Hello) {
		if h.Fit.Key() != s.Fit.Key() {
			s.tell(fmt.Errorf("the worker %s has %s; this batch is for %s and gets nothing from it", h.Name, h.Fit, s.Fit))
			return
		}
		s.mu.Lock()
		s.workers++
		s.mu.Unlock()
	})
	if err != nil {
		return err
	}
	s.queue.OnReconnect(s.lookSoon) // the server may have lost something
	s.others.Go(func() {
		later := func(err error) { s.tell(fmt.Errorf("no results come just now, and they are asked for again: %w", err)) }
		if err := s.queue.Collect(s.ctx, s.consumer, s.returned, later); err != nil {
			cancel(err)
		}
	})
	for _, f := range []func() error{s.giveAll, s.record} {
		s.others.Go(func() {
			if err := f(); err != nil {
				cancel(err)
			}
		})
	}
	return s.collect()
}

// full says whether a store without room is an error: while results come, room comes with
// them.
func (s *submission) full(err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Is(err, queue.ErrFull) && (len(s.given) == 0 || time.Since(s.last) > s.Patience)
}
