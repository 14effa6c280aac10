package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nfnt/resize"

	"deltaedit/engine"
	"deltaedit/engine/face"
)

// backend is a slow engine with a mailbox of one. It sends frames of older
// requests too late on purpose: every third preview is delivered again after
// the next one, which the window must not paint.
type backend struct {
	listener engine.Listener
	post     func(func())
	delay    time.Duration

	mu         sync.Mutex
	generation uint64
	pending    *engine.Request
	strengths  map[uint64]float64
	photo      image.Image
	photos     uint64
	wake       chan struct{}
	stop       chan struct{}
	gone       chan struct{}
}

func newBackend(l engine.Listener, post func(func()), delay time.Duration) *backend {
	b := &backend{
		listener: l, post: post, delay: delay, strengths: map[uint64]float64{},
		wake: make(chan struct{}, 1), stop: make(chan struct{}), gone: make(chan struct{}),
	}
	post(func() {
		l.Status(engine.Status{Ready: true, Pack: "faces", Provider: "cpu", Threshold: 0.03, Resolution: 1024, PreviewResolution: 256, DiffusionSteps: 20})
	})
	go b.run()
	return b
}

func (b *backend) run() {
	defer close(b.gone)
	var late *engine.Frame
	for n := 0; ; n++ {
		select {
		case <-b.stop:
			return
		case <-b.wake:
		}
		b.mu.Lock()
		r, gen := b.pending, b.generation
		b.pending = nil
		b.mu.Unlock()
		if r == nil {
			continue
		}
		time.Sleep(b.delay)
		b.send(b.frame(*r, gen, engine.StagePreview))
		if late != nil {
			b.send(*late)
			late = nil
		}
		if n%3 == 0 {
			f := b.frame(*r, gen, engine.StagePreview)
			late = &f
		}
		if r.Quality == engine.QualityRest && r.Renderer == engine.Diffusion && !b.diffuse(*r, gen) {
			continue
		}
		if r.Quality == engine.QualityRest {
			time.Sleep(3 * b.delay)
			b.send(b.frame(*r, gen, engine.StageFinal))
		}
	}
}

// diffuse sends the steps of a diffusion until a newer request comes, and reports
// whether none did.
func (b *backend) diffuse(r engine.Request, gen uint64) bool {
	const steps = 20
	defer b.post(func() { b.listener.Progress(engine.Progress{Done: true}) })
	for i := range steps {
		time.Sleep(b.delay)
		if b.Generation() != gen {
			return false
		}
		b.post(func() {
			b.listener.Progress(engine.Progress{
				Task: engine.Task{Kind: engine.TaskDiffusionDraw}, Fraction: float64(i+1) / steps,
				Step: i + 1, Steps: steps, Left: time.Duration(steps-i-1) * b.delay,
			})
		})
		b.send(b.frame(r, gen, engine.StageRefined))
	}
	return true
}

func (b *backend) send(f engine.Frame) { b.post(func() { b.listener.Frame(f) }) }

// frame is the photo under a veil whose grey is the strength's.
func (b *backend) frame(r engine.Request, gen uint64, stage engine.Stage) engine.Frame {
	b.mu.Lock()
	photo := b.photo
	b.mu.Unlock()
	whole := photo.Bounds().Sub(photo.Bounds().Min)
	region := r.Region.Intersect(whole)
	if region.Empty() {
		region = whole
	}
	// Cut out first, as only a part may be wanted.
	part := image.NewRGBA(image.Rectangle{Max: region.Size()})
	draw.Draw(part, part.Rect, photo, photo.Bounds().Min.Add(region.Min), draw.Src)
	photo = part
	size := region.Size()
	if size.X > r.View.X || size.Y > r.View.Y {
		photo = resize.Thumbnail(uint(r.View.X), uint(r.View.Y), photo, resize.Bilinear)
		size = photo.Bounds().Size()
	}
	img := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(img, img.Rect, photo, photo.Bounds().Min, draw.Src)
	if len(r.Edits) > 0 {
		level := uint8(255 * (r.Edits[0].Strength + 2) / 4)
		veil := image.NewUniform(color.NRGBA{level, level, level, 0xa0})
		sx, sy := float64(size.X)/float64(region.Dx()), float64(size.Y)/float64(region.Dy())
		veiled := whole.Inset(min(whole.Dx(), whole.Dy()) / 8).Sub(region.Min)
		draw.Draw(img, image.Rect(
			int(sx*float64(veiled.Min.X)), int(sy*float64(veiled.Min.Y)),
			int(sx*float64(veiled.Max.X)), int(sy*float64(veiled.Max.Y))), veil, image.Point{}, draw.Over)
	} else {
		stage = engine.StageOriginal
	}
	var reports []engine.PromptReport
	for _, e := range r.Edits {
		reports = append(reports, engine.PromptReport{
			Source: e.Source, Target: e.Target, Known: e.Target != "zombie",
			Nearest: []engine.Concept{{Name: "pale skin", Cosine: 0.3}, {Name: "old face", Cosine: 0.2}},
		})
	}
	return engine.Frame{
		Generation: gen, Photo: r.Photo, Stage: stage, Image: img, Region: r.Region, Provider: "cpu",
		Timings: engine.Timings{"total": b.delay}, Prompts: reports,
	}
}

