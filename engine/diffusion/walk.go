package diffusion

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"deltaedit/engine/onnx"
)

// ErrDiverged is wrapped when a walk leads to what is no picture: numbers that
// are not finite, or far beyond any that a picture has.
var ErrDiverged = errors.New("the diffusion went astray")

// Limits of what may come up on a walk. Pictures lie in [-1, 1].
const (
	maxEstimate = 16 // of a denoised value
	maxNoise    = 8  // of the root mean square of x over √(1 + σ²)
)

// Denoise estimates the picture under the noise: x holds values of a picture in
// about [-1, 1] with noise of the standard deviation sigma. The result has x's
// length, may belong to the denoiser, and is read before the next call.
type Denoise func(ctx context.Context, x []float32, sigma float64) ([]float32, error)

// Walk solves the probability-flow equation over given noise levels, one step
// and one run of the network at a time, up or down. Between steps it can be left
// and taken up again, with the same result. One goroutine at a time may use it.
//
// The solver is DPM-Solver++(2M) (Lu et al. 2022) in λ = −ln σ: a multistep method
// of second order, with one run of the network a step. It is the same downward,
// where λ grows, and upward.
type Walk struct {
	sigmas  []float64
	denoise Denoise
	at      int
	x       []float32
	last    []float32 // the estimate of the step before
	now     []float32
	astray  error // for good
}

// Step is what a step of a walk came to.
type Step struct {
	// Index counts from 1 to Steps.
	Index, Steps int
	// Sigma is the noise at the step's beginning.
	Sigma float64
	// Estimate is the picture as the network saw it there. It is the walk's own
	// and valid until its next step.
	Estimate []float32
}

// NewWalk begins a walk at x, which is copied, over two or more noise levels, all
// above 0 and each different from the one before.
func NewWalk(x []float32, sigmas []float64, d Denoise) *Walk {
	return &Walk{
		sigmas: slices.Clone(sigmas), denoise: d,
		x: slices.Clone(x), last: make([]float32, len(x)), now: make([]float32, len(x)),
	}
}

// Steps returns how many steps the whole walk has.
func (w *Walk) Steps() int { return len(w.sigmas) - 1 }

// Taken returns how many steps have been taken.
func (w *Walk) Taken() int { return w.at }

// Done reports whether the walk has come to its end.
func (w *Walk) Done() bool { return w.at == w.Steps() }

// Next takes a step. When ctx ends it returns ctx's error and the walk stays
// where it was, as when the network cannot be run. An error that wraps
// ErrDiverged says at which step, and what to do; it is the walk's end.
func (w *Walk) Next(ctx context.Context) (Step, error) {
	if err := errors.Join(w.astray, ctx.Err()); err != nil {
		return Step{}, err
	}
	if w.Done() {
		return Step{}, fmt.Errorf("diffusion: the walk of %d steps is over", w.Steps())
	}
	from, to := w.sigmas[w.at], w.sigmas[w.at+1]
	d, err := w.denoise(ctx, w.x, from)
	if err != nil {
		return Step{}, err
	}
	if err := w.sane(d, from); err != nil {
		return Step{}, err
	}
	copy(w.now, d)
	// With h = λ(to) − λ(from): x ← e^(−h)·x + (1 − e^(−h))·D', where D' is the
	// estimate at the step's middle, on the line through D and the one before.
	h := math.Log(from / to)
	keep := to / from
	slope := 0.0
	if w.at > 0 {
		before := math.Log(w.sigmas[w.at-1] / from)
		slope = (1 - keep) * h / (2 * before)
	}
	a, b, c := float32(keep), float32(1-keep+slope), float32(-slope)
	for i, v := range w.now {
		w.x[i] = a*w.x[i] + b*v + c*w.last[i]
	}
	if err := w.bounded(to); err != nil {
		return Step{}, err
	}
	w.at++
	w.last, w.now = w.now, w.last
	return Step{Index: w.at, Steps: w.Steps(), Sigma: from, Estimate: w.last}, nil
}

// Run takes the steps that are left and returns the result, which is the walk's
// own. told, where not nil,
// hears of every step and may end the walk with an error.
func (w *Walk) Run(ctx context.Context, told func(Step) error) ([]float32, error) {
	for !w.Done() {
		s, err := w.Next(ctx)
		if err == nil && told != nil {
			err = told(s)
		}
		if err != nil {
			return nil, err
		}
	}
	return w.x, nil
}

// sane refuses an estimate that is no picture.
func (w *Walk) sane(d []float32, sigma float64) error {
	if len(d) != len(w.x) {
		return fmt.Errorf("diffusion: %w: an estimate of %d values, want %d", onnx.ErrShape, len(d), len(w.x))
	}
	if err := onnx.CheckFinite("the denoised picture", d); err != nil {
		return w.lost(sigma, err.Error())
	}
	var most float32
	for _, v := range d {
		most = max(most, v, -v)
	}
	if most > maxEstimate {
		return w.lost(sigma, fmt.Sprintf("the denoised picture reaches %.3g, want about 1", most))
	}
	return nil
}

// bounded refuses values that are beyond what noise of that level can be.
func (w *Walk) bounded(sigma float64) error {
	var sum float64
	for _, v := range w.x {
		sum += float64(v) * float64(v)
	}
	rms := math.Sqrt(sum / float64(len(w.x)) / (1 + sigma*sigma))
	if !(rms <= maxNoise) {
		return w.lost(sigma, fmt.Sprintf("the noise is %.3g times what it should be", rms))
	}
	return nil
}

// lost ends the walk.
func (w *Walk) lost(sigma float64, what string) error {
	w.astray = fmt.Errorf("%w at step %d of %d (noise %.3g): %s; take another number of steps, a smaller strength, or the GAN",
		ErrDiverged, w.at+1, w.Steps(), sigma, what)
	return w.astray
}
