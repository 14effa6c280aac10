package queue

import (
	"context"
	"errors"
	"io"
	"slices"

	"deltaedit/engine"
	"deltaedit/engine/batch"
	"deltaedit/engine/fault"
	"deltaedit/engine/recipe"
)

// jobs is the number of photos that are decoded, and of pictures that are encoded, at a
// time. The window needs memory and processors, too.
const jobs = 2

// Start begins to edit the photos that wait, as the order says. The first order counts:
// later, and after a restart, the queue goes on with it and order does not matter. A folder
// that holds an earlier batch ends the run with an error that wraps batch.ErrEarlier; no
// file is written over.
func (q *Queue) Start(order Order) error {
	return q.update(func() error {
		switch {
		case q.closed:
			return engine.ErrClosed
		case q.running:
			return nil
		case !slices.ContainsFunc(q.items, func(i Item) bool { return i.State == Waiting }):
			return ErrNothing
		}
		if !q.started {
			if len(order.Edits) == 0 {
				return ErrNoEdits
			}
			if err := CheckTemplate(order.Template); err != nil {
				return err
			}
			order.Edits = slices.Clone(order.Edits)
			q.order = order
			for i := range q.items {
				q.items[i].Out = ""
			}
			q.nameOuts()
		}
		ctx, cancel := context.WithCancel(context.Background())
		q.pause, q.running, q.err = cancel, true, nil
		q.runs.Go(func() {
			defer cancel()
			q.ended(q.run(ctx))
		})
		return nil
	})
}

// Pause lets the run end: the photo in work waits again, and pictures that are finished
// are still written.
func (q *Queue) Pause() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running {
		q.pause()
	}
}

// Retry lets a photo that has failed wait again; with "" all of them.
func (q *Queue) Retry(id string) error {
	return q.update(func() error {
		for i := range q.items {
			if it := &q.items[i]; it.State == Failed && (id == "" || it.ID == id) {
				it.State, it.Reason, it.Fault, it.Faces = Waiting, "", fault.Unknown, -1
			}
		}
		return nil
	})
}

// ended notes that a run has ended.
func (q *Queue) ended(err error) {
	_ = q.update(func() error {
		q.running = false
		q.ends++
		if !errors.Is(err, context.Canceled) && !errors.Is(err, engine.ErrClosed) {
			q.err = err
		}
		for i := range q.items {
			if q.items[i].State == Working {
				q.items[i].State = Waiting
			}
		}
		return nil
	})
}

// run edits photos until none waits.
func (q *Queue) run(ctx context.Context) error {
	for {
		err := q.once(ctx)
		switch {
		case errors.Is(err, errModels): // go on with the others
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case q.Snapshot().Count(Waiting) == 0:
			return nil
		}
	}
}

// once edits the photos that wait at its beginning.
func (q *Queue) once(parent context.Context) (err error) {
	ctx, stop := context.WithCancelCause(parent)
	defer stop(nil)
	q.mu.Lock()
	order, started, plan := q.order, q.started, q.plan()
	q.mu.Unlock()
	folder, err := batch.OpenFolder(order.Folder, started)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	if err := folder.Check(plan); err != nil {
		return err
	}
	folder.KeepFailed = func(id string) bool {
		q.mu.Lock()
		defer q.mu.Unlock()
		i := q.find(id)
		return i >= 0 && q.items[i].State == Failed
	}
	s := &borrowed{spare: q.spare, studio: q.studio, stop: stop}
	if err := s.open(ctx); err != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	if !started {
		// Before the first result: after it the folder is that of this queue.
		err := q.update(func() error { q.started = true; return nil })
		if err = errors.Join(err, q.store.flush()); err != nil {
			return err
		}
	}
	work, err := folder.Start(ctx, plan, s.pack, func(string) {}, func(engine.Task, float64) {})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, work.Close()) }()
	q.expect(work.Todo())
	_, err = batch.Run(ctx, s, work, batch.Options{Jobs: jobs, Results: io.Discard, Began: q.began, Done: q.result})
	return err
}

// plan returns the photos as a plan of engine/batch. q.mu is held.
func (q *Queue) plan() batch.Plan {
	renderer, _ := engine.ParseRenderer(q.order.Renderer) // checked before
	var p batch.Plan
	for i, it := range q.items {
		p.Lines = append(p.Lines, batch.Line{
			Number: i + 1, ID: it.ID, In: it.Path, Path: it.Path, Out: it.Out,
			Edits: q.order.Edits, Threshold: recipe.OwnThresholds, Face: engine.AllFaces,
			Renderer: renderer, Steps: q.order.Steps,
		})
	}
	return p
}

// expect lets the photos of lines wait: the picture of one that was done may be gone.
func (q *Queue) expect(lines []batch.Line) {
	_ = q.update(func() error {
		for _, l := range lines {
			if i := q.find(l.ID); i >= 0 {
				q.items[i].State, q.items[i].Reason, q.items[i].Fault = Waiting, "", fault.Unknown
			}
		}
		return nil
	})
}

func (q *Queue) began(l batch.Line) {
	q.mu.Lock()
	if i := q.find(l.ID); i >= 0 {
		q.items[i].State = Working
	}
	q.mu.Unlock()
	q.changed()
}

func (q *Queue) result(r batch.Result, _ batch.Counts) {
	q.mu.Lock()
	q.take(r)
	q.mu.Unlock()
	q.changed()
}
