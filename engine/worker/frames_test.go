package worker_test

import (
	"context"
	"image"
	"runtime"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/internal/race"
	"deltaedit/engine/worker"
)

// frameView is a window of usual size: a frame takes 4 MB.
var frameView = image.Pt(1280, 800)

// painter is a pipeline whose pictures cost nothing but their pixels.
type painter struct{ *fake }

func (painter) Invert(context.Context, engine.Request, engine.Timings) error { return nil }

func (painter) Directions(context.Context, engine.Request, engine.Timings) ([]engine.PromptReport, error) {
	return nil, nil
}

func (painter) Draw(_ context.Context, r engine.Request, _ engine.Stage, c engine.FrameImage, _ engine.Timings) error {
	img := c(frameView)
	v := uint8(100 * r.Edits[0].Strength)
	for i := range img.Pix {
		img.Pix[i] = v
	}
	return nil
}

// dragged is the owner of an engine whose slider moves.
type dragged struct {
	events chan func()
	engine *worker.Worker
	photo  uint64
	frame  engine.Frame
	failed error
	r      engine.Request

	status   engine.Status
	subject  engine.Subject
	exported string
}

func (d *dragged) Status(s engine.Status)              { d.status = s }
func (d *dragged) Opened(s engine.Subject)             { d.subject, d.photo = s, s.Photo }
func (d *dragged) Frame(f engine.Frame)                { d.frame = f }
func (d *dragged) Refined(uint64, []engine.Refinement) {}
func (d *dragged) Progress(engine.Progress)            {}
func (d *dragged) Exported(path string)                { d.exported = path }
func (d *dragged) Failed(_ engine.Task, err error)     { d.failed = err }

func startDrag(tb testing.TB) *dragged {
	tb.Helper()
	d := &dragged{events: make(chan func(), 64)}
	d.engine = worker.New(worker.Config{
		Load: func(context.Context, engine.ProgressFunc) (engine.Pipeline, error) { return painter{newFake()}, nil },
		Post: func(f func()) { d.events <- f }, Listener: d, Refresh: 1,
	})
	tb.Cleanup(d.engine.Close)
	d.engine.Random(1)
	d.until(tb, func() bool { return d.photo != 0 })
	d.r = engine.Request{
		Photo: d.photo, View: frameView, Quality: engine.QualityDrag,
		Edits: []engine.Edit{{Source: "face", Target: "smile"}},
	}
	return d
}

func (d *dragged) until(tb testing.TB, ok func() bool) {
	tb.Helper()
	for !ok() {
		(<-d.events)()
		if d.failed != nil {
			tb.Fatal(d.failed)
		}
	}
}

// move puts the slider at a place and waits for the preview.
func (d *dragged) move(tb testing.TB, i int) {
	tb.Helper()
	d.r.Edits[0].Strength = 0.01 + float64(i%100)/100 // the engine has copied it
	g := d.engine.Post(d.r)
	d.until(tb, func() bool { return d.frame.Generation == g })
}

// fewMallocs is what a frame allocates less often than: nothing, but that the
// runtime allocates for itself now and then. Under the race detector pools forget
// what is given to them.
func fewMallocs() float64 {
	if race.Enabled {
		return 16
	}
	return 1
}

// mallocs returns how many pieces of memory a move takes on the average, and how
// much.
func mallocs(frames int, move func(i int)) (each, bytes float64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range frames {
		move(i)
	}
	runtime.ReadMemStats(&after)
	n := float64(frames)
	return float64(after.Mallocs-before.Mallocs) / n, float64(after.TotalAlloc-before.TotalAlloc) / n
}

// While the slider moves, pictures are painted into the same few images, and from
// the request to the owner nothing at all is allocated.
func TestDragAllocatesNothing(t *testing.T) {
	d := startDrag(t)
	for i := range 8 {
		d.move(t, i)
	}
	seen := map[*image.RGBA]bool{}
	for i := range 20 {
		d.move(t, i)
		seen[d.frame.Image] = true
	}
	if each, bytes := mallocs(200, func(i int) { d.move(t, i) }); each >= fewMallocs() {
		t.Errorf("a frame allocates %v times, %v bytes: want less than %v", each, bytes, fewMallocs())
	}
	if len(seen) > 4 {
		t.Errorf("%d images were used in turn, want at most 4", len(seen))
	}
}

// BenchmarkDragFrame is a move of the slider until its frame is with the owner.
func BenchmarkDragFrame(b *testing.B) {
	d := startDrag(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.move(b, i)
	}
}
