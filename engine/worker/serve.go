package worker

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"time"

	"deltaedit/engine"
)

// errNoModels is the error of a spare job for which no models could be opened.
var errNoModels = errors.New("the models could not be opened")

// run is the goroutine of the worker.
func (w *Worker) run() {
	defer close(w.ended)
	defer func() {
		if w.pipe != nil {
			_ = engine.Guard(w.pipe.Close)
		}
	}()
	w.load()
	for {
		j, ok := w.mail.take()
		if !ok {
			return
		}
		switch {
		case j.command != nil && j.command.phase == phaseLoad:
			w.useModels(j.command)
		case w.pipe == nil && !w.load():
			if j.spare != nil {
				j.spare.done <- errNoModels
			}
		case j.spare != nil:
			w.doSpare(j.spare)
		case j.command == nil:
			w.serve(j)
		case j.command.phase == phaseOpen:
			w.open(j.command)
		case j.command.phase == phaseRefine:
			w.refineFaces(j.command)
		default:
			w.export(j.command)
		}
		w.announce()
	}
}

// announce sends the pipeline's status when it has changed: models that load in the
// background may end up on another provider.
func (w *Worker) announce() {
	if w.pipe == nil {
		return
	}
	if st := w.pipe.Status(); st != w.status {
		w.sendStatus(st)
	}
}

func (w *Worker) sendStatus(st engine.Status) {
	w.status = st
	w.out.send(func(l engine.Listener) { l.Status(st) })
}

// attempt runs one phase, with progress, and reports whether it succeeded. The listener
// hears of errors, but not of a phase that was cancelled or that a newer request has
// made useless before it began.
func (w *Worker) attempt(p phase, r engine.Request, task engine.Task, f func(context.Context, engine.ProgressFunc) error) bool {
	return w.attemptTracked(p, r, task, func(ctx context.Context, tr *tracker) error { return f(ctx, tr.progress) })
}

// attemptTracked is attempt for work that counts its steps.
func (w *Worker) attemptTracked(p phase, r engine.Request, task engine.Task, f func(context.Context, *tracker) error) bool {
	ctx, ok := w.mail.begin(p, r)
	if !ok {
		return false
	}
	defer w.mail.end()
	w.tracker.begin(task)
	err := engine.Guard(func() error { return f(ctx, w.tracker) })
	w.tracker.end()
	if err == nil {
		return true
	}
	if !errors.Is(err, context.Canceled) {
		w.fail(task, err)
	}
	return false
}

func (w *Worker) fail(task engine.Task, err error) {
	w.failed = true
	w.out.send(func(l engine.Listener) { l.Failed(task, err) })
}

// load opens the models and reports whether that succeeded.
func (w *Worker) load() bool {
	return w.attempt(phaseLoad, engine.Request{}, engine.Task{Kind: engine.TaskLoadModels}, func(ctx context.Context, progress engine.ProgressFunc) error {
		p, err := w.cfg.Load(ctx, progress)
		if err != nil {
			return err
		}
		if p == nil {
			return errors.New("loading gave no models")
		}
		w.pipe = p
		w.announce()
		return nil
	})
}

// useModels opens other models, closes the old ones, and opens the photo again. Until
// the others are open, the old ones stay in use.
func (w *Worker) useModels(c *command) {
	load, pipe := w.cfg.Load, w.pipe
	w.cfg.Load, w.pipe = c.load, nil
	if !w.load() {
		w.cfg.Load, w.pipe = load, pipe
		w.resume()
		return
	}
	if pipe != nil {
		_ = engine.Guard(pipe.Close)
	}
	w.photo, w.interrupted = 0, false
	w.regions = nil
	w.pace.forget()
	if w.opened != nil {
		w.open(w.opened)
	}
}

func (w *Worker) open(c *command) {
	task := engine.Task{Kind: engine.TaskOpen, Name: c.source.Name}
	if c.random {
		task = engine.Task{Kind: engine.TaskGenerate}
	}
	ok := w.attempt(phaseOpen, engine.Request{}, task, func(ctx context.Context, progress engine.ProgressFunc) error {
		var s engine.Subject
		var err error
		id := w.lastID + 1
		if c.random {
			s, err = w.pipe.Random(ctx, id, c.seed, engine.Timings{}, progress)
		} else {
			s, err = w.pipe.Open(ctx, id, c.source, engine.Timings{}, progress)
		}
		if err != nil {
			return err
		}
		w.lastID, w.photo, s.Photo = id, id, id
		w.opened = c
		w.interrupted = false
		w.pace.forget()
		w.out.send(func(l engine.Listener) { l.Opened(s) })
		return nil
	})
	if !ok {
		w.resume()
	}
}

