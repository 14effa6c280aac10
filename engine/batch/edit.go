package batch

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"io"
	"slices"
	"sync"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/internal/budget"
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
// is only used on the goroutine that calls Run or Edit.
type Studio interface {
	Status() engine.Status
	Pack() recipe.Pack
	OpenDecoded(ctx context.Context, id uint64, d *studio.Decoded, t engine.Timings, progress engine.ProgressFunc) (engine.Subject, error)
	Invert(ctx context.Context, r engine.Request, t engine.Timings) error
	Directions(ctx context.Context, r engine.Request, t engine.Timings) ([]engine.PromptReport, error)
	Render(ctx context.Context, r engine.Request, t engine.Timings, progress engine.ProgressFunc) (*studio.Rendered, error)
}

// Edit does the edits of the groups that next returns, until next returns nil or ctx
// ends; next is called on another goroutine. Photos are decoded and images finished in
// the background, jobs of them at a time, from 1 to MaxJobs; the models edit one photo at
// a time, on the calling goroutine. All goroutines have ended when Edit returns, and all
// images that were rendered are finished.
func Edit(ctx context.Context, s Studio, jobs int, next func(context.Context) *Group) {
	e := &editor{studio: s, photos: budget.New(budgetPixels, jobs), pictures: budget.New(budgetPixels, jobs)}
	ready := make(chan *Group, jobs)
	e.others.Go(func() { e.feed(ctx, next, ready) })
	for g := range ready {
		select {
		case <-g.ready:
			e.group(ctx, g)
		case <-ctx.Done():
		}
		e.photos.Give(g.share)
	}
	e.others.Wait()
}

// editor is the state of one call of Edit.
type editor struct {
	studio   Studio
	photos   *budget.Budget // pixels of decoded photos
	pictures *budget.Budget // pixels of finished images
	others   sync.WaitGroup

	// The open photo, on the goroutine of the models.
	id      uint64
	photo   *studio.Decoded
	boxes   []image.Rectangle
	subject engine.Subject
}

// feed decodes photos in the order of the groups, as many ahead as the budget allows.
func (e *editor) feed(ctx context.Context, next func(context.Context) *Group, ready chan<- *Group) {
	defer close(ready)
	var before *Group
	for g := next(ctx); g != nil; g = next(ctx) {
		share, err := e.photos.Take(ctx, g.Pixels)
		if err != nil {
			return
		}
		g.share, g.ready = share, make(chan struct{})
		last := before
		e.others.Go(func() { g.decode(ctx, last) })
		before = g
		ready <- g // never blocks: its capacity is the maximum number of shares
	}
}

// group does the edits of one photo.
func (e *editor) group(ctx context.Context, g *Group) {
	t := engine.Timings{}
	start := time.Now()
	err, tried := g.err, g.err != nil
	var boxes []image.Rectangle
	for _, o := range g.Orders {
		if own := o.Line.boxes(); g.err == nil && (!tried || !slices.Equal(own, boxes)) {
			err, tried, boxes = e.open(ctx, g.photo, own, t), true, own
		}
		if ctx.Err() != nil {
			return
		}
		if o.Begin != nil && !o.Begin() {
			continue
		}
		var subject engine.Subject
		if err == nil {
			subject = e.subject
		}
		d := &Edited{line: o.Line, timings: t, err: err, result: newResult(o.Line, e.studio.Pack())}
		d.result.Provider = e.studio.Status().Provider
		if g.photo != nil {
			d.result.Photo = g.photo.SHA256()
		}
		if err == nil {
			o.Line.Face = subject.Chosen(o.Line.Face)
			d.result.Face = faceText(o.Line.Face)
		}
		d.result.Faces, d.result.Notices = subject.FaceResults(), subject.Notices
		e.order(ctx, g, o, d, start)
		t, start = engine.Timings{}, time.Now()
	}
}

