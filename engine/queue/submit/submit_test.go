package submit_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/batch"
	"deltaedit/engine/queue"
	"deltaedit/engine/queue/queuetest"
	"deltaedit/engine/queue/server"
	"deltaedit/engine/queue/submit"
	"deltaedit/engine/queue/work"
)

// place is a plan and the folders of a batch on a queue and of one without.
type place struct {
	t                testing.TB
	dir, plan        string
	queued, alone    string
	mu               sync.Mutex
	notices, workers []string
}

func newPlace(t testing.TB, photos, edits int) *place {
	t.Helper()
	p := &place{t: t, dir: t.TempDir()}
	var err error
	if p.plan, err = queuetest.Plan(p.dir, photos, edits); err != nil {
		t.Fatal(err)
	}
	p.queued, p.alone = filepath.Join(p.dir, "queued"), filepath.Join(p.dir, "alone")
	return p
}

// submit does the batch on a queue.
func (p *place) submit(ctx context.Context, q *queue.Queue, change func(*submit.Config)) error {
	return queuetest.Submit(ctx, q, p.plan, p.queued, func(c *submit.Config) {
		c.Notice = func(text string) { p.note(&p.notices, text) }
		if change != nil {
			change(c)
		}
	})
}

func (p *place) note(to *[]string, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*to = append(*to, text)
}

// said reports whether a notice of the batch, or of a worker, holds a text.
func (p *place) said(list *[]string, text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Contains(strings.Join(*list, "\n"), text)
}

// same checks that the batch has the results of one without a queue.
func (p *place) same() {
	p.t.Helper()
	if err := queuetest.Local(p.t.Context(), p.plan, p.alone, &queuetest.Studio{}); err != nil {
		p.t.Fatal(err)
	}
	if err := queuetest.Same(p.queued, p.alone); err != nil {
		p.t.Error(err)
	}
}

// start starts a server and returns a connection to it.
func start(t testing.TB, o server.Options) (*server.Server, *queue.Queue) {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	s, err := server.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, connect(t, queue.Options{Server: s})
}

func connect(t testing.TB, o queue.Options) *queue.Queue {
	t.Helper()
	o.Name = t.Name()
	q, err := queue.Connect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	return q
}

// worker starts a worker and returns a function that drains it.
func (p *place) worker(q *queue.Queue, s *queuetest.Studio, change func(*work.Config)) (drain func()) {
	c := work.Config{
		Name: fmt.Sprintf("%p", s), Studio: s, Fit: queuetest.Fit, Jobs: 2, Ahead: work.DefaultAhead, AckWait: time.Second,
		Notice: func(text string) { p.note(&p.workers, text) },
	}
	if change != nil {
		change(&c)
	}
	stop, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- work.Run(context.Background(), stop, q, c) }()
	drain = sync.OnceFunc(func() {
		close(stop)
		if err := <-ended; err != nil {
			p.t.Error(err)
		}
	})
	p.t.Cleanup(drain)
	return drain
}

// A batch on a queue leaves what the same batch without one leaves, and nothing on the
// server; a photo is opened once by a worker that does all its edits.
func TestQueuedAsLocal(t *testing.T) {
	p := newPlace(t, 6, 5)
	s, q := start(t, server.Options{})
	first, second := &queuetest.Studio{}, &queuetest.Studio{}
	drain := p.worker(q, first, nil)
	p.worker(connect(t, queue.Options{Server: s}), second, nil)
	if err := p.submit(t.Context(), connect(t, queue.Options{Server: s}), nil); err != nil {
		t.Fatal(err)
	}
	p.same()
	drain()
	if n := first.Opened + second.Opened; n < 6 || n > 20 {
		t.Errorf("%d photos were opened for 30 edits of 6 photos", n)
	}
	left, err := q.Left(t.Context())
	if err != nil || left != (queue.Contents{}) {
		t.Errorf("left on the server: %+v, %v", left, err)
	}
	if entries, err := os.ReadDir(p.queued); err != nil || len(entries) != 31 {
		t.Errorf("%d files in the folder, want 30 pictures and the results (%v)", len(entries), err)
	}
}

