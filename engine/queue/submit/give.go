package submit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"

	"deltaedit/engine/batch"
	"deltaedit/engine/photo"
	"deltaedit/engine/queue"
)

// giveAll gives all edits away, in order. Tasks are published without waiting for each
// other; a second goroutine waits for the server's confirmations.
func (s *submission) giveAll() error {
	if err := s.settle(); err != nil {
		return err
	}
	confirm := make(chan *queue.Pending, 1024)
	ended := make(chan error, 1)
	go func() {
		var err error
		for p := range confirm {
			if err == nil {
				err = p.Wait(s.ctx, s.full, s.tell)
			}
		}
		ended <- err
	}()
	var err error
	var p openPhoto
	for _, l := range s.Lines {
		s.mu.Lock()
		done := s.done[l.ID] // by a run that was killed
		s.mu.Unlock()
		if done {
			continue
		}
		var g given
		if g, err = s.prepare(&p, l); err != nil {
			break
		}
		if g.task.Batch == "" {
			continue // it failed
		}
		confirm <- s.queue.Give(g.task)
	}
	close(confirm)
	return errors.Join(err, <-ended)
}

// settle waits until the results are recorded that came while this batch was not running:
// their edits are not given away again.
func (s *submission) settle() error {
	return s.queue.Retry(s.ctx, nil, nil, func(ctx context.Context) error {
		n, err := s.queue.Uncollected(ctx, s.consumer)
		if err == nil && n > 0 {
			err = fmt.Errorf("%d results are not recorded yet", n)
		}
		return err
	})
}

// openPhoto is the photo of the line before: most lines of a photo come together.
type openPhoto struct {
	path string // "" for none
	sum  string
	size int64
	pix  int64
	data []byte // nil once it is in the store
	err  error
}

// read reads the photo of a line, unless it is the one before.
func (p *openPhoto) read(l batch.Line) {
	if p.path == l.Path && p.path != "" {
		return
	}
	*p = openPhoto{path: l.Path}
	if p.data, p.err = photo.ReadFile(l.Path); p.err != nil {
		return
	}
	sum := sha256.Sum256(p.data)
	p.sum, p.size, p.pix = hex.EncodeToString(sum[:]), int64(len(p.data)), batch.Pixels(l.Path)
}

// prepare puts the photo of a line into the store and makes its task. The task is empty
// when the photo cannot be read; then the line has its result.
func (s *submission) prepare(p *openPhoto, l batch.Line) (given, error) {
	p.read(l)
	if p.err != nil {
		res := batch.FailedResult(l, s.Fit.Pack, p.err)
		select {
		case s.local <- batch.Received{Result: res}:
			return given{}, nil
		case <-s.ctx.Done():
			return given{}, context.Cause(s.ctx)
		}
	}
	if err := s.wait(p.size); err != nil {
		return given{}, err
	}
	t := queue.Task{Batch: s.Batch, Fit: s.Fit, Line: l, Photo: p.sum, Pixels: p.pix}
	t.Line.Path = ""
	if s.SharedFiles {
		path, err := filepath.Abs(l.Path)
		if err != nil {
			return given{}, err
		}
		t.Line.Path = path
	} else if err := s.store(p); err != nil {
		return given{}, err
	}
	g := given{l, t}
	s.mu.Lock()
	s.given[l.ID] = g
	s.mu.Unlock()
	return g, nil
}

// wait waits until there is room for another task and a photo of so many bytes.
func (s *submission) wait(size int64) error {
	s.sweep()
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.ctx.Err() == nil && len(s.given) > 0 && (len(s.given) >= maxTasks || s.bytes+size > maxBytes) {
		if len(s.garbage) > 0 {
			s.mu.Unlock()
			s.sweep()
			s.mu.Lock()
			continue
		}
		s.room.Wait()
	}
	return context.Cause(s.ctx)
}

// sweep removes the photos that no edit needs any more. It is called by the goroutine
// that gives edits away alone, so that no photo is removed that is about to be used.
func (s *submission) sweep() {
	s.mu.Lock()
	garbage := s.garbage
	s.garbage = nil
	var unused []string
	for _, sum := range garbage {
		if ref := s.refs[sum]; ref != nil && ref.edits == 0 {
			delete(s.refs, sum)
			s.bytes -= ref.bytes
			unused = append(unused, sum)
		}
	}
	s.mu.Unlock()
	for _, sum := range unused {
		if err := s.queue.Delete(s.ctx, s.Batch, sum); err != nil {
			s.tell(err) // it goes with the batch
		}
	}
}

// store puts a photo into the store unless it is there, and counts the edit that needs
// it.
func (s *submission) store(p *openPhoto) error {
	s.mu.Lock()
	there := s.refs[p.sum]
	if there != nil {
		there.edits++
	}
	s.mu.Unlock()
	if there != nil {
		return nil
	}
	data := p.data
	if data == nil {
		var err error
		if data, err = readAgain(p.path, p.sum); err != nil {
			return err
		}
	}
	if err := s.queue.Put(s.ctx, s.Batch, p.sum, data, s.full, s.tell); err != nil {
		return err
	}
	p.data = nil
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refs[p.sum] = &stored{edits: 1, bytes: p.size}
	s.bytes += p.size
	return nil
}

// readAgain reads a photo whose SHA-256 is known.
func readAgain(path, sum string) ([]byte, error) {
	data, err := photo.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if now := sha256.Sum256(data); hex.EncodeToString(now[:]) != sum {
		return nil, fmt.Errorf("%s has changed while the batch was at work: go on with --resume", path)
	}
	return data, nil
}

// again gives an edit away that has been lost, or whose result was no good.
func (s *submission) again(g given) error {
	if !s.SharedFiles {
		there, err := s.queue.Has(s.ctx, s.Batch, g.task.Photo)
		if err != nil {
			return err
		}
		if !there {
			data, err := readAgain(g.line.Path, g.task.Photo)
			if err != nil {
				return err
			}
			if err := s.queue.Put(s.ctx, s.Batch, g.task.Photo, data, s.full, s.tell); err != nil {
				return err
			}
		}
	}
	return s.queue.Give(g.task).Wait(s.ctx, s.full, s.tell)
}
