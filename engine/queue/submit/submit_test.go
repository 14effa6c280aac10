package submit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"deltaedit/engine/batch"
	"deltaedit/engine/queue"
	"deltaedit/engine/queue/queuetest"
	"deltaedit/engine/queue/server"
	"deltaedit/engine/queue/work"
)

// place is a plan and the folders of a batch on a queue and of one without.
type place struct {
	t          testing.TB
	plan       batch.Plan
	out, alone string
}

func newPlace(t testing.TB, photos, edits int) *place {
	t.Helper()
	dir := t.TempDir()
	path, err := queuetest.Plan(dir, photos, edits)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p := &place{t: t, out: filepath.Join(dir, "out"), alone: filepath.Join(dir, "alone")}
	if p.plan, err = batch.Parse(f, dir); err != nil {
		t.Fatal(err)
	}
	return p
}

// open opens a folder of the place.
func (p *place) open(dir string, run func(*batch.Work, batch.Options) error) error {
	p.t.Helper()
	folder, err := batch.OpenFolder(dir, true)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() {
		if err := folder.Close(); err != nil {
			p.t.Error(err)
		}
	}()
	w, err := folder.Start(p.t.Context(), p.plan, queuetest.Pack, func(string) {}, ignore)
	if err != nil {
		p.t.Fatal(err)
	}
	defer w.Close()
	return run(w, batch.Options{Jobs: 2, Results: io.Discard, Done: func(batch.Result, batch.Counts) {}})
}

// local does the batch without a queue.
func (p *place) local(s *queuetest.Studio) {
	p.t.Helper()
	err := p.open(p.alone, func(w *batch.Work, o batch.Options) error {
		_, err := batch.Run(p.t.Context(), s, w, o)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// submit does the batch on a queue.
func (p *place) submit(ctx context.Context, q *queue.Queue, change func(*Config)) error {
	p.t.Helper()
	return p.open(p.out, func(w *batch.Work, o batch.Options) error {
		c, err := batch.Collect(w, queuetest.Pack, o)
		if err != nil {
			return err
		}
		defer c.Close()
		name, err := Name(p.out)
		if err != nil {
			return err
		}
		config := Config{
			Batch: name, Fit: queuetest.Fit, Lines: w.Todo(), Collector: c,
			Notice: func(text string) { p.t.Log("batch:", text) },
		}
		if change != nil {
			change(&config)
		}
		return Run(ctx, q, config)
	})
}

// same checks that both folders hold the same pictures, and one result for every line.
func (p *place) same() {
	p.t.Helper()
	alone, queued := p.results(p.alone), p.results(p.out)
	if len(queued) != len(p.plan.Lines) {
		p.t.Errorf("%d results, want %d", len(queued), len(p.plan.Lines))
	}
	for id, want := range alone {
		got := queued[id]
		if got.Status != want.Status || got.SHA256 != want.SHA256 || got.Photo != want.Photo || got.Line != want.Line || got.In != want.In {
			p.t.Errorf("%q: got %+v, want %+v", id, got, want)
		}
	}
}

func (p *place) results(dir string) map[string]batch.Result {
	p.t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, batch.JournalName))
	if err != nil {
		p.t.Fatal(err)
	}
	out := map[string]batch.Result{}
	for line := range bytesLines(data) {
		var r batch.Result
		if err := json.Unmarshal(line, &r); err != nil {
			p.t.Fatal(err)
		}
		if _, twice := out[r.ID]; twice {
			p.t.Errorf("%q has two results", r.ID)
		}
		if r.Status == batch.StatusOK {
			picture, err := os.ReadFile(filepath.Join(dir, r.Out))
			if sum := sha256.Sum256(picture); err != nil || hex.EncodeToString(sum[:]) != r.SHA256 {
				p.t.Errorf("%s is not the picture of its result (%v)", r.Out, err)
			}
		}
		out[r.ID] = r
	}
	return out
}

// startServer starts a server for the test.
func startServer(t testing.TB, o server.Options) *server.Server {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	s, err := server.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// connect connects to a server inside the process.
func connect(t testing.TB, s *server.Server) *queue.Queue {
	t.Helper()
	q, err := queue.Connect(t.Context(), queue.Options{Server: s, Name: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	return q
}

// startWorker starts a worker and returns a function that drains it.
func startWorker(t testing.TB, q *queue.Queue, s *queuetest.Studio, change func(*work.Config)) (drain func()) {
	t.Helper()
	c := work.Config{
		Name: t.Name() + time.Now().Format("150405.000000"), Studio: s, Fit: queuetest.Fit, Jobs: 2, Ahead: work.DefaultAhead, AckWait: time.Second,
		Notice: func(text string) { t.Log("worker:", text) },
	}
	if change != nil {
		change(&c)
	}
	stop, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- work.Run(context.Background(), stop, q, c) }()
	done := false
	drain = func() {
		if done {
			return
		}
		done = true
		close(stop)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(drain)
	return drain
}

func TestQueuedAsLocal(t *testing.T) {
	p := newPlace(t, 6, 5)
	p.local(&queuetest.Studio{})
	s := startServer(t, server.Options{})
	studios := []*queuetest.Studio{{}, {}}
	for _, studio := range studios {
		startWorker(t, connect(t, s), studio, nil)
	}
	if err := p.submit(t.Context(), connect(t, s), nil); err != nil {
		t.Fatal(err)
	}
	p.same()
}
