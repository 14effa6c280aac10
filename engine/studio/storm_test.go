package studio

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/mask"
	"deltaedit/engine/photo"
	"deltaedit/engine/worker"
)

// owner is a window without a picture: it runs what is posted on one goroutine,
// asks for a picture of each photo that is opened, and watches the frames.
type owner struct {
	t     *testing.T
	queue chan func()
	post  func(engine.Request) uint64

	mu     sync.Mutex
	photo  engine.Subject
	newest engine.Frame // the last
	frames int
	failed int
	wrote  []string
}

func (o *owner) Status(engine.Status)                {}
func (o *owner) Progress(engine.Progress)            {}
func (o *owner) Refined(uint64, []engine.Refinement) {}

func (o *owner) Opened(s engine.Subject) {
	o.mu.Lock()
	o.photo = s
	o.mu.Unlock()
	o.post(engine.Request{Photo: s.Photo, View: image.Pt(60, 50), Threshold: -1, Quality: engine.QualityRest})
}

func (o *owner) Frame(f engine.Frame) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f.Generation < o.newest.Generation {
		o.t.Errorf("frame %d came after %d", f.Generation, o.newest.Generation)
	}
	if f.Image == nil || f.Image.Rect.Empty() || f.Image.Rect.Dx() > 200 || f.Image.Rect.Dy() > 200 {
		o.t.Errorf("frame %d is %v", f.Generation, f.Image)
	}
	o.newest = f
	o.frames++
}

func (o *owner) Exported(path string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.wrote = append(o.wrote, path)
}

func (o *owner) Failed(_ engine.Task, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err == nil || err.Error() == "" {
		o.t.Error("a failure without a reason")
	}
	o.failed++
}

func (o *owner) now() (engine.Subject, engine.Frame) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.photo, o.newest
}

// event does one thing that a person could do.
func event(e *worker.Worker, r *rand.Rand, o *owner, req *engine.Request, photos []string, dir string) {
	sub, _ := o.now()
	if sub.Photo != req.Photo && r.IntN(8) > 0 { // sometimes a request comes too late
		req.Photo = sub.Photo
	}
	words := []string{"face", "smiling face", "old face", "", "zombie", "face with a beard", strings.Repeat("ä", 3000)}
	switch n := r.IntN(1000); {
	case n < 900:
		if len(req.Edits) > 0 {
			req.Edits[r.IntN(len(req.Edits))].Strength = 4*r.Float64() - 2
		}
		req.Quality = engine.Quality(r.IntN(5) / 4) // mostly drags
		e.Post(*req)
	case n < 950:
		req.Edits = nil
		for range r.IntN(4) {
			e := engine.Edit{Source: words[r.IntN(len(words))], Target: words[r.IntN(len(words))], Strength: 1}
			if r.IntN(3) == 0 {
				e.Mask = mask.Mask{}.Begin(mask.Brush{Radius: 0.1 * r.Float64()}, r.IntN(2) == 0, mask.Point{X: r.Float64(), Y: r.Float64()})
			}
			req.Edits = append(req.Edits, e)
		}
		req.Quality = engine.QualityRest
		e.Post(*req)
	case n < 965:
		req.Threshold, req.Aligned = r.Float64()*1.2-0.2, r.IntN(3) == 0
		req.Face = []int{0, 0, 0, 0, engine.AllFaces, 1}[r.IntN(6)] // the last is not there
		req.View = image.Pt(1+r.IntN(200), 1+r.IntN(200))
		req.Renderer, req.Steps = engine.Renderer(r.IntN(2)), []int{0, 0, 10, 25, 3}[r.IntN(5)] // the last are too few
		e.Post(*req)
	case n < 975:
		e.Open(photos[r.IntN(len(photos))])
	case n < 977:
		data, _ := os.ReadFile(photos[0])
		e.OpenReader("dropped", data[:1+r.IntN(len(data))])
	case n < 980:
		e.Random(r.Int64N(5))
	case n < 985:
		e.Cancel()
	case n < 995:
		e.Export(filepath.Join(dir, fmt.Sprintf("out-%d.png", r.IntN(4))))
	default:
		e.Refine(1 + r.IntN(3))
	}
}

