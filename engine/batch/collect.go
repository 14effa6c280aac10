package batch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
)

// recorder writes results to the journal and reports them. It is safe for concurrent
// use.
type recorder struct {
	work    *Work
	options Options

	mu     sync.Mutex // guards the fields below, the journal and options.Results
	counts Counts
	broken bool // writing the journal or Results has failed
}

// newRecorder returns a recorder after it has passed on the results of earlier runs.
func newRecorder(w *Work, o Options) (*recorder, error) {
	r := &recorder{work: w, options: o, counts: Counts{Total: len(w.done) + len(w.todo), Before: len(w.done)}}
	for _, e := range w.done {
		if _, err := o.Results.Write(e.raw); err != nil {
			return r, fmt.Errorf("write results: %w", err)
		}
	}
	return r, nil
}

// record writes finished results, all in one flush. After an error it does nothing.
func (r *recorder) record(results ...Result) error {
	lines := make([][]byte, len(results))
	for i, res := range results {
		var err error
		if lines[i], err = res.marshal(); err != nil {
			return r.fail(err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken {
		return nil
	}
	if err := r.work.journal.append(lines...); err != nil {
		r.broken = true
		return err
	}
	for i, res := range results {
		if _, err := r.options.Results.Write(lines[i]); err != nil {
			r.broken = true
			return fmt.Errorf("write results: %w", err)
		}
		if res.Status == StatusOK {
			r.counts.OK++
		} else {
			r.counts.Failed++
		}
		r.options.Done(res, r.counts)
	}
	return nil
}

func (r *recorder) fail(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken = true
	return err
}

// writers is the number of images that a Collector writes at a time. Flushing a file
// takes a disk as long as flushing several at once.
const writers = 16

// Collector puts results that were made elsewhere into the folder. Its methods are not
// safe for concurrent use.
type Collector struct {
	recorder *recorder
	pack     recipe.Pack
	todo     map[string]Line // by id, without a result
}

// Collect returns a Collector for the edits that are left, of results made with a pack.
// It passes on the results of earlier runs. Options.Jobs is not used.
func Collect(w *Work, pk recipe.Pack, o Options) (*Collector, error) {
	rec, err := newRecorder(w, o)
	c := &Collector{recorder: rec, pack: pk, todo: make(map[string]Line, len(w.todo))}
	for _, l := range w.todo {
		c.todo[l.ID] = l
	}
	return c, err
}

// Counts returns the numbers so far.
func (c *Collector) Counts() Counts {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	return c.recorder.counts
}

// Received is a result that was made elsewhere, with its image as a PNG file; nil when
// the edit failed.
type Received struct {
	Result  Result
	Picture []byte
}

// Refused is a result that was not recorded, and why.
type Refused struct {
	Line Line
	Err  error
}

// Add writes images, several at once, and records their results. It checks what it is
// given: only the line's own file is written, and only with the image that the result
// describes. Results of lines that have one, and of lines that are not in the plan, are
// left out. It returns the lines that were recorded, and the results that were refused.
// After an error nothing more can be recorded.
func (c *Collector) Add(ctx context.Context, list []Received) (recorded []Line, refused []Refused, err error) {
	var results []Result
	files, fctx := errgroup.WithContext(ctx)
	files.SetLimit(writers)
	for _, rec := range list {
		l, ok := c.todo[rec.Result.ID]
		if !ok || l.Fingerprint() != rec.Result.Plan || slices.ContainsFunc(recorded, func(o Line) bool { return o.ID == l.ID }) {
			continue
		}
		if err := c.check(rec); err != nil {
			refused = append(refused, Refused{l, fmt.Errorf("the result of line %d (%q) is refused: %w", l.Number, l.ID, err)})
			continue
		}
		res := rec.Result
		res.Line, res.In, res.Out = l.Number, l.In, l.Out
		results, recorded = append(results, res), append(recorded, l)
		if res.Status == StatusOK {
			files.Go(func() error { return c.write(fctx, l, rec.Picture) })
		}
	}
	if err := files.Wait(); err != nil {
		return nil, nil, err
	}
	if err := c.recorder.record(results...); err != nil {
		return nil, nil, err
	}
	for _, l := range recorded {
		delete(c.todo, l.ID)
	}
	return recorded, refused, nil
}

// pngHead is how every PNG file begins.
var pngHead = []byte("\x89PNG\r\n\x1a\n")

// check compares a result with its image and with the pack.
func (c *Collector) check(r Received) error {
	switch r.Result.Status {
	case StatusFailed:
		return nil
	case StatusOK:
	default:
		return fmt.Errorf("its status is %q, want ok or failed", r.Result.Status)
	}
	sum := sha256.Sum256(r.Picture)
	switch {
	case r.Result.Pack.Manifest != c.pack.Manifest:
		return fmt.Errorf("it was made with the pack %.8s…, want %.8s…", r.Result.Pack.Manifest, c.pack.Manifest)
	case !bytes.HasPrefix(r.Picture, pngHead):
		return errors.New("its picture is no PNG file")
	case hex.EncodeToString(sum[:]) != r.Result.SHA256:
		return errors.New("its picture has another SHA-256 than it says")
	}
	return nil
}

// write writes the image of a line.
func (c *Collector) write(ctx context.Context, l Line, picture []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	path := filepath.Join(c.recorder.work.dir, l.Out)
	if err := photo.CheckTarget(path, l.Path); err != nil {
		return err
	}
	err := replace(path, func(f *os.File) error {
		_, err := f.Write(picture)
		return err
	})
	if err != nil {
		return fmt.Errorf("write %s: %w: make room and go on with --resume", l.Out, err)
	}
	return nil
}
