package submit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"deltaedit/engine/batch"
	"deltaedit/engine/queue"
)

// recordAtOnce is how many results are recorded together at most: flushing many files
// takes a disk as long as flushing one.
const recordAtOnce = 64

// maxRefused is how often an edit is given away again after a result that was no good.
const maxRefused = 3

// collect records results until every edit has one.
func (s *submission) collect() error {
	left := len(s.Lines)
	hello := time.NewTicker(queue.HelloEvery)
	defer hello.Stop()
	start := time.Now()
	last := start // when something happened
	for left > 0 {
		select {
		case r := <-s.local:
			n, err := s.record([]batch.Received{r}, nil)
			if err != nil {
				return err
			}
			left -= n
		case r, ok := <-s.returned:
			if !ok { // Collect has ended and says why
				<-s.ctx.Done()
				return context.Cause(s.ctx)
			}
			n, err := s.take(r)
			if err != nil {
				return err
			}
			left -= n
			last = time.Now()
		case <-s.reconnected:
			last = last.Add(-noResults) // the server may have lost something
		case <-hello.C:
			if err := s.queue.HelloFromBatch(queue.Hello{Name: s.Batch, Fit: s.Fit}); err != nil {
				s.tell(err)
			}
			s.mu.Lock()
			alone := s.workers == 0 && len(s.given) > 0
			s.mu.Unlock()
			if alone && time.Since(start) > noWorker {
				s.tell(fmt.Errorf("no worker is there for %s: start deltaedit worker with the same --queue", s.Fit))
			}
			if time.Since(last) > noResults {
				if err := s.findLost(); err != nil {
					s.tell(err)
				}
				last = time.Now()
			}
		case <-s.ctx.Done():
			return context.Cause(s.ctx)
		}
	}
	return nil
}

// take records a result together with those that have come meanwhile.
func (s *submission) take(first queue.Returned) (int, error) {
	messages := []queue.Returned{first}
	for size := len(first.Data); len(messages) < recordAtOnce && size < 64<<20; {
		var more bool
		select {
		case r, ok := <-s.returned:
			if more = ok; ok {
				messages = append(messages, r)
				size += len(r.Data)
			}
		default:
		}
		if !more {
			break
		}
	}
	list := make([]batch.Received, 0, len(messages))
	var objects []string
	for _, m := range messages {
		d, err := queue.ParseDone(m.Data)
		if err != nil {
			s.tell(err)
			continue
		}
		if d.Object != "" {
			// One that is gone has been recorded: Add leaves its result out.
			if d.Picture, err = s.queue.Get(s.ctx, s.Batch, d.Object, s.tell); err != nil && !errors.Is(err, queue.ErrGone) {
				return 0, err
			}
			objects = append(objects, d.Object)
		}
		list = append(list, batch.Received{Result: d.Result, Picture: d.Picture})
	}
	n, err := s.record(list, objects)
	if err != nil {
		return 0, err
	}
	for _, m := range messages {
		m.Recorded()
	}
	return n, nil
}

// record puts results into the folder and lets go of what they needed. It returns how
// many edits have a result now that had none.
func (s *submission) record(list []batch.Received, objects []string) (int, error) {
	lines, refused, err := s.Collector.Add(s.ctx, list)
	if err != nil {
		return 0, err
	}
	for _, r := range refused {
		if err := s.refuse(r); err != nil {
			return 0, err
		}
	}
	for _, name := range objects {
		if err := s.queue.Delete(s.ctx, s.Batch, name); err != nil {
			s.tell(err) // it goes with the batch
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
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
	return len(lines), nil
}

// refuse gives an edit away again whose result was no good, a few times.
func (s *submission) refuse(r batch.Refused) error {
	s.tell(r.Err)
	s.mu.Lock()
	g, ok := s.given[r.Line.ID]
	s.mu.Unlock()
	if s.refused[r.Line.ID]++; s.refused[r.Line.ID] > maxRefused {
		s.others.Go(func() {
			select {
			case s.local <- batch.Received{Result: batch.FailedResult(r.Line, s.Fit.Pack, r.Err)}:
			case <-s.ctx.Done():
			}
		})
		return nil
	}
	if !ok { // of an earlier run, and not given away yet
		return nil
	}
	return s.again(g)
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
	if n, err := s.queue.Uncollected(s.ctx, s.Batch); err != nil || n > 0 {
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
