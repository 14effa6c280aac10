package engine

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"time"
)

// run is the engine goroutine.
func (e *Engine) run() {
	defer close(e.gone)
	defer func() {
		if e.pipe != nil {
			_ = guard(e.pipe.Close)
		}
	}()
	e.load()
	for {
		j, ok := e.mail.take()
		if !ok {
			return
		}
		switch {
		case j.command != nil && j.command.step == stepLoad:
			e.swap(j.command)
		case e.pipe == nil && !e.load():
		case j.command == nil:
			e.serve(j)
		case j.command.step == stepOpen:
			e.open(j.command)
		case j.command.step == stepRefine:
			e.refineFaces(j.command)
		default:
			e.export(j.command)
		}
		e.announce()
	}
}

// announce sends the pipeline's status when it is another than the last sent:
// parts that load in the background may end up on another provider.
func (e *Engine) announce() {
	if e.pipe == nil {
		return
	}
	if st := e.pipe.Status(); st != e.status {
		e.tell(st)
	}
}

func (e *Engine) tell(st Status) {
	e.status = st
	e.out.send(func(l Listener) { l.Status(st) })
}

// attempt runs one step with progress, and reports whether it succeeded. It
// tells the listener about failures that were not asked for. A step that was
// never begun or was cancelled returns false and says nothing; after a failure
// the job is not worth another try.
func (e *Engine) attempt(s step, r Request, task string, f func(context.Context, Report) error) bool {
	return e.follow(s, r, task, func(ctx context.Context, tr *tracker) error { return f(ctx, tr.report) })
}

// follow is attempt for work that tells the tracker more than a Report can.
func (e *Engine) follow(s step, r Request, task string, f func(context.Context, *tracker) error) bool {
	ctx, ok := e.mail.begin(s, r)
	if !ok {
		return false
	}
	defer e.mail.end()
	e.tracker.begin(task)
	err := guard(func() error { return f(ctx, e.tracker) })
	e.tracker.end()
	if err == nil {
		return true
	}
	if !errors.Is(err, context.Canceled) {
		e.fail(task, err)
	}
	return false
}

func (e *Engine) fail(task string, err error) {
	e.failed = true
	e.out.send(func(l Listener) { l.Failed(task, err) })
}

// load opens the models and reports whether they are there.
func (e *Engine) load() bool {
	return e.attempt(stepLoad, Request{}, "Loading the models", func(ctx context.Context, report Report) error {
		p, err := e.cfg.Load(ctx, func(p Progress) { report(p.Task, p.Fraction) })
		if err != nil {
			return err
		}
		if p == nil {
			return errors.New("loading gave no models")
		}
		e.pipe = p
		e.announce()
		return nil
	})
}

// swap opens another pack, then closes the one in use, and puts the photo on the
// table again. Until the other is open, the one in use stays.
func (e *Engine) swap(c *command) {
	load, pipe := e.cfg.Load, e.pipe
	e.cfg.Load, e.pipe = c.load, nil
	if !e.load() {
		e.cfg.Load, e.pipe = load, pipe
		e.resume()
		return
	}
	if pipe != nil {
		_ = guard(pipe.Close)
	}
	e.photo, e.isCut = 0, false
	e.pace.forget()
	if e.shown != nil {
		e.open(e.shown)
	}
}

func (e *Engine) open(c *command) {
	task := "Opening " + c.source.Name
	if c.random {
		task = "Generating a face"
	}
	ok := e.attempt(stepOpen, Request{}, task, func(ctx context.Context, report Report) error {
		var s Subject
		var err error
		id := e.lastID + 1
		if c.random {
			s, err = e.pipe.Random(ctx, id, c.seed, Timings{}, report)
		} else {
			s, err = e.pipe.Open(ctx, id, c.source, Timings{}, report)
		}
		if err != nil {
			return err
		}
		e.lastID, e.photo, s.Photo = id, id, id
		e.shown = c
		e.isCut = false
		e.pace.forget()
		e.out.send(func(l Listener) { l.Opened(s) })
		return nil
	})
	if !ok {
		e.resume()
	}
}

// resume makes the request that an opening cut short, if any, pending again.
func (e *Engine) resume() {
	if e.isCut {
		e.mail.restore(e.cut)
		e.isCut = false
	}
}

func (e *Engine) export(c *command) {
	task := "Exporting " + filepath.Base(c.path)
	e.attempt(stepExport, c.req, task, func(ctx context.Context, report Report) error {
		if e.photo == 0 || c.req.Photo != e.photo {
			return ErrNoPhoto
		}
		if err := e.pipe.Export(ctx, c.req, c.path, Timings{}, report); err != nil {
			return err
		}
		e.out.send(func(l Listener) { l.Exported(c.path) })
		return nil
	})
}

// refineFaces fits the faces of the command's request, unless another photo has
// come since.
func (e *Engine) refineFaces(c *command) {
	if e.photo == 0 || c.req.Photo != e.photo {
		return
	}
	e.attempt(stepRefine, c.req, TaskRefine, func(ctx context.Context, report Report) error {
		done, err := e.pipe.Refine(ctx, c.req, c.steps, Timings{}, report)
		if err != nil {
			return err
		}
		photo := e.photo
		e.out.send(func(l Listener) { l.Refined(photo, done) })
		return nil
	})
}

// serve works a request through its steps, from coarse to fine.
func (e *Engine) serve(j job) {
	if j.request.Photo == 0 || j.request.Photo != e.photo {
		return
	}
	e.isCut, e.failed = false, false
	if !e.sharpen(j) && !e.failed && !e.mail.cancelled() {
		e.cut, e.isCut = j, true
	}
}

