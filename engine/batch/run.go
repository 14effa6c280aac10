package batch

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
	"deltaedit/engine/studio"
)

// MaxJobs is the maximum of Options.Jobs.
const MaxJobs = 64

// budgetPixels is the maximum number of pixels of decoded photos, and also of finished
// images, in memory at a time. A pixel takes 4 bytes. One photo of the maximum size
// just fits.
const budgetPixels = photo.MaxPixels

// Studio is the part of the engine that a batch uses; *studio.Studio implements it. It
// is only used on the goroutine that calls Run.
type Studio interface {
	Status() engine.Status
	Pack() recipe.Pack
	OpenDecoded(ctx context.Context, id uint64, d *studio.Decoded, t engine.Timings, progress engine.ProgressFunc) (engine.Subject, error)
	Invert(ctx context.Context, r engine.Request, t engine.Timings) error
	Directions(ctx context.Context, r engine.Request, t engine.Timings) ([]engine.PromptReport, error)
	Render(ctx context.Context, r engine.Request, t engine.Timings, progress engine.ProgressFunc) (*studio.Rendered, error)
}

// Options are the options of Run.
type Options struct {
	// Jobs, from 1 to MaxJobs, is the maximum number of decoded photos, and of finished
	// images that are not written yet. It is lower for large images. The images do not
	// depend on it.
	Jobs int
	// Results receives the journal line of every edit of the plan: first those of
	// earlier runs, then the new ones.
	Results io.Writer
	// Done is called for every new result, one at a time, on any goroutine.
	Done func(Result, Counts)
	// Began, if set, is called on the calling goroutine when an edit comes to the models.
	Began func(Line)
}

// Counts are numbers of edits: Before were done by earlier runs, OK and Failed in this
// run.
type Counts struct{ Total, Before, OK, Failed int }

// Run does the edits that are left. Photos are decoded and images encoded in the
// background; the models edit one photo at a time, on the calling goroutine. With one
// job the results are in the order of the plan, with more jobs roughly so. An edit that
// fails does not stop the others and is not an error of Run.
//
// When ctx ends, Run writes and records the images that are already rendered, leaves
// the others for another run, and returns ctx's error. An error of the journal or of
// Results also stops the batch. All goroutines have ended when Run returns.
func Run(ctx context.Context, s Studio, w *Work, o Options) (Counts, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r := &runner{
		studio: s, work: w, options: o, stop: stop,
		counts: Counts{Total: len(w.done) + len(w.todo), Before: len(w.done)},
		photos: newBudget(budgetPixels, o.Jobs), pictures: newBudget(budgetPixels, o.Jobs),
	}
	for _, e := range w.done {
		if _, err := o.Results.Write(e.raw); err != nil {
			return r.counts, fmt.Errorf("write results: %w", err)
		}
	}
	ready := make(chan *group, o.Jobs)
	r.others.Go(func() { r.feed(ctx, ready) })
	id := uint64(0)
	for g := range ready {
		id++
		select {
		case <-g.ready:
			r.group(ctx, id, g)
		case <-ctx.Done():
		}
		r.photos.give(g.share)
	}
	r.others.Wait()
	c := r.counts
	if c.Before+c.OK+c.Failed < c.Total || r.broken {
		return c, context.Cause(ctx)
	}
	return c, nil
}

// runner is the state of one call of Run.
type runner struct {
	studio   Studio
	work     *Work
	options  Options
	stop     context.CancelCauseFunc
	photos   *budget // pixels of decoded photos
	pictures *budget // pixels of finished images
	others   sync.WaitGroup

	mu     sync.Mutex // guards the fields below, the journal and options.Results
	counts Counts
	broken bool // writing the journal or Results has failed
}

// feed decodes photos in the order of the plan, as many ahead as the budget allows.
func (r *runner) feed(ctx context.Context, ready chan<- *group) {
	defer close(ready)
	for _, g := range groups(r.work.todo) {
		share, err := r.photos.take(ctx, pixels(g.lines[0].Path))
		if err != nil {
			return
		}
		g.share = share
		r.others.Go(g.decode)
		ready <- g // never blocks: its capacity is the maximum number of shares
	}
}

