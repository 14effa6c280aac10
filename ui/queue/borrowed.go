package queue

import (
	"context"
	"errors"

	"deltaedit/engine"
	"deltaedit/engine/batch"
	"deltaedit/engine/recipe"
	"deltaedit/engine/studio"
)

// errModels ends a run when the window has changed the models.
var errModels = errors.New("other models are in use")

// Aside is the Studio of the real engine: it edits photos beside the open one.
func Aside(p engine.Pipeline) (batch.Studio, error) {
	s, ok := p.(interface{ Aside() *studio.Aside })
	if !ok {
		return nil, errors.New("this engine edits one photo at a time")
	}
	return s.Aside(), nil
}

// borrowed is a batch.Studio that works in the spare time of an engine. Its methods wait
// for that. It belongs to one goroutine.
type borrowed struct {
	spare  Spare
	studio Studio
	stop   context.CancelCauseFunc // ends the run

	owner  engine.Pipeline // nil until open
	inner  batch.Studio
	pack   recipe.Pack
	status engine.Status
}

var _ batch.Studio = (*borrowed)(nil)

// open finds out what the engine is.
func (b *borrowed) open(ctx context.Context) error {
	return b.do(ctx, func(context.Context) error { return nil })
}

// do runs f with the engine's models.
func (b *borrowed) do(ctx context.Context, f func(context.Context) error) error {
	err := b.spare(ctx, func(ctx context.Context, p engine.Pipeline) error {
		switch {
		case b.owner == nil:
			inner, err := b.studio(p)
			if err != nil {
				return err
			}
			b.owner, b.inner, b.pack = p, inner, inner.Pack()
		case b.owner != p: // the photo that was open in the old one is lost
			b.stop(errModels)
			return errModels
		}
		err := f(ctx)
		b.status = b.inner.Status()
		return err
	})
	if errors.Is(err, engine.ErrClosed) {
		b.stop(err) // so that it is not taken for a fault of the photo
	}
	return err
}

func (b *borrowed) Status() engine.Status { return b.status }
func (b *borrowed) Pack() recipe.Pack     { return b.pack }

func (b *borrowed) OpenDecoded(ctx context.Context, id uint64, d *studio.Decoded, t engine.Timings, progress engine.ProgressFunc) (sub engine.Subject, err error) {
	err = b.do(ctx, func(ctx context.Context) (err error) {
		sub, err = b.inner.OpenDecoded(ctx, id, d, t, progress)
		return err
	})
	return sub, err
}

func (b *borrowed) Invert(ctx context.Context, r engine.Request, t engine.Timings) error {
	return b.do(ctx, func(ctx context.Context) error { return b.inner.Invert(ctx, r, t) })
}

func (b *borrowed) Directions(ctx context.Context, r engine.Request, t engine.Timings) (out []engine.PromptReport, err error) {
	err = b.do(ctx, func(ctx context.Context) (err error) {
		out, err = b.inner.Directions(ctx, r, t)
		return err
	})
	return out, err
}

func (b *borrowed) Render(ctx context.Context, r engine.Request, t engine.Timings, progress engine.ProgressFunc) (out *studio.Rendered, err error) {
	err = b.do(ctx, func(ctx context.Context) (err error) {
		out, err = b.inner.Render(ctx, r, t, progress)
		return err
	})
	return out, err
}
