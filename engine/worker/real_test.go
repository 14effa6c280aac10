package worker_test

import (
	"context"
	"image"
	"os"
	"path/filepath"
	"testing"
	"time"

	"deltaedit/assets"
	"deltaedit/engine"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
	"deltaedit/engine/studio"
	"deltaedit/engine/worker"
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
	d.engine = worker.New(worker.Config{
		Load: studio.Loader(engine.Options{Provider: "cpu"}),
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

// BenchmarkRealDrag is a move of the slider until its preview is with the owner,
// over the built pack.
func BenchmarkRealDrag(b *testing.B) {
	d := realDrag(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.move(b, i)
	}
}

// BenchmarkRealDragOfAStack is BenchmarkRealDrag of the first of five changes.
func BenchmarkRealDragOfAStack(b *testing.B) {
	d := realDrag(b)
	for _, target := range []string{"face with glasses", "face with open eyes", "face with red lips", "face with thick eyebrows"} {
		d.r.Edits = append(d.r.Edits, engine.Edit{Source: "face", Target: target, Strength: 0.5})
	}
	for i := range 8 {
		d.move(b, i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.move(b, i)
	}
}

// BenchmarkRealDragCutsVariants is BenchmarkRealDrag where every move comes in the middle
// of a variant that is being drawn in spare time.
func BenchmarkRealDragCutsVariants(b *testing.B) {
	d := realDrag(b)
	began := make(chan struct{})
	r := d.r
	r.View, r.Quality = image.Pt(92, 92), engine.QualityRest
	go func() {
		n := 0
		_ = d.engine.Spare(b.Context(), func(ctx context.Context, p engine.Pipeline) error {
			for {
				select {
				case began <- struct{}{}:
				case <-ctx.Done():
					return ctx.Err()
				}
				n++
				v := r
				v.Edits = []engine.Edit{{Source: "face", Target: "old face", Strength: 0.5 + float64(n%100)/100}}
				err := p.Variant(ctx, v, engine.StagePreview, func(size image.Point) *image.RGBA { return image.NewRGBA(image.Rectangle{Max: size}) })
				if err != nil {
					return err
				}
			}
		})
	}()
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		<-began
		time.Sleep(10 * time.Millisecond)
		b.StartTimer()
		d.move(b, i)
	}
}

// TestRealDrag drives the engine over the built pack as the window does: open,
// drag, rest, export. A move of the slider allocates nothing from the request to the
// picture with its owner, in any stage: reading the style, the generator's run (the
// runtime's binding allocates nothing in one, either), the person's matte, composing,
// pasting.
func TestRealDrag(t *testing.T) {
	if _, err := onnx.Library(); err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	if _, err := pack.Find(""); err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	d := realDrag(t)
	if st := d.status; !st.Ready || st.Provider != "cpu" || st.Resolution != 1024 || !(st.Threshold > 0) {
		t.Errorf("status %+v", st)
	}
	each, bytes := mallocs(30, func(i int) { d.move(t, i) })
	if each >= fewMallocs() {
		t.Errorf("a frame allocates %v times, %v bytes: want less than %v", each, bytes, fewMallocs())
	}
	if f := d.frame; f.Stage != engine.StagePreview || len(f.Prompts) != 1 || f.Timings["total"] <= 0 {
		t.Errorf("a frame is %s with %d prompts, timings %v", f.Stage, len(f.Prompts), f.Timings)
	}
	d.r.View, d.r.Quality = image.Pt(600, 600), engine.QualityRest
	newest := d.engine.Post(d.r)
	d.until(t, func() bool { return d.frame.Generation == newest && d.frame.Stage == engine.StageFinal })
	size := d.subject.Size
	if got := d.frame.Image.Rect.Size(); got.X > 600 || got.Y > 600 || max(got.X, got.Y) < min(600, max(size.X, size.Y)) {
		t.Errorf("a frame of %v for a view of 600×600 and a photo of %v", got, size)
	}
	out := filepath.Join(t.TempDir(), "o.png")
	d.engine.Export(out)
	d.until(t, func() bool { return d.exported != "" })
	if _, err := os.Stat(out); err != nil {
		t.Error(err)
	}
}
