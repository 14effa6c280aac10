package batch

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"deltaedit/engine"
)

// Options are the options of Run and Collect.
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

// Left is the number of edits without a result.
func (c Counts) Left() int { return c.Total - c.Before - c.OK - c.Failed }

// Run does the edits that are left, as Edit does. With one job the results are in the
// order of the plan, with more jobs roughly so. An edit that fails does not stop the
// others and is not an error of Run.
//
// When ctx ends, Run writes and records the images that are already rendered, leaves
// the others for another run, and returns ctx's error. An error of the journal or of
// Results also stops the batch. All goroutines have ended when Run returns.
func Run(ctx context.Context, s Studio, w *Work, o Options) (Counts, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	rec, err := newRecorder(w, o)
	if err != nil {
		return rec.counts, err
	}
	left := groups(w.todo)
	Edit(ctx, s, o.Jobs, func(context.Context) *Group {
		if len(left) == 0 {
			return nil
		}
		lines := left[0]
		left = left[1:]
		path := lines[0].Path
		g := &Group{
			Pixels: Pixels(path),
			Photo:  func(context.Context) (engine.Source, error) { return engine.Source{Path: path}, nil },
		}
		for _, l := range lines {
			g.Orders = append(g.Orders, Order{Line: l, Begin: o.began(l), Finish: func(d *Edited) {
				d.Store(func(encode func(io.Writer) error) error { return w.write(d, encode) })
				if err := rec.record(d.Result()); err != nil {
					stop(err)
				}
			}})
		}
		return g
	})
	if rec.counts.Left() > 0 || rec.broken {
		return rec.counts, context.Cause(ctx)
	}
	return rec.counts, nil
}

// began returns what reports that an edit comes to the models; nil if nobody asks.
func (o Options) began(l Line) func() bool {
	if o.Began == nil {
		return nil
	}
	return func() bool {
		o.Began(l)
		return true
	}
}

// write encodes an image into its file.
func (w *Work) write(d *Edited, encode func(io.Writer) error) error {
	path := filepath.Join(w.dir, d.line.Out)
	if err := d.picture.CheckTarget(path); err != nil {
		return err
	}
	if err := replace(path, func(f *os.File) error { return encode(f) }); err != nil {
		return fmt.Errorf("write %s: %w", d.line.Out, err)
	}
	return nil
}