// Ten thousand events from three sides at once, while one call in fifty fails and
// some panic: the engine stays whole. No frame comes out of order, every file is
// a whole picture, the photos are as they were, and the last edit is drawn.
func TestStorm(t *testing.T) {
	const events, hands = 10_000, 3
	goroutines := runtime.NumGoroutine()
	s, m := newStudio(t)
	faults := rand.New(rand.NewPCG(1, 2))
	var calm sync.Mutex // held to end the faults
	quiet := false
	m.upset = func(what string) error {
		calm.Lock()
		defer calm.Unlock()
		switch n := faults.IntN(1000); {
		case quiet || n >= 20:
			return nil
		case n < 2:
			panic("injected: " + what)
		default:
			return errors.New("injected: " + what)
		}
	}
	dir := t.TempDir()
	good := writePhoto(t)
	before, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad.jpg")
	if err := os.WriteFile(bad, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	photos := []string{good, good, bad, filepath.Join(dir, "missing.jpg")}

	o := &owner{t: t, queue: make(chan func(), 1<<16)}
	e := worker.New(worker.Config{
		Load:     func(context.Context, engine.ProgressFunc) (engine.Pipeline, error) { return s, nil },
		Post:     func(f func()) { o.queue <- f },
		Listener: o,
	})
	o.post = e.Post
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for f := range o.queue {
			f()
		}
	}()
	e.Open(good)
	var wg sync.WaitGroup
	var table sync.Mutex // all hands move the same sliders
	req := engine.Request{View: image.Pt(60, 50), Threshold: -1}
	for hand := range hands {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(hand), 7))
			for range events / hands {
				table.Lock()
				event(e, r, o, &req, photos, dir)
				table.Unlock()
				switch n := r.IntN(100); { // a hand rests now and then
				case n < 2:
					time.Sleep(30 * time.Millisecond)
				case n < 20:
					time.Sleep(time.Duration(r.IntN(1500)) * time.Microsecond)
				}
			}
		})
	}
	wg.Wait()

	calm.Lock()
	quiet = true
	calm.Unlock()
	e.Open(good)
	var last uint64
	until := func(what string, ok func(engine.Subject, engine.Frame) bool) {
		t.Helper()
		for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
			if sub, f := o.now(); ok(sub, f) {
				return
			}
			if time.Now().After(end) {
				sub, f := o.now()
				t.Fatalf("after the storm: waited in vain for %s; the photo is %+v, the last frame %d/%s, %d asked for", what, sub, f.Generation, f.Stage, last)
			}
		}
	}
	for range 2 { // what the last news made the owner ask for, too
		until("rest", func(engine.Subject, engine.Frame) bool { return e.Idle() })
		heard := make(chan struct{})
		o.queue <- func() { close(heard) }
		<-heard
	}
	sub, _ := o.now()
	if sub.Path != good {
		t.Fatalf("the photo after the storm is %+v", sub)
	}
	last = e.Post(engine.Request{
		Photo: sub.Photo, View: image.Pt(60, 50), Threshold: -1, Quality: engine.QualityRest,
		Edits: []engine.Edit{{Source: "face", Target: "smiling face", Strength: 1}},
	})
	until("the final frame", func(_ engine.Subject, f engine.Frame) bool {
		return f.Generation == last && f.Stage == engine.StageFinal
	})
	last = e.Post(engine.Request{
		Photo: sub.Photo, View: image.Pt(60, 50), Threshold: -1, Quality: engine.QualityRest, Renderer: engine.Diffusion,
		Edits: []engine.Edit{{Source: "face", Target: "smiling face", Strength: 1}},
	})
	until("the diffusion's frame", func(_ engine.Subject, f engine.Frame) bool {
		return f.Generation == last && f.Stage == engine.StageFinal
	})
	t.Logf("calls %v", m.calls)
	if m.calls["encode"] == 0 || m.calls["decode"] == 0 {
		t.Error("the diffusion took no part")
	}
	e.Close()
	close(o.queue)
	<-ended

	o.mu.Lock()
	t.Logf("%d events: %d frames, %d failures, %d files", events, o.frames, o.failed, len(o.wrote))
	if o.frames < 5 || o.failed < 20 || len(o.wrote) == 0 {
		t.Errorf("the storm was none: %d frames, %d failures, %d files", o.frames, o.failed, len(o.wrote))
	}
	o.mu.Unlock()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if _, err := photo.Open(filepath.Join(dir, entry.Name())); err != nil {
			t.Errorf("left behind: %s: %v", entry.Name(), err)
		}
	}
	if after, err := os.ReadFile(good); err != nil || string(after) != string(before) {
		t.Errorf("the photo changed (%v)", err)
	}
	for end := time.Now().Add(time.Minute); runtime.NumGoroutine() > goroutines; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), goroutines)
		}
	}
}
