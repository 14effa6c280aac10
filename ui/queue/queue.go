// Package queue is a batch in the window: a list of photos that all get the same edits,
// done one after the other while the engine has nothing else to do. It can be paused,
// closed and killed, and goes on later: the list is kept in a file, and what was done of it
// in the results file of engine/batch beside the pictures. It knows no widgets.
package queue

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"

	"deltaedit/engine"
	"deltaedit/engine/batch"
	"deltaedit/engine/fault"
)

// MaxItems is the number of photos that a queue holds at most.
const MaxItems = 10_000

// State is what has become of a photo.
type State int

// States of a photo.
const (
	Waiting State = iota
	Working
	Done
	Failed
)

// Item is a photo of the queue.
type Item struct {
	// ID is unique in the queue; it is that of the plan and of the results.
	ID string `json:"id"`
	// Path is the photo's file.
	Path string `json:"path"`
	// Out is the file name of the picture in the order's folder; "" until the queue was
	// started.
	Out string `json:"out,omitempty"`

	State State `json:"-"`
	// Faces is the number of faces that were found, -1 while that is not known.
	Faces int `json:"-"`
	// Reason says why the edit failed, in an English sentence; "" otherwise. Fault is its
	// kind.
	Reason string     `json:"-"`
	Fault  fault.Kind `json:"-"`
}

// Name returns the name of the photo's file.
func (i Item) Name() string { return filepath.Base(i.Path) }

// Order is what is asked for every photo.
type Order struct {
	Edits []engine.Edit `json:"edits"`
	// Title says in words what the edits are.
	Title string `json:"title,omitempty"`
	// Renderer draws the faces: engine.Renderer's names. Steps is the number of steps of
	// the diffusion, 0 for the pack's own.
	Renderer string `json:"engine,omitempty"`
	Steps    int    `json:"steps,omitempty"`
	// Folder is where the pictures are written, and Template their names: see OutName.
	Folder   string `json:"folder"`
	Template string `json:"template"`
}

// Snapshot is the state of a queue at one moment. It shares nothing with the queue.
type Snapshot struct {
	Items []Item
	// Order is what was asked for when the queue was started. Started is false before
	// that: then only the photos count.
	Order   Order
	Started bool
	// Running is true while photos are edited, and until a pause has taken effect.
	Running bool
	// Ends is the number of runs that have ended since the queue was opened: a run may be
	// over before anybody has seen it.
	Ends int
	// Err is why the last run ended before its time; nil otherwise.
	Err error
}

// Count returns the number of photos in a state.
func (s Snapshot) Count(state State) int {
	n := 0
	for _, i := range s.Items {
		if i.State == state {
			n++
		}
	}
	return n
}

// Spare runs work with the engine's models while nothing else wants them: see
// worker.Worker.Spare.
type Spare func(ctx context.Context, work func(context.Context, engine.Pipeline) error) error

// Studio returns the part of a pipeline that edits the queue's photos beside the one that
// is open.
type Studio func(engine.Pipeline) (batch.Studio, error)

// Queue is a list of photos to edit. Its methods return at once, unless they say
// otherwise, and are safe for concurrent use.
type Queue struct {
	spare   Spare
	studio  Studio
	changed func()
	store   *store

	mu      sync.Mutex
	items   []Item
	order   Order
	started bool
	last    int // the largest number given out as an id
	pause   context.CancelFunc
	running bool
	ends    int
	closed  bool
	err     error
	runs    sync.WaitGroup
}

var (
	// ErrNothing means that a queue has no photos that wait.
	ErrNothing = errors.New("no photo waits: add photos first")
	// ErrNoEdits means that a queue was started without an edit.
	ErrNoEdits = errors.New("there is nothing to change: choose an edit first")
	// ErrFull means that a queue holds MaxItems.
	ErrFull = errors.New("the batch is full: start it, and begin another for the other photos")
)

// Open returns the queue that is kept in a folder, or an empty one. With "", or with an
// error, the queue lasts as long as the process. changed is called after every change, on
// any goroutine; it must not call the queue. fail is told of errors of later writes. The
// Queue must be closed.
func Open(dir string, spare Spare, studio Studio, changed func(), fail func(error)) (*Queue, error) {
	q := &Queue{spare: spare, studio: studio, changed: changed}
	st, kept, err := openStore(dir, fail)
	q.store = st
	if err != nil || kept == nil {
		return q, err
	}
	q.items, q.order, q.started, q.last = kept.Items, kept.Order, kept.Started, kept.Last
	for i := range q.items {
		q.items[i].Faces = -1
	}
	if q.started {
		results, err := batch.ReadResults(q.order.Folder)
		if err != nil {
			return q, err
		}
		for _, r := range results {
			q.take(r)
		}
	}
	return q, nil
}

// take notes a result. q.mu is held, or nobody else knows the queue.
func (q *Queue) take(r batch.Result) {
	i := q.find(r.ID)
	if i < 0 || q.items[i].Out != r.Out {
		return
	}
	it := &q.items[i]
	it.State, it.Reason, it.Fault, it.Faces = Done, r.Error, r.ErrorKind, len(r.Faces)
	if r.Status != batch.StatusOK {
		it.State = Failed
		if len(r.Faces) == 0 {
			it.Faces = -1
		}
	}
}

func (q *Queue) find(id string) int {
	return slices.IndexFunc(q.items, func(i Item) bool { return i.ID == id })
}

// Snapshot returns the state of the queue.
func (q *Queue) Snapshot() Snapshot {
	q.mu.Lock()
	defer q.mu.Unlock()
	return Snapshot{Items: slices.Clone(q.items), Order: q.order, Started: q.started, Running: q.running, Ends: q.ends, Err: q.err}
}

// update changes the queue, keeps it, and tells of it.
func (q *Queue) update(f func() error) error {
	q.mu.Lock()
	err := f()
	if err == nil {
		q.store.put(q.kept())
	}
	q.mu.Unlock()
	if err == nil {
		q.changed()
	}
	return err
}

// kept returns what is stored of the queue. q.mu is held.
func (q *Queue) kept() kept {
	return kept{Version: version, Items: slices.Clone(q.items), Order: q.order, Started: q.started, Last: q.last}
}

// Remove takes a photo out of the queue, unless it is being edited. A picture that was
// written stays.
func (q *Queue) Remove(id string) error {
	return q.update(func() error {
		i := q.find(id)
		if i < 0 || q.items[i].State == Working || q.running && q.items[i].State == Waiting {
			return errors.New("the photo is being edited: pause the batch first")
		}
		if q.started && q.items[i].State == Done {
			// The results file has its line, and a batch goes on with what it has done.
			return errors.New("the picture was written already: begin another batch to clear the list")
		}
		q.items = slices.Delete(q.items, i, i+1)
		return nil
	})
}

// Clear empties the queue for another batch. What was written stays. It waits until a run
// has ended, at most as long as a picture takes to write.
func (q *Queue) Clear() error {
	q.Pause()
	q.runs.Wait()
	return q.update(func() error {
		q.items, q.order, q.started, q.last, q.err = nil, Order{}, false, 0, nil
		return nil
	})
}

// Close pauses the queue, waits until its run has ended and its list is kept.
func (q *Queue) Close() error {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.Pause()
	q.runs.Wait()
	return q.store.close()
}
