package batch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"

	"deltaedit/engine/atomicfile"
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

// writers is the number of images that a Collector writes at a time.
const writers = 16

// Collector puts results that were made elsewhere into the folder, many at a time: a disk
// flushes a hundred images nearly as fast as one. Add and Commit may run beside each
// other, but neither beside itself.
type Collector struct {
	recorder *recorder
	pack     recipe.Pack
	files    *atomicfile.Group

	mu     sync.Mutex
	todo   map[string]Line // by id, without a result
	staged []staged
}

// staged is a result whose image is written but may not be on the disk yet.
type staged struct {
	line   Line
	result Result
}

// Collect returns a Collector for the edits that are left, of results made with a pack.
// It passes on the results of earlier runs. Options.Jobs is not used. The Collector must
// be closed after use.
func Collect(w *Work, pk recipe.Pack, o Options) (*Collector, error) {
	rec, err := newRecorder(w, o)
	c := &Collector{recorder: rec, pack: pk, files: atomicfile.NewGroup(w.dir, tempPrefix), todo: make(map[string]Line, len(w.todo))}
	for _, l := range w.todo {
		c.todo[l.ID] = l
	}
	return c, err
}

// Close removes the images that were not committed.
func (c *Collector) Close() { c.files.Discard() }

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

// Add writes images, several at once; Commit records them. It checks what it is given:
// only the line's own file is written, and only with the image that the result describes.
// Results of lines that have one, and of lines that are not in the plan, are left out. It
// returns the results that were refused. After an error nothing more can be recorded.
func (c *Collector) Add(ctx context.Context, list []Received) (refused []Refused, err error) {
	files, fctx := errgroup.WithContext(ctx)
	files.SetLimit(writers)
	for _, rec := range list {
		l, ok := c.claim(rec.Result)
		if !ok {
			continue
		}
		if err := c.check(rec); err != nil {
			refused = append(refused, Refused{l, fmt.Errorf("the result of line %d (%q) is refused: %w", l.Number, l.ID, err)})
			c.unclaim(l)
			continue
		}
		res := rec.Result
		res.Line, res.In, res.Out = l.Number, l.In, l.Out
		files.Go(func() error {
			if res.Status == StatusOK {
				if err := c.write(fctx, l, rec.Picture); err != nil {
					return err
				}
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			c.staged = append(c.staged, staged{l, res})
			return nil
		})
	}
	return refused, files.Wait()
}

// claim takes the line of a result out of those that have none.
func (c *Collector) claim(r Result) (Line, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, ok := c.todo[r.ID]
	if ok = ok && l.Fingerprint() == r.Plan; ok {
		delete(c.todo, r.ID)
	}
	return l, ok
}

// unclaim puts a line back.
func (c *Collector) unclaim(l Line) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.todo[l.ID] = l
}

// Commit flushes the images that were added, gives them their names, and records their
// results, each in one flush. It returns the lines that were recorded. After an error
// nothing more can be recorded.
func (c *Collector) Commit() ([]Line, error) {
	c.mu.Lock()
	list := c.staged
	c.staged = nil
	c.mu.Unlock()
	lines, results := make([]Line, len(list)), make([]Result, len(list))
	for i, s := range list {
		lines[i], results[i] = s.line, s.result
	}
	if err := c.files.Commit(); err != nil {
		return nil, fmt.Errorf("write pictures: %w: make room and go on with --resume", err)
	}
	return lines, c.recorder.record(results...)
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
	err := photo.CheckTarget(filepath.Join(c.recorder.work.dir, l.Out), l.Path)
	if err == nil {
		err = c.files.Stage(l.Out, picture)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w: make room and go on with --resume", l.Out, err)
	}
	return nil
}
