package submit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"deltaedit/engine/batch"
	"deltaedit/engine/queue"
)

// Bounds of the results that are in work at a time.
const (
	takeAtOnce   = 64
	takeBytes    = 64 << 20
	fetchAtOnce  = 8    // pictures from the object store
	maxUnflushed = 4096 // results that are written but not flushed
)

// maxRefused is how often an edit is given away again after a result that was no good.
const maxRefused = 3

// collect writes results until every edit has one.
func (s *submission) collect() error {
	left := len(s.Lines)
	hello := time.NewTicker(s.every())
	defer hello.Stop()
	start := time.Now()
	s.greet(start)
	lookAgain := start.Add(s.Patience) // for what was lost
	for left > 0 {
		returned := s.returned
		if s.unflushed() >= maxUnflushed {
			returned = nil
		}
		select {
		case n := <-s.recorded:
			left -= n
		case r := <-s.local:
			if err := s.write([]batch.Received{r}, nil, nil); err != nil {
				return err
			}
		case r, ok := <-returned:
			if !ok { // Collect has ended and says why
				<-s.ctx.Done()
				return context.Cause(s.ctx)
			}
			s.came(time.Now())
			if err := s.take(r); err != nil {
				return err
			}
		case <-s.look:
			lookAgain = time.Time{}
		case <-hello.C:
			s.greet(start)
			if now := time.Now(); now.After(lookAgain) && s.quiet(now) {
				lookAgain = now.Add(s.Patience)
				if err := s.findLost(); err != nil {
					s.tell(err)
				}
			}
		case <-s.ctx.Done():
			return context.Cause(s.ctx)
		}
	}
	return nil
}

// came notes that something came back.
func (s *submission) came(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = now
}

// quiet reports whether nothing has come back for a while.
func (s *submission) quiet(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Sub(s.last) > s.every()
}

// every is how often the batch looks around.
func (s *submission) every() time.Duration { return min(queue.HelloEvery, s.Patience) }

// lookSoon has what is lost looked for once nothing comes back.
func (s *submission) lookSoon() {
	select {
	case s.look <- struct{}{}:
	default:
	}
}

// greet tells the workers of this batch, and a person when there are none.
func (s *submission) greet(start time.Time) {
	if err := s.queue.HelloFromBatch(queue.Hello{Name: s.Batch, Fit: s.Fit}); err != nil {
		s.tell(err)
	}
	s.mu.Lock()
	alone := s.workers == 0 && len(s.given) > 0
	s.mu.Unlock()
	if alone && time.Since(start) > noWorker {
		s.tell(fmt.Errorf("no worker is there for %s: start deltaedit worker with the same --queue", s.Fit))
	}
}

// unflushed is the number of results that are written and not confirmed.
func (s *submission) unflushed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.written)
}

// take writes a result together with those that have come meanwhile.
func (s *submission) take(first queue.Returned) error {
	messages := []queue.Returned{first}
more:
	for size := len(first.Data); len(messages) < takeAtOnce && size < takeBytes; {
		select {
		case r, ok := <-s.returned:
			if !ok {
				break more
			}
			messages = append(messages, r)
			size += len(r.Data)
		default:
			break more
		}
	}
	list := make([]batch.Received, len(messages))
	objects := make([]string, len(messages))
	fetch, ctx := errgroup.WithContext(s.ctx)
	fetch.SetLimit(fetchAtOnce)
	for i, m := range messages {
		d, err := queue.ParseDone(m.Data)
		if err != nil {
			s.tell(err)
			continue
		}
		list[i] = batch.Received{Result: d.Result, Picture: d.Picture}
		if objects[i] = d.Object; d.Object == "" {
			continue
		}
		fetch.Go(func() (err error) {
			list[i].Picture, err = s.queue.Get(ctx, s.Batch, d.Object, s.tell)
			if errors.Is(err, queue.ErrGone) { // it has been recorded: Add leaves it out
				return nil
			}
			return err
		})
	}
	if err := fetch.Wait(); err != nil {
		return err
	}
	return s.write(list, messages, objects)
}

// write writes results. They are confirmed, and their objects deleted, when they are
// recorded.
func (s *submission) write(list []batch.Received, messages []queue.Returned, objects []string) error {
	refused, err := s.Collector.Add(s.ctx, list)
	if err != nil {
		return err
	}
	for _, r := range refused {
		if err := s.refuse(r); err != nil {
			return err
		}
	}
	s.mu.Lock()
	s.written = append(s.written, messages...)
	for _, name := range objects {
		if name != "" {
			s.objects = append(s.objects, name)
		}
	}
	s.mu.Unlock()
	select {
	case s.flush <- struct{}{}:
	default:
	}
	return nil
}

// record flushes and records what was written, again and again until ctx ends. While the
// disk works, further results are written.
func (s *submission) record() error {
	for {
		select {
		case <-s.flush:
		case <-s.ctx.Done():
			return nil
		}
		s.mu.Lock()
		messages, objects := s.written, s.objects
		s.objects = nil
		s.mu.Unlock()
		lines, err := s.Collector.Commit()
		if err != nil {
			return err
		}
		for _, m := range messages {
			m.Recorded()
		}
		for _, name := range objects {
			if err := s.queue.Delete(s.ctx, s.Batch, name); err != nil {
				s.tell(err) // it goes with the batch
			}
		}
		s.let(lines, len(messages))
		select {
		case s.recorded <- len(lines):
		case <-s.ctx.Done():
			return nil
		}
	}
}

// let lets go of what the edits needed that have a result now.
func (s *submission) let(lines []batch.Line, messages int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written = s.written[messages:]
	for _, l := range lines {
		s.done[l.ID] = true
		g, ok := s.given[l.ID]
		if !ok {
			continue
		}
		delete(s.given, l.ID)
		if ref := s.refs[g.task.Photo]; ref != nil {
			if ref.edits--; ref.edits == 0 {
				s.garbage = append(s.garbage, g.task.Photo)
			}
		}
	}
	s.room.Broadcast()
}

// refuse has an edit given away again whose result was no good, a few times. Its task may
// still be there, until the worker confirms it, so it counts as lost.
func (s *submission) refuse(r batch.Refused) error {
	s.tell(r.Err)
	if s.refused[r.Line.ID]++; s.refused[r.Line.ID] > maxRefused {
		return s.write([]batch.Received{{Result: batch.FailedResult(r.Line, s.Fit.Pack, r.Err)}}, nil, nil)
	}
	s.lookSoon()
	return nil
}

// findLost gives edits away again that are neither waiting, nor in work, nor done: a
// server that lost its power may have lost some.
func (s *submission) findLost() error {
	s.mu.Lock()
	all := make([]given, 0, len(s.given))
	for _, g := range s.given {
		all = append(all, g)
	}
	s.mu.Unlock()
	waiting, err := s.queue.Waiting(s.ctx, s.Fit, s.Batch)
	if err != nil {
		return err
	}
	// A task is removed after its result is stored: one that was not waiting then has its
	// result here by now.
	if n, err := s.queue.Uncollected(s.ctx, s.consumer); err != nil || n > 0 {
		return err
	}
	for _, g := range all {
		s.mu.Lock()
		done := s.done[g.line.ID]
		s.mu.Unlock()
		if done || waiting[g.task.ID()] {
			continue
		}
		if err := s.again(g); err != nil {
			return err
		}
	}
	return nil
}
