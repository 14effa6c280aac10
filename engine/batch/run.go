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
)

// MaxJobs bounds Options.Jobs.
const MaxJobs = 64

// budgetPixels is how many pixels of photos, and as many of finished pictures,
// are held at a time; one of the largest size that can be edited fits alone. A
// pixel takes 4 bytes.
const budgetPixels = photo.MaxPixels

// Studio is what a batch asks of the engine; *engine.Studio is one. Only the
// goroutine that calls Run uses it.
type Studio interface {
	Status() engine.Status
	Pack() recipe.Pack
	OpenDecoded(ctx context.Context, id uint64, d *engine.Decoded, t engine.Timings, report engine.Report) (engine.Subject, error)
	Invert(ctx context.Context, r engine.Request, t engine.Timings) error
	Directions(ctx context.Context, r engine.Request, t engine.Timings) ([]engine.PromptReport, error)
	Render(ctx context.Context, r engine.Request, t engine.Timings, report engine.Report) (*engine.Rendered, error)
}

// Options say how to run.
type Options struct {
	// Jobs, 1 to MaxJobs, is how many photos are held decoded at a time, and
	// how many finished pictures wait for or are in encoding; fewer when they
	// are large. The pictures do not depend on it.
	Jobs int
	// Results gets the journal's line of every edit of the plan: first those
	// of the edits that were done before, then each new one as it is appended.
	Results io.Writer
	// Done is told of every new result, one at a time, from any goroutine.
	Done func(Result, Counts)
}

// Counts of a batch's edits: Before were done by earlier runs, OK and Failed in
// this one.
type Counts struct{ Total, Before, OK, Failed int }

// Run does what is left: decoding, the engine's work and encoding side by side,
// the engine's on the calling goroutine and one at a time. With one job results
// come in the plan's order, with more a little out of it. An edit that fails
// does not stop the others and is no error of Run.
//
// When ctx ends Run stops soon: pictures that are rendered are still written and
// recorded, the others are left for another run. It then returns ctx's error,
// unless everything was done. An error of the journal or of Results stops the
// batch as well. All goroutines have ended when it returns.
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

// runner is a batch at work.
type runner struct {
	studio   Studio
	work     *Work
	options  Options
	stop     context.CancelCauseFunc
	photos   *budget // pixels of decoded photos
	pictures *budget // pixels of finished pictures
	others   sync.WaitGroup

	mu     sync.Mutex // for what follows, the journal and options.Results
	counts Counts
	broken bool // the journal or Results
}

// feed decodes photos in the plan's order, as far ahead as the budget lets it.
func (r *runner) feed(ctx context.Context, ready chan<- *group) {
	defer close(ready)
	for _, g := range groups(r.work.todo) {
		share, err := r.photos.take(ctx, pixels(g.lines[0].Path))
		if err != nil {
			return
		}
		g.share = share
		r.others.Go(g.decode)
		ready <- g // as many as it holds are out at most
	}
}

// group works off the lines about one photo.
func (r *runner) group(ctx context.Context, id uint64, g *group) {
	t := engine.Timings{}
	var subject engine.Subject
	start := time.Now()
	err := g.err
	if err == nil {
		err = guard(func() (err error) {
			subject, err = r.studio.OpenDecoded(ctx, id, g.photo, t, silent)
			return err
		})
	}
	for _, l := range g.lines {
		if ctx.Err() != nil {
			return
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

// job is one line at work.
type job struct {
	line    Line
	timings engine.Timings
	spent   time.Duration // so far, without waiting
	err     error
	result  Result
	picture *engine.Rendered
}

// line does the engine's part of an edit and hands the picture on.
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
	j.err = guard(func() error { return r.edit(ctx, j, j.line.Request(id)) })
	j.spent += time.Since(start)
	switch {
	case j.err != nil && ctx.Err() != nil: // abandoned
		r.pictures.give(share)
	case j.err != nil:
		r.record(j)
		r.pictures.give(share)
	default:
		r.others.Go(func() {
			defer r.pictures.give(share)
			j.err = guard(func() error { return r.write(j) })
			r.record(j)
		})
	}
}

// pictureSize returns how many pixels a line's picture will have.
func (r *runner) pictureSize(g *group, l Line) int64 {
	if l.Aligned {
		side := int64(r.studio.Status().Resolution)
		return side * side
	}
	size := g.photo.Size()
	return int64(size.X) * int64(size.Y)
}

// edit is what the command edit asks of the engine.
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
	j.result.Provider = st.Provider // of what really ran
	if req.Engine == engine.Diffusion {
		j.result.Steps = cmp.Or(req.Steps, st.DiffusionSteps)
		j.result.Provider = cmp.Or(st.DiffusionProvider, st.Provider)
	}
	if req.Threshold < 0 {
		req.Threshold = st.Threshold
	}
	j.result.Threshold = &req.Threshold
	return nil
}

// write encodes the picture into its file.
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

// record puts a line's result into the journal and tells of it.
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

func silent(string, float64) {}
