package work

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/batch"
	"deltaedit/engine/photo"
	"deltaedit/engine/queue"
)

// fetchWait is how long a request for tasks waits on the server. A worker that drains
// waits for its last one.
const fetchWait = 2 * time.Second

// together is how long a worker waits for a second task after the first has come, so that
// tasks of one photo are done together.
const together = 5 * time.Millisecond

// Pauses after a request that failed.
const (
	firstPause = 200 * time.Millisecond
	lastPause  = 5 * time.Second
)

// next returns the tasks of one photo that have come; nil ends the work. It is batch.Edit's.
func (w *worker) next(ctx context.Context) *batch.Group {
	for pause := firstPause; len(w.ready) == 0; {
		if w.draining() {
			return nil
		}
		err := w.receive()
		if err == nil {
			pause = firstPause
			continue
		}
		w.tell(err)
		w.wait(pause)
		pause = min(2*pause, lastPause)
	}
	first := w.ready[0]
	var mine, others []*queue.Taken
	for _, t := range w.ready {
		if photoKey(t) == photoKey(first) {
			mine = append(mine, t)
		} else {
			others = append(others, t)
		}
	}
	w.ready = others
	g := &batch.Group{
		Key: photoKey(first), Pixels: first.Pixels,
		Photo: func(ctx context.Context) (engine.Source, error) { return w.photo(ctx, first) },
	}
	for _, t := range mine {
		g.Orders = append(g.Orders, batch.Order{
			Line: t.Line, Begin: func() bool { return w.begin(t) }, Finish: func(d *batch.Edited) { w.finish(t, d) },
		})
	}
	return g
}

// photoKey is the same for tasks that can share a decoded photo. The photo's name is part
// of it, since it is part of the pictures.
func photoKey(t *queue.Taken) string { return t.Batch + " " + t.Photo + " " + name(t) }

// name is the base name of a task's photo.
func name(t *queue.Taken) string { return filepath.Base(filepath.FromSlash(t.Line.In)) }

// fetch asks for as many tasks as the worker may take, once that is half of what it holds
// at most.
func (w *worker) fetch() (err error) {
	for {
		w.mu.Lock()
		n := w.Ahead - len(w.held)
		w.mu.Unlock()
		if n >= (w.Ahead+1)/2 {
			w.asked = time.Now()
			w.coming, err = w.taker.Fetch(n, fetchWait, w.tell)
			return err
		}
		select {
		case <-w.freed:
		case <-w.drain:
			return nil
		case <-w.ctx.Done():
			return nil
		case <-w.queue.Closed():
			return nil
		}
	}
}

// errRefused means that a request for tasks came back at once with none.
var errRefused = errors.New("the queue gives no tasks: is it being set up anew?")

// receive waits for a task, and a moment for more. It asks for tasks first unless some are
// coming.
func (w *worker) receive() error {
	if w.coming == nil {
		if err := w.fetch(); err != nil || w.coming == nil {
			return err
		}
	}
	var enough <-chan time.Time
	for {
		select {
		case t, ok := <-w.coming:
			if !ok {
				w.coming = nil
				if len(w.ready) == 0 && time.Since(w.asked) < fetchWait/2 {
					return errors.Join(errRefused, w.connect())
				}
				return nil
			}
			w.asked = time.Time{} // something came
			w.mu.Lock()
			w.held[t] = true
			w.Metrics.Held(len(w.held))
			if len(w.held) == 1 {
				w.at = time.Now()
			}
			w.mu.Unlock()
			w.ready = append(w.ready, t)
			if enough == nil {
				timer := time.NewTimer(together)
				defer timer.Stop()
				enough = timer.C
			}
		case <-enough:
			return nil
		case <-w.drain:
			return nil
		case <-w.ctx.Done():
			return nil
		case <-w.queue.Closed():
			return nil
		}
	}
}

// connect finds the workers' consumer, or makes it.
func (w *worker) connect() (err error) {
	t, err := w.queue.Taker(w.ctx, w.Fit, w.AckWait)
	if err == nil {
		w.taker = t
	}
	return err
}

// wait pauses, shorter when there is nothing left to wait for.
func (w *worker) wait(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-w.drain:
	case <-w.ctx.Done():
	case <-w.queue.Closed():
	}
}

// errNoPhoto means that a photo on a common file system is not there, or not the one that
// the batch saw.
var errNoPhoto = errors.New("is the folder of the photos the same on this machine?")

// photo returns the photo of a task: from the store, or from where it is.
func (w *worker) photo(ctx context.Context, t *queue.Taken) (engine.Source, error) {
	if t.Line.Path == "" {
		data, err := w.queue.Get(ctx, t.Batch, t.Photo, w.tell)
		return engine.Source{Name: name(t), Data: data}, err
	}
	data, err := photo.ReadFile(t.Line.Path)
	if err != nil {
		return engine.Source{}, fmt.Errorf("%w: %w", errNoPhoto, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != t.Photo {
		return engine.Source{}, fmt.Errorf("%w: %s has another SHA-256 than the batch saw", errNoPhoto, t.Line.Path)
	}
	return engine.Source{Name: name(t), Data: data}, nil
}

func join(names []string) string { return strings.Join(names, ", ") }