// Photos that cannot be read, and edits that fail, fail as they do without a queue.
func TestFailuresAreResults(t *testing.T) {
	p := newPlace(t, 2, 2)
	f, err := os.OpenFile(p.plan, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"in":"none.png","source":"face","target":"old face"}` + "\n" + `{"in":"plan.jsonl","source":"face","target":"old face"}` + "\n"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	_, q := start(t, server.Options{})
	odd := func(r engine.Request) error {
		if r.Edits[0].Strength == 0.01 {
			return errors.New("too strong")
		}
		return nil
	}
	p.worker(q, &queuetest.Studio{Rendering: odd}, nil)
	if err := p.submit(t.Context(), q, nil); err != nil {
		t.Fatal(err)
	}
	if err := queuetest.Local(t.Context(), p.plan, p.alone, &queuetest.Studio{Rendering: odd}); err != nil {
		t.Fatal(err)
	}
	if err := queuetest.Same(p.queued, p.alone); err != nil {
		t.Error(err)
	}
	got, _ := queuetest.Results(p.queued)
	want, _ := queuetest.Results(p.alone)
	failed := 0
	for id, r := range got {
		if r.Error != want[id].Error {
			t.Errorf("%q failed with %q, without a queue with %q", id, r.Error, want[id].Error)
		}
		if r.Status == batch.StatusFailed {
			failed++
		}
	}
	if failed != 4 {
		t.Errorf("%d failed, want 4", failed)
	}
	// Failed edits are tried again, and done ones are not.
	if err := p.submit(t.Context(), q, func(c *submit.Config) {
		if len(c.Lines) != 4 {
			t.Errorf("%d lines are left, want 4", len(c.Lines))
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// Photos may stay where they are; a worker that does not see them gives their edits back.
func TestSharedFiles(t *testing.T) {
	p := newPlace(t, 3, 2)
	_, q := start(t, server.Options{})
	p.worker(q, &queuetest.Studio{}, nil)
	if err := p.submit(t.Context(), q, func(c *submit.Config) { c.SharedFiles = true }); err != nil {
		t.Fatal(err)
	}
	p.same()
}

// Workers that give an edit back, as those that do not see its photo, are not taken for
// such that it ended.
func TestGivenBackIsNotBegun(t *testing.T) {
	p := newPlace(t, 1, 1)
	s, q := start(t, server.Options{})
	taker, err := q.Taker(t.Context(), queuetest.Fit, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- p.submit(t.Context(), q, func(c *submit.Config) { c.SharedFiles = true })
	}()
	for i := range 5 { // as often as workers without the folder would
		tasks, err := taker.Fetch(1, 30*time.Second, func(err error) { t.Error(err) })
		if err != nil {
			t.Fatal(err)
		}
		task := <-tasks
		if before, err := task.Begin(t.Context(), fmt.Sprint("worker ", i), 3); err != nil || len(before) > 0 {
			t.Errorf("try %d: begun by %q, %v", i, before, err)
		}
		task.Back(0)
	}
	p.worker(connect(t, queue.Options{Server: s}), &queuetest.Studio{}, nil)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	p.same()
}

// A batch that is killed leaves its edits with the workers; it takes up their results
// when it goes on.
func TestKilledBatchGoesOn(t *testing.T) {
	p := newPlace(t, 4, 5)
	s, q := start(t, server.Options{})
	// As a kill, the end of the connection leaves no time to remove anything.
	mine := connect(t, queue.Options{Server: s})
	ended := make(chan error, 1)
	go func() { ended <- p.submit(t.Context(), mine, nil) }()
	for left := (queue.Contents{}); left.Tasks < 20; {
		var err error
		if left, err = q.Left(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	mine.Close()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "connection") {
		t.Errorf("without a connection: %v", err)
	}
	edits := 0
	p.worker(q, &queuetest.Studio{Rendering: func(engine.Request) error { edits++; return nil }}, nil)
	for left := (queue.Contents{Tasks: 1}); left.Tasks > 0; {
		var err error
		if left, err = q.Left(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.submit(t.Context(), q, nil); err != nil {
		t.Fatal(err)
	}
	p.same()
	if edits > 25 { // results that had come may overlap with edits that are given again
		t.Errorf("%d edits were made of 20", edits)
	}
}

// A batch that is stopped removes everything that it has on the server.
func TestStoppedBatchLeavesNothing(t *testing.T) {
	p := newPlace(t, 4, 5)
	_, q := start(t, server.Options{})
	ctx, stop := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	p.worker(q, &queuetest.Studio{Rendering: func(r engine.Request) error {
		if r.Edits[0].Strength == 0.03 {
			stop(why)
		}
		return nil
	}}, nil)
	if err := p.submit(ctx, q, nil); !errors.Is(err, why) {
		t.Fatalf("got %v", err)
	}
	for {
		left, err := q.Left(t.Context())
		if err != nil || left.Batches > 0 {
			t.Fatalf("left on the server: %+v, %v", left, err)
		}
		if left == (queue.Contents{}) { // once the worker has let go of the last one
			break
		}
	}
	if err := p.submit(t.Context(), q, nil); err != nil {
		t.Fatal(err)
	}
	p.same()
}

// An edit that ends every worker that begins it ends as a result that says so; all others
// are done.
func TestPoison(t *testing.T) {
	p := newPlace(t, 2, 3)
	s, q := start(t, server.Options{})
	// A worker whose connection ends in the middle of an edit is as good as dead.
	ended := make(chan error, 1)
	go func() { ended <- p.submit(t.Context(), q, nil) }()
	deaths := 0
	for alive := true; alive; {
		mine := connect(t, queue.Options{Server: s})
		dead := make(chan struct{})
		go func() {
			_ = work.Run(t.Context(), nil, mine, work.Config{
				Name: fmt.Sprint("worker ", deaths), Fit: queuetest.Fit, Jobs: 1, Ahead: 4, AckWait: 300 * time.Millisecond,
				Notice: func(string) {},
				Studio: &queuetest.Studio{Rendering: func(r engine.Request) error {
					if r.Edits[0].Strength == 0.01 {
						mine.Close()
					}
					return nil
				}},
			})
			close(dead)
		}()
		select {
		case <-dead:
			deaths++
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
			alive = false
		}
	}
	results, err := queuetest.Results(p.queued)
	if err != nil || len(results) != 6 {
		t.Fatalf("%d results, %v", len(results), err)
	}
	for id, r := range results {
		poisoned := strings.HasSuffix(id, "-1")
		if poisoned != (r.Status == batch.StatusFailed) || poisoned && !strings.Contains(r.Error, "begun by 3 workers") {
			t.Errorf("%q is %s: %s", id, r.Status, r.Error)
		}
	}
	if deaths != 8 {
		t.Errorf("%d workers died of two edits, want 4 of each", deaths)
	}
}

// A worker that drains finishes its edit and gives the others back at once.
func TestDrain(t *testing.T) {
	p := newPlace(t, 1, 8)
	s, q := start(t, server.Options{})
	begun, ended := make(chan struct{}), make(chan error, 1)
	var once sync.Once
	first := &queuetest.Studio{Each: 50 * time.Millisecond, Rendering: func(engine.Request) error { once.Do(func() { close(begun) }); return nil }}
	drain := p.worker(connect(t, queue.Options{Server: s}), first, func(c *work.Config) { c.AckWait = time.Minute })
	go func() { ended <- p.submit(t.Context(), q, nil) }()
	<-begun
	drain()
	p.worker(q, &queuetest.Studio{}, func(c *work.Config) { c.AckWait = time.Minute })
	start := time.Now()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if spent := time.Since(start); spent > 45*time.Second {
		t.Errorf("the others came after %v: they were not given back", spent)
	}
	p.same()
}

// Batches and workers that do not fit each other say so, and neither fails.
func TestMismatch(t *testing.T) {
	p := newPlace(t, 1, 2)
	_, q := start(t, server.Options{})
	p.worker(q, &queuetest.Studio{}, func(c *work.Config) { c.Fit.Program, c.Name = "deltaedit 0.0.1", "old" })
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.submit(ctx, q, nil) }()
	for !p.said(&p.notices, "the worker old has deltaedit 0.0.1") || !p.said(&p.workers, "this worker has deltaedit 0.0.1") {
		select {
		case err := <-ended:
			t.Fatalf("it ended with %v", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A server without room stops the batch with a sentence, or makes it wait while results
// make room. Nothing is lost.
func TestFullStore(t *testing.T) {
	p := newPlace(t, 30, 1)
	dir := t.TempDir()
	s, q := start(t, server.Options{Dir: dir, MaxBytes: 64 << 10})
	err := p.submit(t.Context(), q, func(c *submit.Config) { c.Patience = time.Millisecond })
	if !errors.Is(err, queue.ErrFull) {
		t.Fatalf("got %v, want that the store is full", err)
	}
	q.Close()
	s.Close()
	_, q = start(t, server.Options{Dir: dir})
	p.worker(q, &queuetest.Studio{}, nil)
	if err := p.submit(t.Context(), q, nil); err != nil {
		t.Fatal(err)
	}
	p.same()
}

// What a worker returns is not taken at its word: a wrong picture is made again, and an
// edit whose results are always wrong fails.
func TestWrongPicturesAreRefused(t *testing.T) {
	p := newPlace(t, 1, 1)
	_, q := start(t, server.Options{})
	taker, err := q.Taker(t.Context(), queuetest.Fit, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- p.submit(t.Context(), q, func(c *submit.Config) { c.Patience = 20 * time.Millisecond })
	}()
	for range 4 {
		tasks, err := taker.Fetch(1, 30*time.Second, func(err error) { t.Error(err) })
		if err != nil {
			t.Fatal(err)
		}
		task := <-tasks
		if task == nil {
			t.Fatal("no task came")
		}
		r := batch.FailedResult(task.Line, queuetest.Pack, errors.New(""))
		r.Status, r.Error, r.SHA256, r.Out = batch.StatusOK, "", strings.Repeat("0", 64), "../../escaped.png"
		if err := q.Return(t.Context(), task.Task, queue.Done{Result: r, Picture: []byte("\x89PNG\r\n\x1a\nwrong")}, nil); err != nil {
			t.Fatal(err)
		}
		task.Done()
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	results, err := queuetest.Results(p.queued)
	if r := results["0-0"]; err != nil || r.Status != batch.StatusFailed || !strings.Contains(r.Error, "another SHA-256") || r.Out != "0-0.png" {
		t.Errorf("got %+v, %v", r, err)
	}
	if _, err := os.Stat(filepath.Join(p.dir, "escaped.png")); err == nil {
		t.Error("a picture left the folder")
	}
}