// resume posts the request again that an opening has interrupted, if any.
func (w *Worker) resume() {
	if w.interrupted {
		w.mail.restore(w.cutShort)
		w.interrupted = false
	}
}

func (w *Worker) export(c *command) {
	task := engine.Task{Kind: engine.TaskExport, Name: filepath.Base(c.path)}
	w.attempt(phaseExport, c.req, task, func(ctx context.Context, progress engine.ProgressFunc) error {
		if w.photo == 0 || c.req.Photo != w.photo {
			return engine.ErrNoPhoto
		}
		if err := w.pipe.Export(ctx, c.req, c.path, engine.Timings{}, progress); err != nil {
			return err
		}
		w.out.send(func(l engine.Listener) { l.Exported(c.path) })
		return nil
	})
}

// refineFaces refines the faces of the command's request, unless another photo has been
// opened since.
func (w *Worker) refineFaces(c *command) {
	if w.photo == 0 || c.req.Photo != w.photo {
		return
	}
	w.attempt(phaseRefine, c.req, engine.Task{Kind: engine.TaskRefine}, func(ctx context.Context, progress engine.ProgressFunc) error {
		done, err := w.pipe.Refine(ctx, c.req, c.steps, engine.Timings{}, progress)
		if err != nil {
			return err
		}
		photo := w.photo
		w.out.send(func(l engine.Listener) { l.Refined(photo, done) })
		return nil
	})
}

// serve serves a request.
func (w *Worker) serve(j job) {
	if j.request.Photo == 0 || j.request.Photo != w.photo {
		return
	}
	w.interrupted, w.failed = false, false
	if !w.coarseToFine(j) && !w.failed && !w.mail.cancelled() {
		w.cutShort, w.interrupted = j, true
	}
}

// coarseToFine sends the pictures of a request, from coarse to fine, and reports
// whether all phases were completed. Without edits it sends the photo at once and
// then inverts its face.
func (w *Worker) coarseToFine(j job) bool {
	r, start := j.request, time.Now()
	t := w.timings
	clear(t)
	if r.Quality == engine.QualityDrag {
		w.mail.notBefore(start.Add(w.pace.refresh))
	}
	if r.Unedited() {
		if !w.draw(j, engine.StageOriginal, phasePreview, t, nil, start) {
			return false
		}
		if r.Quality == engine.QualityRest {
			w.prepareAhead(r, t)
		}
		return true
	}
	diffuse := r.Renderer == engine.Diffusion && r.Quality == engine.QualityRest
	var prompts []engine.PromptReport
	ok := w.attempt(phaseInvert, r, engine.Task{Kind: engine.TaskInvert}, func(ctx context.Context, _ engine.ProgressFunc) error {
		return w.pipe.Invert(ctx, r, t)
	}) && w.attempt(phaseDirections, r, engine.Task{Kind: engine.TaskPrompts}, func(ctx context.Context, _ engine.ProgressFunc) error {
		var err error
		prompts, err = w.pipe.Directions(ctx, r, t)
		return err
	})
	if !ok {
		return false
	}
	if r.Untouched() {
		if !w.draw(j, engine.StageOriginal, phasePreview, t, prompts, start) {
			return false
		}
		if diffuse {
			w.prepareAhead(r, t)
		}
		return true
	}
	if r.Quality == engine.QualityDrag {
		stage := w.pace.dragged()
		if engine.Masked(r.Edits) && w.pipe.Kept(r, engine.StageFinal) { // a mask is painted
			stage = engine.StageFinal
		}
		return w.draw(j, stage, phasePreview, t, prompts, start)
	}
	if !w.pipe.Kept(r, engine.StageFinal) {
		if w.pace.previewed(r) && !w.draw(j, engine.StagePreview, phasePreview, t, prompts, start) {
			return false
		}
		clear(t)
		if diffuse && !w.diffuse(j, t, prompts, start) {
			return false
		}
	}
	return w.draw(j, engine.StageFinal, phaseFinal, t, prompts, start)
}