// sharpen goes from coarse to fine. It returns false when a step was cut short
// or failed. Without edits the photo is shown at once and its face reconstructed
// meanwhile.
func (e *Engine) sharpen(j job) bool {
	r, start := j.request, time.Now()
	t := e.timings
	clear(t)
	if r.Quality == QualityDrag {
		e.mail.notBefore(start.Add(e.pace.refresh))
	}
	if len(r.Edits) == 0 {
		if !e.draw(j, StageOriginal, stepPreview, t, nil, start) {
			return false
		}
		if r.Quality == QualityRest {
			e.warm(r, t)
		}
		return true
	}
	diffuse := r.Engine == Diffusion && r.Quality == QualityRest
	var prompts []PromptReport
	ok := e.attempt(stepInvert, r, "Reconstructing the face", func(ctx context.Context, _ Report) error {
		return e.pipe.Invert(ctx, r, t)
	}) && e.attempt(stepDirections, r, "Reading the prompts", func(ctx context.Context, _ Report) error {
		var err error
		prompts, err = e.pipe.Directions(ctx, r, t)
		return err
	})
	if !ok {
		return false
	}
	if r.Untouched() {
		if !e.draw(j, StageOriginal, stepPreview, t, prompts, start) {
			return false
		}
		if diffuse {
			e.warm(r, t)
		}
		return true
	}
	if r.Quality == QualityDrag {
		return e.draw(j, e.pace.dragged(), stepPreview, t, prompts, start)
	}
	if !e.pipe.Kept(r, StageFinal) {
		if e.pace.previewed(r) && !e.draw(j, StagePreview, stepPreview, t, prompts, start) {
			return false
		}
		clear(t)
		if diffuse && !e.diffuse(j, t, prompts, start) {
			return false
		}
	}
	return e.draw(j, StageFinal, stepFinal, t, prompts, start)
}

// warm does what the first edit of the face will need, while nobody waits.
// Its errors come back when they matter.
func (e *Engine) warm(r Request, t Timings) {
	quietly := func(s step, f func(context.Context) error) bool {
		ctx, ok := e.mail.begin(s, r)
		if !ok {
			return false
		}
		defer e.mail.end()
		return guard(func() error { return f(ctx) }) == nil
	}
	if quietly(stepInvert, func(ctx context.Context) error { return e.pipe.Invert(ctx, r, t) }) && r.Engine == Diffusion {
		r.Edits = nil
		quietly(stepAhead, func(ctx context.Context) error {
			return e.pipe.Diffuse(ctx, r, t, func(DiffusionStep) error { return nil })
		})
	}
}

// draw paints one stage and sends it.
func (e *Engine) draw(j job, stage Stage, s step, t Timings, prompts []PromptReport, start time.Time) bool {
	task := "Drawing the picture"
	if s == stepFinal {
		task = "Drawing the full-size picture"
	}
	// What is kept, and what the diffusion drew, tells nothing of the generator.
	learn := stage == StageFinal && (j.request.Engine == GAN || j.request.Quality == QualityDrag) && !e.pipe.Kept(j.request, stage)
	began, once := time.Now(), t[lapReconstruct]
	ok := e.attempt(s, j.request, task, func(ctx context.Context, _ Report) error {
		return e.frame(ctx, j, stage, t, prompts, start, func(c Canvas) error {
			return e.pipe.Draw(ctx, j.request, stage, c, t)
		})
	})
	if ok && learn {
		e.pace.took(time.Since(began) - (t[lapReconstruct] - once))
	}
	return ok
}

// frame has a picture painted and sends it.
func (e *Engine) frame(ctx context.Context, j job, stage Stage, t Timings, prompts []PromptReport, start time.Time, paint func(Canvas) error) error {
	err := paint(e.easel.canvas)
	sheet := e.easel.take()
	if err == nil && sheet == nil {
		err = errors.New("the pipeline drew no picture")
	}
	if err == nil {
		err = ctx.Err() // superseded while the last pixels were painted
	}
	if err != nil {
		e.out.discard(sheet)
		return err
	}
	t[lapTotal] = time.Since(start)
	clear(sheet.timings)
	maps.Copy(sheet.timings, t) // t goes on being written
	st := e.pipe.Status()
	f := Frame{
		Generation: j.generation,
		Photo:      j.request.Photo,
		Stage:      stage,
		Provider:   st.Provider,
		Prompts:    prompts,
	}
	if j.request.Engine == Diffusion && st.DiffusionProvider != "" && (stage == StageRefined || stage == StageFinal) {
		f.Provider = st.DiffusionProvider
	}
	e.pace.sent(j.request, stage)
	e.out.sendFrame(f, sheet)
	return nil
}

// diffuse draws the request by diffusion and shows what its steps see, as fast as
// they are painted.
func (e *Engine) diffuse(j job, t Timings, prompts []PromptReport, start time.Time) bool {
	var shown time.Time
	return e.follow(stepDiffuse, j.request, TaskDiffusionDraw, func(ctx context.Context, tr *tracker) error {
		return e.pipe.Diffuse(ctx, j.request, t, func(d DiffusionStep) error {
			tr.counted(d.Task, d.Step, d.Steps)
			// The last step is followed by the picture itself.
			if d.Draw == nil || d.Step == d.Steps || time.Since(shown) < e.pace.refresh || e.out.frameWaits() {
				return nil
			}
			shown = time.Now()
			return e.frame(ctx, j, StageRefined, t, prompts, start, d.Draw)
		})
	})
}

// guard runs f and turns a panic into an error.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = newPanicError(p)
		}
	}()
	return f()
}