func (b *backend) strengthOf(gen uint64) float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.strengths[gen]
}

func (b *backend) Post(r engine.Request) uint64 {
	b.mu.Lock()
	b.generation++
	b.pending = &r
	if len(r.Edits) > 0 {
		b.strengths[b.generation] = r.Edits[0].Strength
	}
	gen := b.generation
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return gen
}

func (b *backend) Generation() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.generation
}

func (b *backend) Open(path string) {
	go func() {
		data, err := os.ReadFile(path)
		if err != nil {
			b.post(func() { b.listener.Failed(engine.Task{Kind: engine.TaskOpen, Name: filepath.Base(path)}, err) })
			return
		}
		b.decode(path, filepath.Base(path), data)
	}()
}

func (b *backend) OpenSource(src engine.Source) {
	if src.Path != "" {
		b.Open(src.Path)
		return
	}
	go b.decode("", src.Name, src.Data)
}

func (b *backend) decode(path, name string, data []byte) {
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		b.post(func() {
			b.listener.Failed(engine.Task{Kind: engine.TaskOpen, Name: name}, errors.New("not an image: choose a JPEG or PNG file"))
		})
		return
	}
	b.put(img, engine.Subject{Path: path, Name: name})
}

func (b *backend) put(img image.Image, sub engine.Subject) {
	b.mu.Lock()
	b.photo = img
	b.photos++
	sub.Photo = b.photos
	b.mu.Unlock()
	sub.Size = img.Bounds().Size()
	third := image.Pt(sub.Size.X/3, sub.Size.Y/3)
	sub.Faces = []engine.FaceBox{{Box: image.Rectangle{Min: third, Max: third.Mul(2)}, Score: 0.9}}
	if sub.Random {
		corner := image.Rect(20, 20, 20+third.X/2, 20+third.Y/2)
		sub.Faces = append(sub.Faces, engine.FaceBox{Box: corner, Score: 0.8})
	}
	b.post(func() { b.listener.Opened(sub) })
}

func (b *backend) Random(seed int64) {
	img := image.NewRGBA(image.Rect(0, 0, 1024, 1024))
	draw.Draw(img, img.Rect, image.NewUniform(color.RGBA{uint8(seed), 0x80, 0x60, 0xff}), image.Point{}, draw.Src)
	b.put(img, engine.Subject{Random: true, Seed: seed})
	b.post(func() {
		b.listener.Progress(engine.Progress{Task: engine.Task{Kind: engine.TaskGenerate}, Fraction: 0.4})
	})
}

func (b *backend) Cancel() {
	b.post(func() {
		b.listener.Progress(engine.Progress{Done: true})
		b.listener.Failed(engine.Task{Kind: engine.TaskOpen, Name: "x.jpg"}, face.ErrNoFace)
	})
}

// Use only says that the pack is in use.
func (b *backend) Use(o engine.Options) {
	b.post(func() { b.listener.Status(engine.Status{Ready: true, Pack: o.Pack, Provider: "cpu", Threshold: 0.03}) })
}

func (b *backend) Refine(steps int) {
	b.mu.Lock()
	photo := b.photos
	b.mu.Unlock()
	b.post(func() { b.listener.Refined(photo, []engine.Refinement{{Face: 1, Steps: steps}}) })
}

func (b *backend) Export(path string) {
	go func() {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
		if err == nil {
			_, err = io.WriteString(f, "fake")
			err = errors.Join(err, f.Close())
		}
		b.post(func() {
			if err != nil {
				b.listener.Failed(engine.Task{Kind: engine.TaskExport}, err)
				return
			}
			b.listener.Exported(path)
		})
	}()
}

// Spare does no work: this engine only pretends.
func (b *backend) Spare(ctx context.Context, _ func(context.Context, engine.Pipeline) error) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-b.stop:
		return engine.ErrClosed
	}
}

func (b *backend) Close() {
	close(b.stop)
	<-b.gone
}
