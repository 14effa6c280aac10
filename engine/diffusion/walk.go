package diffusion

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"deltaedit/engine/onnx"
)

// ErrDiverged is wrapped when the values of a walk are no longer an image: not finite,
// or far outside the range of image values.
var ErrDiverged = errors.New("the diffusion diverged")

// Limits of the values in a walk. Image values are in [-1, 1].
const (
	maxEstimate = 16 // absolute denoised value
	maxNoise    = 8  // root mean square of x divided by √(1 + σ²)
)

// Denoise estimates the image without the noise: x holds the values of an image in
// about [-1, 1] with noise of the standard deviation sigma. The result has x's length,
// may belong to the denoiser, and is read before the next call.
type Denoise func(ctx context.Context, x []float32, sigma float64) ([]float32, error)

// Walk solves the probability-flow equation over given noise levels, one step and one
// run of the network at a time, up or down. It can be interrupted between steps and
// continued with the same result. It may be used by one goroutine at a time.
//
// The solver is DPM-Solver++(2M) (Lu et al. 2022) in λ = −ln σ: a multistep method of
// second order, with one run of the network per step. It is the same in both
// directions; λ grows downward.
type Walk struct {
	sigmas  []float64
	denoise Denoise
	at      int
	x       []float32
	last    []float32 // the estimate of the previous step
	now     []float32
	astray  error // permanent error
}

// Step is the result of one step of a walk.
type Step struct {
	// Index counts from 1 to Steps.
	Index, Steps int
	// Sigma is the noise level at the beginning of the step.
	Sigma float64
	// Estimate is the image that the network predicts at this level. It belongs to the
	// walk and is valid until its next step.
	Estimate []float32
}

// NewWalk starts a walk at x, which is copied, over two or more noise levels, all above
// 0 and each different from the previous one.
func NewWalk(x []float32, sigmas []float64, d Denoise) *Walk {
	return &Walk{
		sigmas: slices.Clone(sigmas), denoise: d,
		x: slices.Clone(x), last: make([]float32, len(x)), now: make([]float32, len(x)),
	}
}

// Steps returns the number of steps of the whole walk.
func (w *Walk) Steps() int { return len(w.sigmas) - 1 }

// Taken returns the number of steps taken so far.
func (w *Walk) Taken() int { return w.at }

// Done reports whether all steps have been taken.
func (w *Walk) Done() bool { return w.at == w.Steps() }

// Next takes a step. If ctx ends it returns ctx's error and the walk keeps its state;
// the same holds if the network cannot be run. An error that wraps ErrDiverged says at
// which step it happened and what to do; it ends the walk.
func (w *Walk) Next(ctx context.Context) (Step, error) {
	if err := errors.Join(w.astray, ctx.Err()); err != nil {
		return Step{}, err
	}
	if w.Done() {
		return Step{}, fmt.Errorf("draw by diffusion: the walk of %d steps is over", w.Steps())
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
	// estimate at the step's middle, extrapolated linearly from D and the previous
	// estimate.
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

// Run takes the remaining steps and returns the result, which belongs to the walk.
// onStep, if not nil, is called after every step; when it returns an error, Run stops
// and returns it.
func (w *Walk) Run(ctx context.Context, onStep func(Step) error) ([]float32, error) {
	for !w.Done() {
		s, err := w.Next(ctx)
		if err == nil && onStep != nil {
			err = onStep(s)
		}
		if err != nil {
			return nil, err
		}
	}
	return w.x, nil
}

// sane checks that an estimate has the values of an image.
func (w *Walk) sane(d []float32, sigma float64) error {
	if len(d) != len(w.x) {
		return fmt.Errorf("draw by diffusion: %w: an estimate of %d values, want %d", onnx.ErrShape, len(d), len(w.x))
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

// bounded checks that x has values that are possible at this noise level.
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

// lost ends the walk with an error that says what went wrong at a noise level.
func (w *Walk) lost(sigma float64, what string) error {
	w.astray = fmt.Errorf("%w at step %d of %d (noise %.3g): %s; take another number of steps, a smaller strength, or the GAN",
		ErrDiverged, w.at+1, w.Steps(), sigma, what)
	return w.astray
}