// open opens a decoded photo in the studio, with boxes around faces, unless it is the open
// one with the same boxes.
func (e *editor) open(ctx context.Context, d *studio.Decoded, boxes []image.Rectangle, t engine.Timings) error {
	if d == e.photo && slices.Equal(boxes, e.boxes) {
		return nil
	}
	e.id++
	decoded := d == e.photo // before, for other boxes
	e.photo = nil
	err := engine.Guard(func() (err error) {
		e.subject, err = e.studio.OpenDecoded(ctx, e.id, d.Boxed(boxes), t, silent)
		return err
	})
	if decoded {
		delete(t, engine.TimingDecode)
	}
	if err == nil {
		e.photo, e.boxes = d, boxes
	}
	return err
}

// order edits the photo and has the image finished in the background.
func (e *editor) order(ctx context.Context, g *Group, o Order, d *Edited, start time.Time) {
	if d.err != nil {
		d.spent = time.Since(start)
		o.Finish(d)
		return
	}
	d.spent = time.Since(start) + d.timings["decode"]
	share, err := e.pictures.Take(ctx, e.pictureSize(g, o.Line))
	if err != nil {
		return
	}
	start = time.Now()
	d.err = engine.Guard(func() error { return e.edit(ctx, d, o.Line.Request(e.id)) })
	d.spent += time.Since(start)
	switch {
	case d.err != nil && ctx.Err() != nil: // cancelled
		e.pictures.Give(share)
	case d.err != nil:
		o.Finish(d)
		e.pictures.Give(share)
	default:
		e.others.Go(func() {
			defer e.pictures.Give(share)
			o.Finish(d)
		})
	}
}

// pictureSize returns the number of pixels of a line's output image.
func (e *editor) pictureSize(g *Group, l Line) int64 {
	if l.Aligned {
		side := int64(e.studio.Status().Resolution)
		return side * side
	}
	size := g.photo.Size()
	return int64(size.X) * int64(size.Y)
}

// edit renders the image of a request.
func (e *editor) edit(ctx context.Context, d *Edited, req engine.Request) error {
	if err := e.studio.Invert(ctx, req, d.timings); err != nil {
		return err
	}
	prompts, err := e.studio.Directions(ctx, req, d.timings)
	if err != nil {
		return err
	}
	d.result.Prompts = engine.PromptResults(d.line.Edits, prompts)
	if d.picture, err = e.studio.Render(ctx, req, d.timings, silent); err != nil {
		return err
	}
	st := e.studio.Status()
	d.result.Provider = st.Provider // the one that was actually used
	if req.Renderer == engine.Diffusion {
		d.result.Steps = cmp.Or(req.Steps, st.DiffusionSteps)
		d.result.Provider = cmp.Or(st.DiffusionProvider, st.Provider)
	}
	if used, one := engine.UsedThreshold(req.Threshold, prompts); one {
		d.result.Threshold = &used
	}
	return nil
}

// Edited is an edit that the models are done with. It is not safe for concurrent use.
type Edited struct {
	line    Line
	timings engine.Timings
	spent   time.Duration // working time so far, without waiting
	err     error
	result  Result
	picture *studio.Rendered
}

// Err says why the edit failed; nil when there is an image.
func (d *Edited) Err() error { return d.err }

// Store lets put write the image with the function that it is given. An error of put
// becomes the result's.
func (d *Edited) Store(put func(encode func(io.Writer) error) error) {
	if d.err != nil {
		return
	}
	start := time.Now()
	h := sha256.New()
	d.err = engine.Guard(func() error {
		return put(func(w io.Writer) error { return d.picture.Encode(io.MultiWriter(w, h)) })
	})
	if d.err != nil {
		return
	}
	size := d.picture.Size()
	d.result.Size = &[2]int{size.X, size.Y}
	d.result.SHA256 = hex.EncodeToString(h.Sum(nil))
	d.timings["encode"] = time.Since(start)
	d.spent += d.timings["encode"]
}

// Result returns the finished result; it needs the image no more.
func (d *Edited) Result() Result {
	d.picture = nil
	d.result.Status = StatusOK
	if d.err != nil {
		d.result.fail(d.err)
	}
	d.timings["total"] = d.spent
	d.result.Timings = d.timings.Contract()
	return d.result
}

func silent(engine.Task, float64) {}
