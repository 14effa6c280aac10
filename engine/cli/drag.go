package cli

import (
	"context"
	"errors"
	"slices"
	"time"

	"deltaedit/engine"
)

const (
	// dragFor is how long the slider is dragged, dragEvery how often it moves: as
	// often as a display shows where it is.
	dragFor   = 3 * time.Second
	dragEvery = 16 * time.Millisecond
	// dragHolds is how often the time from a single move to its preview is taken.
	dragHolds = 9
)

// dragResult is what a drag of the slider looks like, through the engine's mailbox
// and in the window's size.
type dragResult struct {
	Seconds float64 `json:"seconds"`
	Moves   int     `json:"moves"`
	Frames  int     `json:"frames"`
	// Full counts those of the frames that were in full size, which takes the place
	// of previews where it is as fast as a screen.
	Full int `json:"full_size_frames"`
	// FPS are frames a second.
	FPS float64 `json:"frames_per_second"`
	// Gap is the 95th percentile of the time between two frames in milliseconds.
	Gap float64 `json:"gap_p95_ms"`
	// First is the median time from a move of the resting slider to its frame.
	First float64 `json:"first_preview_ms"`
}

// dragger is the engine's owner while the slider is dragged.
type dragger struct {
	soaker
	shown []time.Time // when frames of an edit came
	full  int         // how many in full size
}

var _ engine.Listener = (*dragger)(nil)

// Frame notes frames of an edit.
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

// borrowed is a pipeline that goes on living when the engine is closed.
type borrowed struct{ engine.Pipeline }

// Close leaves the models open.
func (borrowed) Close() error { return nil }

// drag drags the slider over a photo, or a face that is made where there is none,
// for so long. The studio has that photo on its table afterwards.
func (s *session) drag(ctx context.Context, src engine.Source, long time.Duration) (_ dragResult, err error) {
	d := &dragger{soaker: soaker{queue: make(chan func(), 1<<12), every: soakEvery}}
	d.engine = engine.New(engine.Config{
		Load:     func(context.Context, func(engine.Progress)) (engine.Pipeline, error) { return borrowed{s.Studio}, nil },
		Post:     func(f func()) { d.queue <- f },
		Listener: d,
	})
	defer d.engine.Close()
	if err := d.until(ctx, func() bool { return d.status.Ready }); err != nil {
		return dragResult{}, err
	}
	switch {
	case src.Path != "":
		d.engine.Open(src.Path)
	case src.Data != nil:
		d.engine.OpenReader(src.Name, src.Data)
	default:
		d.engine.Random(1)
	}
	if err := d.until(ctx, func() bool { return d.subject.Photo != 0 }); err != nil {
		return dragResult{}, err
	}
	r := benchRequest(0, 1)
	r.Photo = d.subject.Photo
	if err := d.settle(ctx, r); err != nil {
		return dragResult{}, err
	}
	var res dragResult
	if res.First, err = d.holds(ctx, r); err != nil {
		return dragResult{}, err
	}
	d.shown, d.full = d.shown[:0], 0
	start := time.Now()
	for time.Since(start) < long {
		d.move(r, -1+3*float64(res.Moves%100)/100, engine.QualityDrag)
		res.Moves++
		if err := d.pause(ctx, dragEvery); err != nil {
			return dragResult{}, err
		}
	}
	spent := time.Since(start).Seconds()
	res.Seconds, res.Frames, res.Full = round(spent, 2), len(d.shown), d.full
	res.FPS = round(float64(res.Frames)/spent, 1)
	var gaps []float64
	for i := 1; i < len(d.shown); i++ {
		gaps = append(gaps, ms(d.shown[i].Sub(d.shown[i-1])))
	}
	if res.Frames == 0 {
		return res, errors.New("no frame came while the slider was dragged")
	}
	res.Gap = percentile(gaps, 0.95)
	return res, d.settle(ctx, r)
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
		all = append(all, ms(time.Since(start)))
	}
	return percentile(all, 0.5), nil
}

// move posts another strength.
func (d *dragger) move(r engine.Request, strength float64, q engine.Quality) uint64 {
	r.Edits = slices.Clone(r.Edits)
	r.Edits[0].Strength, r.Quality = strength, q
	return d.engine.Post(r)
}

// percentile returns the smallest value that so large a share of the values does not
// exceed, 0 for no values.
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
