package studio

import (
	"context"
	"errors"
	"image"
	"io"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/delta"
	"deltaedit/engine/diffusion"
	"deltaedit/engine/face"
	"deltaedit/engine/invert"
	"deltaedit/engine/prompt"
	"deltaedit/engine/refine"
	"deltaedit/engine/studio/outline"
	"deltaedit/engine/synth"
)

// The models, by what the Studio asks of them. The packages face, invert, refine,
// diffusion, prompt, delta and synth implement them; tests have their own.
type (
	detector interface {
		io.Closer
		Detect(ctx context.Context, img *image.NRGBA) ([]face.Face, error)
		Mark(ctx context.Context, img *image.NRGBA, box image.Rectangle, faces []face.Face) ([]face.Face, int, error)
		outline.Landmarks
	}
	segmenter interface {
		io.Closer
		Side() int
		Photo(ctx context.Context, aligned *image.RGBA) (face.Matte, error)
		Picture(ctx context.Context, side int, planar []float32) (face.Matte, error)
	}
	parser interface {
		io.Closer
		Side() int
		Photo(ctx context.Context, aligned *image.RGBA) (face.Parts, error)
		Picture(ctx context.Context, side int, planar []float32) (face.Parts, error)
	}
	inverter interface {
		io.Closer
		Invert(ctx context.Context, aligned *image.RGBA) (invert.Code, error)
		Side() int
		Provider() string
		Notice() string
	}
	refiner interface {
		io.Closer
		Refine(ctx context.Context, code invert.Code, aligned *image.RGBA, n int, draw refine.Draw, progress refine.Progress) (refine.Result, error)
	}
	denoiser interface {
		io.Closer
		Spec() diffusion.Spec
		Encode(picture []float32, c diffusion.Condition, steps int) (*diffusion.Walk, error)
		Decode(noise []float32, c diffusion.Condition, steps int) (*diffusion.Walk, error)
		Provider() string
		Notice() string
	}
	textEncoder interface {
		io.Closer
		Text(ctx context.Context, text string) ([]float32, error)
		Delta(ctx context.Context, source, target string) (prompt.Direction, error)
	}
	imageEncoder interface {
		io.Closer
		Vector(ctx context.Context, aligned *image.RGBA) ([]float32, error)
	}
	mapper interface {
		io.Closer
		Delta(ctx context.Context, style, imageVector, delta []float32) ([]float32, error)
		Apply(dst, style []float32, shifts []delta.Shift, threshold float64) []float32
		Check(style []float32, shifts []delta.Shift) error
		Threshold() float64
	}
	generator interface {
		io.Closer
		RandomCode(ctx context.Context, seed int64, truncation float32) (style, wplus []float32, err error)
		Preview(ctx context.Context, style, offset []float32) (synth.Picture, error)
		Full(ctx context.Context, style, offset []float32) (synth.Picture, error)
		SetWPlus(wplus []float32) error
		SetReference(ctx context.Context, style []float32) error
		Size() int
		PreviewSize() int
		OffsetSide() int
		Provider() string
		Notice() string
		Wait(ctx context.Context) error
	}
)

// lazy opens a model at its first use, or ahead of it, and tries again after a failure.
// Not safe for concurrent use.
type lazy[T io.Closer] struct {
	open  func() (T, error) // may run on another goroutine
	model T
	ready bool
	took  time.Duration // time that the owner spent waiting
	ahead chan opened[T]
}

// opened is a model that was opened ahead, or the error.
type opened[T io.Closer] struct {
	model T
	err   error
}

// begin starts to open the model in the background, unless that has begun already.
func (l *lazy[T]) begin() {
	if l.ready || l.ahead != nil || l.open == nil {
		return
	}
	ahead := make(chan opened[T], 1)
	l.ahead = ahead
	go func() {
		var o opened[T]
		o.err = engine.Guard(func() (err error) {
			o.model, err = l.open()
			return err
		})
		ahead <- o
	}()
}

func (l *lazy[T]) get(ctx context.Context) (T, error) {
	if l.ready {
		return l.model, nil
	}
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	start := time.Now()
	defer func() { l.took += time.Since(start) }()
	var o opened[T]
	if l.ahead == nil {
		o.model, o.err = l.open()
	} else {
		select {
		case o = <-l.ahead:
			l.ahead = nil
		case <-ctx.Done():
			return none, ctx.Err() // opening continues in the background
		}
	}
	if o.err != nil {
		return none, o.err
	}
	l.model, l.ready = o.model, true
	return o.model, nil
}

// poll returns the model, or the error, once it has been opened ahead, and whether that is
// so. It does not wait. After that the model is the caller's.
func (l *lazy[T]) poll() (o opened[T], done bool) {
	select {
	case o = <-l.ahead: // never when it is nil
		l.ahead = nil
		return o, true
	default:
		return o, false
	}
}

// Close closes the model if it is open, or waits for it if begin was called.
func (l *lazy[T]) Close() error {
	if l.ahead != nil {
		o := <-l.ahead
		l.ahead = nil
		l.model, l.ready = o.model, o.err == nil
	}
	if !l.ready {
		return nil
	}
	l.ready = false
	return l.model.Close()
}

// closeAll closes everything and joins the errors.
func closeAll(closers ...io.Closer) error {
	var errs []error
	for _, c := range closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
