package ui

import (
	"context"
	"errors"
	"image"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"deltaedit/assets"
	"deltaedit/engine"
	"deltaedit/engine/pack"
)

// fakeBackend records what the window asks for.
type fakeBackend struct {
	options    engine.Options // that it was started with
	listener   engine.Listener
	data       [][]byte // of what was read
	requests   []engine.Request
	opened     []string
	boxes      [][]image.Rectangle // of OpenSource
	read       []string
	seeds      []int64
	exported   []string
	exportedOf []uint64
	refined    []int
	used       []engine.Options
	cancelled  int
	closed     bool
	pipeline   engine.Pipeline // for Spare; nil is an engine that never rests
}

var _ Backend = (*fakeBackend)(nil)

func (b *fakeBackend) Open(path string) { b.opened = append(b.opened, path) }

func (b *fakeBackend) OpenReader(name string, data []byte) {
	b.read, b.data = append(b.read, name), append(b.data, data)
}

func (b *fakeBackend) OpenSource(src engine.Source) {
	b.boxes = append(b.boxes, src.Boxes)
	if src.Path != "" {
		b.Open(src.Path)
	} else {
		b.OpenReader(src.Name, src.Data)
	}
}

func (b *fakeBackend) Random(seed int64)    { b.seeds = append(b.seeds, seed) }
func (b *fakeBackend) Generation() uint64   { return uint64(len(b.requests)) }
func (b *fakeBackend) Cancel()              { b.cancelled++ }
func (b *fakeBackend) Use(o engine.Options) { b.used = append(b.used, o) }
func (b *fakeBackend) Close()               { b.closed = true }

// Spare runs the work at once with the pipeline of the test; without one it never does.
func (b *fakeBackend) Spare(ctx context.Context, work func(context.Context, engine.Pipeline) error) error {
	if b.pipeline == nil {
		<-ctx.Done()
		return ctx.Err()
	}
	return work(ctx, b.pipeline)
}

func (b *fakeBackend) Post(r engine.Request) uint64 {
	b.requests = append(b.requests, r)
	return b.Generation()
}

func (b *fakeBackend) Export(path string) {
	b.exported = append(b.exported, path)
	b.exportedOf = append(b.exportedOf, b.Generation())
}

func (b *fakeBackend) Refine(steps int) { b.refined = append(b.refined, steps) }

func (b *fakeBackend) newest() engine.Request { return b.requests[len(b.requests)-1] }

// fakeTimer is a timer that runs when the test says so.
type fakeTimer struct {
	rest    time.Duration
	f       func()
	stopped bool
}

func (t *fakeTimer) Stop() bool { was := !t.stopped; t.stopped = true; return was }

// rig is an editor on a test window, with its queue and its timers in the
// test's hands.
type rig struct {
	t       testing.TB
	app     fyne.App
	win     fyne.Window
	editor  *editor
	backend *fakeBackend
	queue   []func()
	posted  sync.Mutex // guards queue
	clip    *fakeClipboard
	timers  []*fakeTimer
	painted []engine.Frame
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{t: t, app: test.NewTempApp(t), backend: &fakeBackend{}, clip: &fakeClipboard{}}
	r.app.Settings().SetTheme(newTheme(appearances["dark"]))
	r.win = r.app.NewWindow("")
	t.Cleanup(r.win.Close)
	presets, err := assets.Presets()
	if err != nil {
		t.Fatal(err)
	}
	r.editor = newEditor(r.app, r.win, tools{
		newBackend: func(o engine.Options, l engine.Listener, _ func(func())) Backend {
			r.backend.options, r.backend.listener = o, l
			return r.backend
		},
		post: func(f func()) {
			r.posted.Lock()
			defer r.posted.Unlock()
			r.queue = append(r.queue, f)
		},
		clipboard: r.clip,
		after: func(d time.Duration, f func()) stopper {
			timer := &fakeTimer{rest: d, f: f}
			r.timers = append(r.timers, timer)
			return timer
		},
		seed:    func() int64 { return 42 },
		painted: func(f engine.Frame) { r.painted = append(r.painted, f) },
		log:     slog.New(slog.NewTextHandler(io.Discard, nil)),
		presets: presets,
		packs: func() []pack.Listing {
			return []pack.Listing{
				{Name: "faces", Title: "Faces", Dir: "/packs/faces"},
				{Name: "official", Title: "StyleGAN2 with CLIP", Dir: "/packs/official"},
				{Name: "broken", Dir: "/packs/broken", Err: errors.New("bad manifest")},
			}
		},
		providers: []string{"cuda", "webgpu", "cpu"},
		samples:   []assets.Sample{{Name: "one.jpg"}, {Name: "two.png"}},
	})
	r.win.Resize(fyne.NewSize(1100, 700))
	return r
}

// fakeClipboard is a clipboard of one picture.
type fakeClipboard struct {
	picture []byte
	err     error
}

func (c *fakeClipboard) Read() ([]byte, error) { return c.picture, c.err }

func (c *fakeClipboard) Write(png []byte) error {
	c.picture = png
	return c.err
}

// background waits for something that another goroutine posts, and runs it.
func (r *rig) background() {
	r.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		r.posted.Lock()
		queue := r.queue
		r.queue = nil
		r.posted.Unlock()
		for _, f := range queue {
			f()
		}
		if len(queue) > 0 {
			return
		}
	}
	r.t.Fatal("nothing was posted")
}

// rest lets every running timer of at most that rest run out.
func (r *rig) rest(most time.Duration) {
	due := r.timers
	r.timers = nil
	for _, timer := range due {
		switch {
		case timer.stopped:
		case timer.rest <= most:
			timer.stopped = true
			timer.f()
		default:
			r.timers = append(r.timers, timer)
		}
	}
}

// photo opens a photo and forgets the requests that led there.
func (r *rig) photo(sub engine.Subject) {
	if sub.Photo == 0 {
		sub.Photo = 1
	}
	if sub.Size == (image.Point{}) {
		sub.Size = image.Pt(400, 300)
	}
	if sub.Faces == nil {
		sub.Faces = []engine.FaceBox{{Box: image.Rect(100, 50, 200, 150), Score: 1}}
	}
	r.editor.Opened(sub)
	r.rest(time.Hour)
}

// frame is a picture for the newest request.
func (r *rig) frame(stage engine.Stage) engine.Frame {
	return engine.Frame{
		Generation: r.backend.Generation(), Photo: r.editor.subject.Photo, Stage: stage,
		Image: image.NewRGBA(image.Rect(0, 0, 40, 30)), Provider: "cpu",
		Timings: engine.Timings{"total": 12 * time.Millisecond},
	}
}

// shown is the picture in the viewport.
func (r *rig) shown() *image.RGBA { return r.editor.viewport.image }
