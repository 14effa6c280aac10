package bench

import (
	"context"
	"errors"
	"slices"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/worker"
)

const (
	// dragFor is how long the slider is dragged. dragEvery is the time between two
	// moves, which is that between two images of a display.
	dragFor   = 3 * time.Second
	dragEvery = 16 * time.Millisecond
	// dragHolds is how often the time from a single move to its preview is measured.
	dragHolds = 9
	// dragDrops is how often the time from dropping the photo is measured.
	dragDrops = 3
)

// Drag is the result of dragging the slider, measured through the worker at the size of
// the window.
type Drag struct {
	Seconds float64 `json:"seconds"`
	Moves   int     `json:"moves"`
	Frames  int     `json:"frames"`
	// Full is the number of full-size frames: on fast machines they replace previews.
	Full int `json:"full_size_frames"`
	// FPS is the number of frames per second.
	FPS float64 `json:"frames_per_second"`
	// Gap is the 95th percentile of the time between two frames in milliseconds.
	Gap float64 `json:"gap_p95_ms"`
	// First is the median time from a move of the resting slider to its frame.
	First float64 `json:"first_preview_ms"`
	// Drop is the median time from dropping the photo (or from asking for another generated
	// face) to the first preview of an edit with a new prompt.
	Drop float64 `json:"drop_to_preview_ms"`

	photo uint64 // id of the photo, which stays open
}

// dragger owns the worker while the slider is dragged.
type dragger struct {
	soaker
	shown []time.Time // arrival times of edited frames
	full  int         // number of them in full size
}

var _ engine.Listener = (*dragger)(nil)

// Frame records the time of an edited frame.
func (d *dragger) Frame(f engine.Frame) {
	d.soaker.Frame(f)
	if f.Stage == engine.StageOriginal {
		return
	}
	d.shown = append(d.shown, time.Now())
	if f.Stage == engine.StageFinal {
		d.full++
	}
}

// borrowed is a pipeline that stays open when the worker is closed.
type borrowed struct{ engine.Pipeline }

// Close leaves the models open.
func (borrowed) Close() error { return nil }

// drag drags the slider for the given time, on a photo or, without one, on a generated
// face, which stays open afterwards.
func (s *bench) drag(ctx context.Context, src engine.Source, long time.Duration) (_ Drag, err error) {
	d := &dragger{soaker: soaker{queue: make(chan func(), 1<<12), every: soakEvery}}
	d.engine = worker.New(worker.Config{
		Load:     func(context.Context, engine.ProgressFunc) (engine.Pipeline, error) { return borrowed{s.Studio}, nil },
		Post:     func(f func()) { d.queue <- f },
		Listener: d,
	})
	defer d.engine.Close()
	if err := d.until(ctx, func() bool { return d.status.Ready }); err != nil {
		return Drag{}, err
	}
	var res Drag
	var r engine.Request
	var drops []float64
	for i := range dragDrops {
		var took time.Duration
		if r, took, err = d.drop(ctx, src, i); err != nil {
			return Drag{}, err
		}
		drops = append(drops, Milliseconds(took))
	}
	res.Drop, res.photo = percentile(drops, 0.5), r.Photo
	if res.First, err = d.holds(ctx, r); err != nil {
		return Drag{}, err
	}
	d.shown, d.full = d.shown[:0], 0
	start := time.Now()
	for time.Since(start) < long {
		d.move(r, -1+3*float64(res.Moves%100)/100, engine.QualityDrag)
		res.Moves++
		if err := d.pause(ctx, dragEvery); err != nil {
			return Drag{}, err
		}
	}
	spent := time.Since(start).Seconds()
	res.Seconds, res.Frames, res.Full = round(spent, 2), len(d.shown), d.full
	res.FPS = round(float64(res.Frames)/spent, 1)
	var gaps []float64
	for i := 1; i < len(d.shown); i++ {
		gaps = append(gaps, Milliseconds(d.shown[i].Sub(d.shown[i-1])))
	}
	if res.Frames == 0 {
		return res, errors.New("no frame came while the slider was dragged")
	}
	res.Gap = percentile(gaps, 0.95)
	return res, d.settle(ctx, r)
}

// drop opens the photo, as when it is dropped on the window, and waits for the preview of an
// edit with prompts that were not used before, then for its full image. It returns the
// request and the time to the preview.
func (d *dragger) drop(ctx context.Context, src engine.Source, i int) (r engine.Request, took time.Duration, err error) {
	start, before := time.Now(), d.subject.Photo
	switch {
	case src.Path != "":
		d.engine.Open(src.Path)
	case src.Data != nil:
		d.engine.OpenReader(src.Name, src.Data)
	default:
		d.engine.Random(int64(i))
	}
	if err := d.until(ctx, func() bool { return d.subject.Photo != before }); err != nil {
		return r, 0, err
	}
	r = request(-1-i, 1)
	r.Photo = d.subject.Photo
	g := d.engine.Post(r)
	if err := d.until(ctx, func() bool { return d.frame.Generation == g && d.frame.Stage != engine.StageOriginal }); err != nil {
		return r, 0, err
	}
	took = time.Since(start)
	return r, took, d.settle(ctx, r)
}

// holds moves the resting slider, waits for the preview, and returns the median time.
func (d *dragger) holds(ctx context.Context, r engine.Request) (float64, error) {
	var all []float64
	for i := range dragHolds {
		start := time.Now()
		g := d.move(r, 0.15+0.1*float64(i), engine.QualityDrag)
		if err := d.until(ctx, func() bool { return d.frame.Generation == g }); err != nil {
			return 0, err
		}
		all = append(all, Milliseconds(time.Since(start)))
	}
	return percentile(all, 0.5), nil
}

// move posts another strength.
func (d *dragger) move(r engine.Request, strength float64, q engine.Quality) uint64 {
	r.Edits = slices.Clone(r.Edits)
	r.Edits[0].Strength, r.Quality = strength, q
	return d.engine.Post(r)
}

// percentile returns the smallest value that at least the given share of the values does
// not exceed; 0 for no values.
func percentile(values []float64, share float64) float64 {
	if len(values) == 0 {
		return 0
	}
	v := slices.Sorted(slices.Values(values))
	i := 0
	for i+1 < len(v) && float64(i+1) < share*float64(len(v)) {
		i++
	}
	return v[i]
}
