package engine_test

import (
	"image"
	"os"
	"path/filepath"
	"testing"
	"time"

	"deltaedit/assets"
	"deltaedit/engine"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// realDrag is startDrag over the built pack: a sample is open, and its face is
// inverted.
func realDrag(tb testing.TB) *dragged {
	tb.Helper()
	samples, err := assets.Samples()
	if err != nil || len(samples) == 0 {
		tb.Fatalf("%d samples, %v", len(samples), err)
	}
	d := &dragged{events: make(chan func(), 64)}
	d.engine = engine.New(engine.Config{
		Load: engine.Loader(engine.Options{Provider: "cpu"}),
		Post: func(f func()) { d.events <- f }, Listener: d, Refresh: 1,
	})
	tb.Cleanup(d.engine.Close)
	d.engine.OpenReader(samples[0].Name, samples[0].Data)
	d.until(tb, func() bool { return d.photo != 0 })
	d.r = engine.Request{
		Photo: d.photo, View: frameView, Threshold: -1, Quality: engine.QualityDrag,
		Edits: []engine.Edit{{Source: "face", Target: "smiling face"}},
	}
	for i := range 8 {
		d.move(tb, i)
	}
	return d
}

// A move of the slider allocates nothing from the request to the picture with its
// owner, in any stage: reading the style, the generator's run, the person's matte,
// composing, pasting. The runtime's binding allocates nothing in a run, either.
func TestRealDragAllocatesNothing(t *testing.T) {
	d := realDrag(t)
	// Less than one: the runtime allocates now and then, too.
	if each, bytes := mallocs(30, func(i int) { d.move(t, i) }); each >= 1 {
		t.Errorf("a frame allocates %v times, %v bytes: want nothing", each, bytes)
	}
	if d.frame.Stage != engine.StagePreview || len(d.frame.Prompts) != 1 {
		t.Errorf("measured frames are %s with %d prompts", d.frame.Stage, len(d.frame.Prompts))
	}
}

// BenchmarkRealDrag is a move of the slider until its preview is with the owner,
// over the built pack.
func BenchmarkRealDrag(b *testing.B) {
	d := realDrag(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.move(b, i)
	}
}

// TestRealDrag drives the engine over the built pack as the window does: open,
// drag, rest, export.
func TestRealDrag(t *testing.T) {
	if _, err := onnx.Library(); err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	if _, err := pack.Find(""); err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	samples, err := assets.Samples()
	if err != nil || len(samples) == 0 {
		t.Fatalf("%d samples, %v", len(samples), err)
	}
	s := &screen{t: t}
	e := engine.New(engine.Config{Load: engine.Loader(engine.Options{Provider: "cpu"}), Post: s.post, Listener: s})
	defer e.Close()
	until := func(what string, done func() bool) {
		t.Helper()
		for end := time.Now().Add(2 * time.Minute); !done(); s.drain() {
			if len(s.failed) > 0 {
				t.Fatalf("%s: %s: %v", what, s.tasks[0], s.failed[0])
			}
			if time.Now().After(end) {
				t.Fatalf("%s: nothing after two minutes", what)
			}
			time.Sleep(time.Millisecond)
		}
	}
	until("loading", func() bool { return len(s.status) > 0 })
	if st := s.status[0]; !st.Ready || st.Provider != "cpu" || st.Resolution != 1024 || !(st.Threshold > 0) {
		t.Errorf("status %+v", st)
	}
	e.OpenReader(samples[0].Name, samples[0].Data)
	until("opening", func() bool { return len(s.opened) > 0 })
	subject := s.opened[0]
	r := edit(subject.Photo, 0, engine.QualityDrag)
	r.View, r.Threshold = image.Pt(600, 600), -1
	var newest uint64
	for i := range 8 { // each position waits for a frame, as a slow hand
		r.Edits[0].Strength = 0.2 * float64(i+1)
		newest = e.Post(r)
		until("dragging", func() bool { return len(s.painted) > 0 && s.last().Generation == newest })
		if f := s.last(); f.Stage != engine.StagePreview || len(f.Prompts) != 1 || f.Timings["total"] <= 0 {
			t.Errorf("frame %d is %s with %d prompts, timings %v", i, f.Stage, len(f.Prompts), f.Timings)
		}
	}
	r.Quality = engine.QualityRest
	newest = e.Post(r)
	until("resting", func() bool { return s.last().Generation == newest && s.last().Stage == engine.StageFinal })
	if got := s.last().Image.Rect.Size(); got.X > 600 || got.Y > 600 || max(got.X, got.Y) < min(600, max(subject.Size.X, subject.Size.Y)) {
		t.Errorf("a frame of %v for a view of 600×600 and a photo of %v", got, subject.Size)
	}
	out := filepath.Join(t.TempDir(), "o.png")
	e.Export(out)
	until("exporting", func() bool { return len(s.exported) > 0 })
	if _, err := os.Stat(out); err != nil {
		t.Error(err)
	}
}
