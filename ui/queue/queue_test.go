package queue

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/batch"
	"deltaedit/engine/face"
	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
	"deltaedit/engine/studio"
)

// pipeline stands for an engine's models.
type pipeline struct {
	engine.Pipeline
	pack string
}

// lab is an engine whose pictures are grey, in the place of a worker.
type lab struct {
	mu    sync.Mutex
	pipe  *pipeline
	calls []string
	// gate, if not nil, is received from before each rendering.
	gate   chan struct{}
	closed bool
	open   int // the width of the open photo
}

func (l *lab) spare(ctx context.Context, work func(context.Context, engine.Pipeline) error) error {
	l.mu.Lock()
	p, closed := l.pipe, l.closed
	l.mu.Unlock()
	if closed {
		return engine.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return work(ctx, p)
}

func (l *lab) call(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, s)
}

func (l *lab) called() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.calls...)
}

// bench is the lab as a batch uses it.
type bench struct {
	*lab
	pack string
}

func (l *lab) studio(p engine.Pipeline) (batch.Studio, error) {
	return &bench{l, p.(*pipeline).pack}, nil
}

func (b *bench) Status() engine.Status { return engine.Status{Provider: "cpu"} }
func (b *bench) Pack() recipe.Pack {
	return recipe.Pack{Name: b.pack, Version: "1", Manifest: b.pack + "-manifest"}
}

// OpenDecoded finds as many faces as the photo's width has tens.
func (b *bench) OpenDecoded(_ context.Context, id uint64, d *studio.Decoded, _ engine.Timings, _ engine.ProgressFunc) (engine.Subject, error) {
	b.open = d.Size().X
	n := b.open / 10
	if n == 0 {
		return engine.Subject{}, fmt.Errorf("photo: %w", face.ErrNoFace)
	}
	return engine.Subject{Photo: id, Size: d.Size(), Faces: make([]engine.FaceBox, n)}, nil
}

func (b *bench) Invert(context.Context, engine.Request, engine.Timings) error { return nil }

func (b *bench) Directions(_ context.Context, r engine.Request, _ engine.Timings) ([]engine.PromptReport, error) {
	return make([]engine.PromptReport, len(r.Edits)), nil
}

func (b *bench) Render(ctx context.Context, r engine.Request, _ engine.Timings, _ engine.ProgressFunc) (*studio.Rendered, error) {
	if b.gate != nil {
		select {
		case <-b.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	b.call(fmt.Sprintf("%d %s %g", b.open, r.Edits[0].Target, r.Edits[0].Strength))
	img := image.NewNRGBA(image.Rect(0, 0, b.open, 8))
	return studio.NewRendered(img, photo.Metadata{Text: map[string]string{recipe.Key: "{}"}}), nil
}

// place is a folder with photos of the widths 10, 20, …, and an order for them.
type place struct {
	t      *testing.T
	lab    *lab
	dir    string
	photos []string
	order  Order
	state  string
}

func newPlace(t *testing.T, photos int) *place {
	t.Helper()
	p := &place{t: t, lab: &lab{pipe: &pipeline{pack: "faces"}}, dir: t.TempDir()}
	p.state = filepath.Join(p.dir, "state")
	for i := range photos {
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 10*(i+1), 8))); err != nil {
			t.Fatal(err)
		}
		p.photos = append(p.photos, p.file(fmt.Sprintf("%c.png", 'a'+i), b.Bytes()))
	}
	p.order = Order{
		Edits: []engine.Edit{{Source: "face", Target: "old face", Strength: 1}}, Renderer: "gan",
		Folder: filepath.Join(p.dir, "edited"), Template: DefaultTemplate,
	}
	return p
}

func (p *place) file(name string, data []byte) string {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, data, 0o600)); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// queue opens the place's queue.
func (p *place) queue() *Queue {
	p.t.Helper()
	q, err := Open(p.state, p.lab.spare, p.lab.studio, func() {}, func(err error) { p.t.Error(err) })
	if err != nil {
		p.t.Fatal(err)
	}
	return q
}

// until waits for something that happens on another goroutine.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("waited in vain for " + what)
		}
	}
}

// finished waits until the queue stands still.
func finished(t *testing.T, q *Queue) Snapshot {
	t.Helper()
	until(t, "the end of the run", func() bool { return !q.Snapshot().Running })
	return q.Snapshot()
}

