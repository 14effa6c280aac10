package ui

import (
	"context"
	"image"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/worker"
)

// flat is a pipeline whose pictures cost nothing but their pixels. What it does not
// have is not asked for.
type flat struct {
	engine.Pipeline
	prompts []engine.PromptReport
}

func (flat) Status() engine.Status { return engine.Status{Ready: true, Provider: "cpu"} }
func (flat) Close() error          { return nil }

func (flat) Random(_ context.Context, id uint64, seed int64, _ engine.Timings, _ engine.ProgressFunc) (engine.Subject, error) {
	return engine.Subject{Photo: id, Random: true, Seed: seed, Size: image.Pt(1024, 1024), Faces: []engine.FaceBox{{}}}, nil
}

func (flat) Invert(context.Context, engine.Request, engine.Timings) error { return nil }

func (p flat) Directions(context.Context, engine.Request, engine.Timings) ([]engine.PromptReport, error) {
	return p.prompts, nil
}

func (flat) Kept(engine.Request, engine.Stage) bool { return false }

func (flat) Draw(_ context.Context, r engine.Request, _ engine.Stage, c engine.FrameImage, _ engine.Timings) error {
	img := c(image.Pt(800, 600))
	for i := range img.Pix {
		img.Pix[i] = uint8(i) + uint8(len(r.Edits))
	}
	return nil
}

func (p flat) Variant(ctx context.Context, r engine.Request, stage engine.Stage, c engine.FrameImage) error {
	return p.Draw(ctx, r, stage, c, nil)
}

// BenchmarkPostToCanvas is a move of the slider from the request to the picture on
// the window's canvas, through the engine, without what draws it. What is allocated
// is the status line's, four times a second.
func BenchmarkPostToCanvas(b *testing.B) {
	r := newRig(b)
	queue := make(chan func(), 64)
	e := worker.New(worker.Config{
		Load: func(context.Context, engine.ProgressFunc) (engine.Pipeline, error) {
			return flat{prompts: []engine.PromptReport{{Source: "face", Target: "smile", Known: true}}}, nil
		},
		Post: func(f func()) { queue <- f }, Listener: r.editor, Refresh: 1,
	})
	defer e.Close()
	var shown uint64
	r.editor.painted = func(f engine.Frame) { shown = f.Generation }
	until := func(ok func() bool) {
		for !ok() {
			(<-queue)()
		}
	}
	e.Random(1)
	until(r.editor.open)
	q := engine.Request{
		Photo: r.editor.subject.Photo, View: image.Pt(800, 600), Quality: engine.QualityDrag,
		Edits: []engine.Edit{{Source: "face", Target: "smile"}},
	}
	i := 0
	move := func() {
		i++
		q.Edits[0].Strength = 0.01 + float64(i%100)/100
		g := e.Post(q)
		until(func() bool { return shown == g })
	}
	move()
	b.ReportAllocs()
	for b.Loop() {
		move()
	}
}