// group does the edits of one photo.
func (r *runner) group(ctx context.Context, id uint64, g *group) {
	t := engine.Timings{}
	var subject engine.Subject
	start := time.Now()
	err := g.err
	if err == nil {
		err = engine.Guard(func() (err error) {
			subject, err = r.studio.OpenDecoded(ctx, id, g.photo, t, silent)
			return err
		})
	}
	for _, l := range g.lines {
		if ctx.Err() != nil {
			return
		}
		if r.options.Began != nil {
			r.options.Began(l)
		}
		j := &job{line: l, timings: t, err: err, result: newResult(l, r.studio.Pack())}
		j.result.Provider = r.studio.Status().Provider
		if g.photo != nil {
			j.result.Photo = g.photo.SHA256()
		}
		j.result.Faces = subject.FaceResults()
		r.line(ctx, id, g, j, start)
		t, start = engine.Timings{}, time.Now()
	}
}

// job is an edit in progress.
type job struct {
	line    Line
	timings engine.Timings
	spent   time.Duration // working time so far, without waiting
	err     error
	result  Result
	picture *studio.Rendered
}

// line edits the photo and has the image written in the background.
func (r *runner) line(ctx context.Context, id uint64, g *group, j *job, start time.Time) {
	if j.err != nil {
		j.spent = time.Since(start)
		r.record(j)
		return
	}
	j.spent = time.Since(start) + j.timings["decode"]
	share, err := r.pictures.take(ctx, r.pictureSize(g, j.line))
	if err != nil {
		return
	}
	start = time.Now()
	j.err = engine.Guard(func() error { return r.edit(ctx, j, j.line.Request(id)) })
	j.spent += time.Since(start)
	switch {
	case j.err != nil && ctx.Err() != nil: // cancelled
		r.pictures.give(share)
	case j.err != nil:
		r.record(j)
		r.pictures.give(share)
	default:
		r.others.Go(func() {
			defer r.pictures.give(share)
			j.err = engine.Guard(func() error { return r.write(j) })
			r.record(j)
		})
	}
}

// pictureSize returns the number of pixels of a line's output image.
func (r *runner) pictureSize(g *group, l Line) int64 {
	if l.Aligned {
		side := int64(r.studio.Status().Resolution)
		return side * side
	}
	size := g.photo.Size()
	return int64(size.X) * int64(size.Y)
}

// edit renders the image of a request.
func (r *runner) edit(ctx context.Context, j *job, req engine.Request) error {
	if err := r.studio.Invert(ctx, req, j.timings); err != nil {
		return err
	}
	prompts, err := r.studio.Directions(ctx, req, j.timings)
	if err != nil {
		return err
	}
	j.result.Prompts = engine.PromptResults(j.line.Edits, prompts)
	if j.picture, err = r.studio.Render(ctx, req, j.timings, silent); err != nil {
		return err
	}
	st := r.studio.Status()
	j.result.Provider = st.Provider // the one that was actually used
	if req.Renderer == engine.Diffusion {
		j.result.Steps = cmp.Or(req.Steps, st.DiffusionSteps)
		j.result.Provider = cmp.Or(st.DiffusionProvider, st.Provider)
	}
	if used, one := engine.UsedThreshold(req.Threshold, prompts); one {
		j.result.Threshold = &used
	}
	return nil
}

// write encodes the image into its file.
func (r *runner) write(j *job) error {
	start := time.Now()
	path := filepath.Join(r.work.dir, j.line.Out)
	if err := j.picture.CheckTarget(path); err != nil {
		return err
	}
	h := sha256.New()
	err := replace(path, func(f *os.File) error { return j.picture.Encode(io.MultiWriter(f, h)) })
	if err != nil {
		return fmt.Errorf("write %s: %w", j.line.Out, err)
	}
	size := j.picture.Size()
	j.result.Size = &[2]int{size.X, size.Y}
	j.result.SHA256 = hex.EncodeToString(h.Sum(nil))
	j.timings["encode"] = time.Since(start)
	j.spent += j.timings["encode"]
	return nil
}

// record writes the result of an edit to the journal and reports it.
func (r *runner) record(j *job) {
	j.picture = nil
	j.result.Status = StatusOK
	if j.err != nil {
		j.result.Status, j.result.Error = StatusFailed, j.err.Error()
	}
	j.timings["total"] = j.spent
	j.result.Timings = j.timings.Contract()
	line, err := j.result.marshal()

	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken {
		return
	}
	if err == nil {
		err = r.work.journal.append(line)
	}
	if err == nil {
		if _, werr := r.options.Results.Write(line); werr != nil {
			err = fmt.Errorf("write results: %w", werr)
		}
	}
	if err != nil {
		r.broken = true
		r.stop(err)
		return
	}
	if j.err != nil {
		r.counts.Failed++
	} else {
		r.counts.OK++
	}
	r.options.Done(j.result, r.counts)
}

func silent(engine.Task, float64) {}