// states writes the queue as words, such as "a:done/1".
func states(s Snapshot) string {
	var out []string
	for _, i := range s.Items {
		word := []string{"waiting", "working", "done", "failed"}[i.State]
		out = append(out, fmt.Sprintf("%s:%s/%d", strings.TrimSuffix(i.Name(), ".png"), word, i.Faces))
	}
	return strings.Join(out, " ")
}

func (p *place) add(q *Queue, paths ...string) {
	p.t.Helper()
	if _, err := q.Add(paths...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) start(q *Queue) {
	p.t.Helper()
	if err := q.Start(p.order); err != nil {
		p.t.Fatal(err)
	}
}

func TestPhotosAreEditedInOrder(t *testing.T) {
	p := newPlace(t, 3)
	q := p.queue()
	defer q.Close()
	p.add(q, p.photos...)
	if got, want := states(q.Snapshot()), "a:waiting/-1 b:waiting/-1 c:waiting/-1"; got != want {
		t.Errorf("before: %s, want %s", got, want)
	}
	p.start(q)
	s := finished(t, q)
	if got, want := states(s), "a:done/1 b:done/2 c:done/3"; got != want || s.Err != nil {
		t.Errorf("after: %s, %v; want %s", got, s.Err, want)
	}
	if got, want := p.lab.called(), []string{"10 old face 1", "20 old face 1", "30 old face 1"}; !reflect.DeepEqual(got, want) {
		t.Errorf("rendered %q, want %q", got, want)
	}
	for _, name := range []string{"a-edited.png", "b-edited.png", "c-edited.png", batch.JournalName} {
		if _, err := os.Stat(filepath.Join(p.order.Folder, name)); err != nil {
			t.Error(err)
		}
	}
	results, err := batch.ReadResults(p.order.Folder)
	if err != nil || len(results) != 3 || results[0].Face != "all" || !filepath.IsAbs(results[0].In) {
		t.Errorf("%d results, %v", len(results), err)
	}
	if err := q.Start(p.order); !errors.Is(err, ErrNothing) {
		t.Errorf("a start with nothing to do: %v", err)
	}
}

func TestBadFilesFailWithASentenceAndStopNothing(t *testing.T) {
	p := newPlace(t, 1)
	var cut bytes.Buffer
	if err := jpeg.Encode(&cut, image.NewNRGBA(image.Rect(0, 0, 200, 200)), nil); err != nil {
		t.Fatal(err)
	}
	noise := image.NewNRGBA(image.Rect(0, 0, 200, 200))
	for i := range noise.Pix {
		noise.Pix[i] = byte(i * i >> 3)
	}
	cut.Reset()
	if err := jpeg.Encode(&cut, noise, nil); err != nil {
		t.Fatal(err)
	}
	var small bytes.Buffer
	if err := png.Encode(&small, image.NewGray(image.Rect(0, 0, 5, 8))); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(p.dir, "folder.jpg", "empty")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	q := p.queue()
	defer q.Close()
	p.add(q, p.file("notes.txt", []byte("These are words.")), p.file("cut.jpg", cut.Bytes()[:cut.Len()/3]),
		filepath.Join(p.dir, "gone.jpg"), p.file("blank.png", small.Bytes()), p.file("empty.jpg", nil), folder, p.photos[0])
	p.start(q)
	s := finished(t, q)
	if got, want := states(s), "notes.txt:failed/-1 cut.jpg:failed/-1 gone.jpg:failed/-1 blank:failed/-1 empty.jpg:failed/-1 a:done/1"; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	for i, says := range []string{"notes.txt", "cut.jpg", "gone.jpg", "no face", "empty.jpg"} {
		if reason := s.Items[i].Reason; !strings.Contains(reason, says) {
			t.Errorf("%s: reason %q, want %q in it", s.Items[i].Name(), reason, says)
		}
	}
	if s.Err != nil || s.Count(Failed) != 5 || s.Count(Done) != 1 {
		t.Errorf("%v, %d failed", s.Err, s.Count(Failed))
	}
}

func TestRetryIsForThePhotosThatAreMeant(t *testing.T) {
	p := newPlace(t, 2)
	bad, worse := p.file("x.png", []byte("no picture")), p.file("y.png", []byte("none either"))
	q := p.queue()
	defer q.Close()
	p.add(q, p.photos[0], bad, worse)
	p.start(q)
	first := finished(t, q)
	good, err := os.ReadFile(p.photos[1])
	if err != nil {
		t.Fatal(err)
	}
	p.file("x.png", good)
	p.file("y.png", good)
	if err := q.Retry(first.Items[1].ID); err != nil {
		t.Fatal(err)
	}
	p.start(q)
	if got, want := states(finished(t, q)), "a:done/1 x:done/2 y:failed/-1"; got != want {
		t.Errorf("one again: %s, want %s", got, want)
	}
	if err := q.Retry(""); err != nil {
		t.Fatal(err)
	}
	p.start(q)
	if got, want := states(finished(t, q)), "a:done/1 x:done/2 y:done/2"; got != want {
		t.Errorf("all again: %s, want %s", got, want)
	}
	if got := p.lab.called(); len(got) != 3 {
		t.Errorf("rendered %q, want each once", got)
	}
}

func TestPauseAndGoOn(t *testing.T) {
	p := newPlace(t, 3)
	p.lab.gate = make(chan struct{})
	q := p.queue()
	defer q.Close()
	p.add(q, p.photos...)
	p.start(q)
	p.lab.gate <- struct{}{}
	until(t, "the second photo", func() bool {
		s := q.Snapshot()
		return s.Count(Done) == 1 && s.Items[1].State == Working
	})
	if err := q.Remove(q.Snapshot().Items[1].ID); err == nil {
		t.Error("a photo in work was removed")
	}
	q.Pause()
	if got, want := states(finished(t, q)), "a:done/1 b:waiting/-1 c:waiting/-1"; got != want {
		t.Errorf("paused: %s, want %s", got, want)
	}
	close(p.lab.gate)
	other := p.order
	other.Edits, other.Folder = []engine.Edit{{Target: "bald face"}}, p.dir
	if err := q.Start(other); err != nil {
		t.Fatal(err)
	}
	s := finished(t, q)
	if got, want := states(s), "a:done/1 b:done/2 c:done/3"; got != want || s.Err != nil {
		t.Errorf("gone on: %s, %v; want %s", got, s.Err, want)
	}
	if got, want := p.lab.called(), []string{"10 old face 1", "20 old face 1", "30 old face 1"}; !reflect.DeepEqual(got, want) {
		t.Errorf("rendered %q, want the first order throughout: %q", got, want)
	}
}

func TestGoOnAfterARestart(t *testing.T) {
	for _, closing := range []bool{true, false} {
		t.Run(fmt.Sprintf("closed %v", closing), func(t *testing.T) {
			p := newPlace(t, 4)
			bad := p.file("bad.png", []byte("no picture"))
			p.lab.gate = make(chan struct{})
			q := p.queue()
			p.add(q, append([]string{bad}, p.photos...)...)
			p.start(q)
			p.lab.gate <- struct{}{}
			until(t, "the second photo", func() bool { s := q.Snapshot(); return s.Count(Done) == 1 && s.Items[2].State == Working })
			if err := q.store.flush(); err != nil {
				t.Fatal(err)
			}
			// What a killed process leaves is what is on the disk now.
			left := t.TempDir()
			if err := os.CopyFS(left, os.DirFS(p.state)); err != nil {
				t.Fatal(err)
			}
			if err := q.Close(); err != nil {
				t.Fatal(err)
			}
			if !closing {
				p.state = left
			}
			close(p.lab.gate)
			again := p.queue()
			defer again.Close()
			s := again.Snapshot()
			if got, want := states(s), "bad:failed/-1 a:done/1 b:waiting/-1 c:waiting/-1 d:waiting/-1"; got != want || !s.Started || s.Running {
				t.Fatalf("after the restart: %s, %+v; want %s", got, s.Order, want)
			}
			if s.Items[0].Reason == "" || !reflect.DeepEqual(s.Order, p.order) {
				t.Errorf("reason %q, order %+v", s.Items[0].Reason, s.Order)
			}
			p.start(again)
			if got, want := states(finished(t, again)), "bad:failed/-1 a:done/1 b:done/2 c:done/3 d:done/4"; got != want {
				t.Errorf("at the end: %s, want %s", got, want)
			}
			if got := p.lab.called(); len(got) != 4 {
				t.Errorf("rendered %q, want each once", got)
			}
		})
	}
}

func TestWhatWasAddedLastIsKept(t *testing.T) {
	p := newPlace(t, 3)
	for n := range 3 {
		q := p.queue()
		if got := len(q.Snapshot().Items); got != n {
			t.Fatalf("%d photos were kept, want %d", got, n)
		}
		p.add(q, p.photos[n])
		if err := q.Close(); err != nil {
			t.Fatal(err)
		}
		if err := q.Close(); err != nil {
			t.Errorf("closed twice: %v", err)
		}
		if _, err := q.Add(p.photos...); err != nil {
			t.Errorf("after closing: %v", err)
		}
	}
	if _, err := os.Stat(fileName); err == nil {
		t.Error("a list was written into the current folder")
	}
	entries, err := os.ReadDir(p.state)
	if err != nil || len(entries) != 1 || entries[0].Name() != fileName {
		t.Errorf("files in the folder: %v, %v; want the list alone", entries, err)
	}
}

func TestPhotosAddedWhileARunIsUnderWay(t *testing.T) {
	p := newPlace(t, 3)
	p.lab.gate = make(chan struct{})
	q := p.queue()
	defer q.Close()
	p.add(q, p.photos[0])
	p.start(q)
	until(t, "the first photo", func() bool { return q.Snapshot().Items[0].State == Working })
	p.add(q, p.photos[1:]...)
	p.add(q, p.photos...) // they are there already
	close(p.lab.gate)
	if got, want := states(finished(t, q)), "a:done/1 b:done/2 c:done/3"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestNothingIsWrittenOver(t *testing.T) {
	p := newPlace(t, 2)
	first := p.queue()
	p.add(first, p.photos[0])
	p.start(first)
	finished(t, first)
	was, err := os.ReadFile(filepath.Join(p.order.Folder, "a-edited.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Clear(); err != nil {
		t.Fatal(err)
	}
	if s := first.Snapshot(); len(s.Items) != 0 || s.Started {
		t.Errorf("cleared: %+v", s)
	}
	p.add(first, p.photos...)
	p.order.Edits[0].Target = "young face"
	p.start(first)
	if s := finished(t, first); !errors.Is(s.Err, batch.ErrEarlier) || s.Count(Waiting) != 2 || s.Started {
		t.Errorf("into the folder of an earlier batch: %v, %s", s.Err, states(s))
	}
	if now, err := os.ReadFile(filepath.Join(p.order.Folder, "a-edited.png")); err != nil || !bytes.Equal(now, was) {
		t.Errorf("the earlier picture is another: %v", err)
	}
	free := FreeFolder(p.photos[0])
	if want := p.order.Folder + "-2"; free != want {
		t.Errorf("free is %s, want %s", free, want)
	}
	p.order.Folder = free
	p.start(first)
	if s := finished(t, first); s.Err != nil || s.Count(Done) != 2 {
		t.Errorf("in a free folder: %v, %s", s.Err, states(s))
	}
	first.Close()

	// A file of somebody else, with the name of a picture.
	p.state = filepath.Join(p.dir, "other")
	second := p.queue()
	defer second.Close()
	p.order.Folder = filepath.Join(p.dir, "mine")
	precious := p.file("mine/a-edited.png", []byte("precious"))
	p.add(second, p.photos...)
	p.start(second)
	if s := finished(t, second); s.Err == nil || s.Count(Waiting) != 2 {
		t.Errorf("over a file: %v, %s", s.Err, states(s))
	}
	if data, _ := os.ReadFile(precious); string(data) != "precious" {
		t.Error("the file was written over")
	}
}

func TestModelsAreChangedMeanwhile(t *testing.T) {
	for _, pack := range []string{"faces", "official"} {
		t.Run(pack, func(t *testing.T) {
			p := newPlace(t, 3)
			p.lab.gate = make(chan struct{})
			q := p.queue()
			defer q.Close()
			p.add(q, p.photos...)
			p.start(q)
			p.lab.gate <- struct{}{}
			until(t, "the second photo", func() bool { return q.Snapshot().Items[1].State == Working })
			p.lab.mu.Lock()
			p.lab.pipe = &pipeline{pack: pack}
			p.lab.mu.Unlock()
			close(p.lab.gate)
			s := finished(t, q)
			if pack == "faces" { // on another provider
				if got, want := states(s), "a:done/1 b:done/2 c:done/3"; got != want || s.Err != nil {
					t.Errorf("%s, %v; want %s", got, s.Err, want)
				}
				return
			}
			if s.Err == nil || !strings.Contains(s.Err.Error(), "official") || s.Count(Failed) != 0 {
				t.Errorf("another pack: %v, %s", s.Err, states(s))
			}
		})
	}
}

func TestTheEngineIsClosedMeanwhile(t *testing.T) {
	p := newPlace(t, 2)
	p.lab.gate = make(chan struct{})
	q := p.queue()
	p.add(q, p.photos...)
	p.start(q)
	until(t, "the first photo", func() bool { return q.Snapshot().Items[0].State == Working })
	p.lab.mu.Lock()
	p.lab.closed = true
	p.lab.mu.Unlock()
	close(p.lab.gate)
	s := finished(t, q)
	if s.Count(Failed) != 0 || s.Count(Waiting) == 0 || s.Err != nil {
		t.Errorf("%s, %v: want the photos to wait", states(s), s.Err)
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	if err := q.Start(p.order); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("a start after closing: %v", err)
	}
}

func TestAPictureThatIsGoneIsMadeAgain(t *testing.T) {
	p := newPlace(t, 2)
	q := p.queue()
	p.add(q, p.photos[0])
	p.start(q)
	finished(t, q)
	if err := os.Remove(filepath.Join(p.order.Folder, "a-edited.png")); err != nil {
		t.Fatal(err)
	}
	p.add(q, p.photos[1])
	p.start(q)
	if got, want := states(finished(t, q)), "a:done/1 b:done/2"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if _, err := os.Stat(filepath.Join(p.order.Folder, "a-edited.png")); err != nil || len(p.lab.called()) != 3 {
		t.Errorf("rendered %q, %v", p.lab.called(), err)
	}
	q.Close()
}

func TestFoldersAreRead(t *testing.T) {
	p := newPlace(t, 0)
	for _, name := range []string{"in/b.JPG", "in/a.png", "in/notes.txt", "in/.hidden.png", "in/c.webp", "in/deeper/d.png"} {
		p.file(name, []byte("x"))
	}
	q := p.queue()
	defer q.Close()
	n, err := q.Add(filepath.Join(p.dir, "in"))
	if err != nil || n != 3 {
		t.Errorf("%d photos, %v; want 3", n, err)
	}
	if got, want := states(q.Snapshot()), "a:waiting/-1 b.JPG:waiting/-1 c.webp:waiting/-1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if n, err := q.Add(filepath.Join(p.dir, "in", "deeper", "..", "a.png")); n != 0 || err != nil {
		t.Errorf("a photo under another path of the same: %d, %v", n, err)
	}
	if err := q.Remove(q.Snapshot().Items[1].ID); err != nil || len(q.Snapshot().Items) != 2 {
		t.Errorf("removed: %v, %s", err, states(q.Snapshot()))
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		template, photo string
		n               int
		want            string
	}{
		{"{name}-edited", "a.jpg", 1, "a-edited"}, {"{n} {name}", "Ünal.tar.png", 12, "12 Ünal.tar"}, {"fixed", "a.jpg", 1, "fixed"},
	} {
		if got := OutName(c.template, c.photo, c.n); got != c.want {
			t.Errorf("%q of %q: %q, want %q", c.template, c.photo, got, c.want)
		}
	}
	if got := OutName("{name}", "con.jpg", 1); got == "con" || got == "" {
		t.Errorf("a device's name: %q", got)
	}
	for template, says := range map[string]string{"": "empty", "  ": "empty", "a/b": "must not contain", `a\b`: "must not contain", "{date}": "braces", "{name": "braces"} {
		if err := CheckTemplate(template); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", template, err, says)
		}
	}
	p := newPlace(t, 0)
	q := p.queue()
	defer q.Close()
	p.add(q, p.file("x/a.png", nil), p.file("y/A.jpg", nil), p.file("z/a-edited-2.jpg", nil))
	p.order.Template = "{name}"
	p.start(q)
	var outs []string
	for _, i := range finished(t, q).Items {
		outs = append(outs, i.Out)
	}
	if want := []string{"a.png", "A-2.png", "a-edited-2.png"}; !reflect.DeepEqual(outs, want) {
		t.Errorf("names %q, want %q", outs, want)
	}
}

func TestOrdersThatAreRefused(t *testing.T) {
	p := newPlace(t, 1)
	q := p.queue()
	defer q.Close()
	if err := q.Start(p.order); !errors.Is(err, ErrNothing) {
		t.Errorf("an empty queue: %v", err)
	}
	p.add(q, p.photos...)
	if err := q.Start(Order{Folder: p.dir, Template: "a"}); !errors.Is(err, ErrNoEdits) {
		t.Errorf("no edits: %v", err)
	}
	bad := p.order
	bad.Template = "a/b"
	if err := q.Start(bad); err == nil || q.Snapshot().Running {
		t.Errorf("a bad template: %v", err)
	}
	bad = p.order
	bad.Folder = p.photos[0] // a file
	if err := q.Start(bad); err != nil {
		t.Fatal(err)
	}
	if s := finished(t, q); s.Err == nil || s.Count(Waiting) != 1 || s.Started {
		t.Errorf("a file as the folder: %v, %s", s.Err, states(s))
	}
}

func TestOneProcessKeepsTheQueue(t *testing.T) {
	p := newPlace(t, 1)
	q := p.queue()
	defer q.Close()
	other, err := Open(p.state, p.lab.spare, p.lab.studio, func() {}, nil)
	if err == nil || other == nil {
		t.Fatalf("a second process: %v", err)
	}
	defer other.Close()
	p.add(other, p.photos...) // it works, but is not kept
	if len(q.Snapshot().Items) != 0 || len(other.Snapshot().Items) != 1 {
		t.Error("the queues are one")
	}
}

func TestFilesThatAreNoQueue(t *testing.T) {
	good := `{"version":1,"started":true,"last_id":1,"order":{"edits":[{"source":"face","target":"old face","strength":1}],"engine":"gan","folder":"/out","template":"{name}"},"photos":[{"id":"1","path":"/a.jpg","out":"a.png"}]}`
	if _, err := parse([]byte(good)); err != nil {
		t.Fatalf("a good one: %v", err)
	}
	for name, c := range map[string][2]string{
		"version": {`"version":1`, `"version":2`}, "engine": {`"engine":"gan"`, `"engine":"magic"`},
		"folder": {`"/out"`, `"out"`}, "path": {`"/a.jpg"`, `"a.jpg"`}, "out with a folder": {`"a.png"`, `"../a.png"`},
		"out of another kind": {`"a.png"`, `"a.jpg"`}, "no out": {`,"out":"a.png"`, ``}, "no id": {`"id":"1"`, `"id":""`},
		"strength": {`"strength":1`, `"strength":11`}, "no edits": {`{"source":"face","target":"old face","strength":1}`, ``},
		"twice":   {`{"id":"1","path":"/a.jpg","out":"a.png"}`, `{"id":"1","path":"/a.jpg","out":"a.png"},{"id":"2","path":"/b.jpg","out":"A.png"}`},
		"same id": {`{"id":"1","path":"/a.jpg","out":"a.png"}`, `{"id":"1","path":"/a.jpg","out":"a.png"},{"id":"1","path":"/b.jpg","out":"b.png"}`},
		"cut":     {`"photos"`, ``},
	} {
		if strings.Count(good, c[0]) != 1 {
			t.Fatalf("%s: %q", name, c[0])
		}
		if _, err := parse([]byte(strings.Replace(good, c[0], c[1], 1))); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	p := newPlace(t, 0)
	path := p.file("state/queue.json", []byte("{"))
	q, err := Open(p.state, nil, nil, func() {}, func(error) {})
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a damaged file: %v", err)
	}
	if n, err := q.Add(path); n != 1 || err != nil { // it works, but is not kept
		t.Errorf("added %d, %v", n, err)
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(path); string(data) != "{" {
		t.Error("the damaged file is gone")
	}
}

func TestTheRealEngineHasAnAside(t *testing.T) {
	if _, err := Aside(&studio.Studio{}); err != nil {
		t.Error(err)
	}
	if _, err := Aside(&pipeline{}); err == nil {
		t.Error("an engine without one")
	}
}