// prepareAhead computes what the first edit of the face will need. Errors are ignored:
// the edit will meet them again.
func (w *Worker) prepareAhead(r engine.Request, t engine.Timings) {
	quietly := func(p phase, f func(context.Context) error) bool {
		ctx, ok := w.mail.begin(p, r)
		if !ok {
			return false
		}
		defer w.mail.end()
		return engine.Guard(func() error { return f(ctx) }) == nil
	}
	if quietly(phaseInvert, func(ctx context.Context) error { return w.pipe.Invert(ctx, r, t) }) && r.Renderer == engine.Diffusion {
		r = r.WithoutEdits()
		quietly(phaseAhead, func(ctx context.Context) error {
			return w.pipe.Diffuse(ctx, r, t, func(engine.DiffusionStep) error { return nil })
		})
	}
}

// draw draws one stage and sends it.
func (w *Worker) draw(j job, stage engine.Stage, p phase, t engine.Timings, prompts []engine.PromptReport, start time.Time) bool {
	task := engine.Task{Kind: engine.TaskPreview}
	if p == phaseFinal {
		task.Kind = engine.TaskFinal
	}
	// A cached picture, or one by diffusion, says nothing about the generator's speed.
	learn := stage == engine.StageFinal && (j.request.Renderer == engine.GAN || j.request.Quality == engine.QualityDrag) && !w.pipe.Kept(j.request, stage)
	began, once := time.Now(), t[engine.TimingReconstruct]
	ok := w.attempt(p, j.request, task, func(ctx context.Context, _ engine.ProgressFunc) error {
		return w.frame(ctx, j, stage, t, prompts, start, func(c engine.FrameImage) error {
			return w.pipe.Draw(ctx, j.request, stage, c, t)
		})
	})
	if ok && learn {
		w.pace.took(time.Since(began) - (t[engine.TimingReconstruct] - once))
	}
	return ok
}

// frame lets paint draw a picture and sends it.
func (w *Worker) frame(ctx context.Context, j job, stage engine.Stage, t engine.Timings, prompts []engine.PromptReport, start time.Time, paint func(engine.FrameImage) error) error {
	err := paint(w.painter.image)
	buffer := w.painter.take()
	if err == nil && buffer == nil {
		err = errors.New("the pipeline drew no picture")
	}
	if err == nil {
		err = ctx.Err() // cancelled while the last pixels were drawn
	}
	if err != nil {
		w.out.discard(buffer)
		return err
	}
	t[engine.TimingTotal] = time.Since(start)
	clear(buffer.timings)
	maps.Copy(buffer.timings, t) // t will change
	st := w.pipe.Status()
	f := engine.Frame{
		Generation: j.generation,
		Photo:      j.request.Photo,
		Stage:      stage,
		Region:     j.request.Region,
		Provider:   st.Provider,
		Prompts:    prompts,
	}
	if j.request.Renderer == engine.Diffusion && st.DiffusionProvider != "" && (stage == engine.StageRefined || stage == engine.StageFinal) {
		f.Provider = st.DiffusionProvider
	}
	if j.request.WithRegions {
		if f.Regions, err = w.regionsOf(ctx, j.request); err != nil {
			w.out.discard(buffer)
			return err
		}
	}
	w.pace.sent(j.request, stage)
	w.out.sendFrame(f, buffer)
	return nil
}

// regionsOf returns the regions of the request's face, which do not change while its photo
// is open.
func (w *Worker) regionsOf(ctx context.Context, r engine.Request) (*engine.Regions, error) {
	if w.regions != nil && w.regionsFor.SameFace(r) {
		return w.regions, nil
	}
	found, err := w.pipe.Regions(ctx, r)
	if err == nil {
		w.regions, w.regionsFor = found, r
	}
	return found, err
}

// diffuse draws the request by diffusion and sends what its steps predict, no more
// often than the screen shows pictures.
func (w *Worker) diffuse(j job, t engine.Timings, prompts []engine.PromptReport, start time.Time) bool {
	var shown time.Time
	return w.attemptTracked(phaseDiffuse, j.request, engine.Task{Kind: engine.TaskDiffusionDraw}, func(ctx context.Context, tr *tracker) error {
		return w.pipe.Diffuse(ctx, j.request, t, func(d engine.DiffusionStep) error {
			tr.counted(engine.Task{Kind: d.Task}, d.Step, d.Steps)
			// After the last step the final picture follows.
			if d.Draw == nil || d.Step == d.Steps || time.Since(shown) < w.pace.refresh || w.out.frameWaits() {
				return nil
			}
			shown = time.Now()
			return w.frame(ctx, j, engine.StageRefined, t, prompts, start, d.Draw)
		})
	})
}
