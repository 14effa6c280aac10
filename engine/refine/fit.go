package refine

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"

	"deltaedit/engine/internal/planar"
	"deltaedit/engine/invert"
	"deltaedit/engine/onnx"
)

// fit is one run of the gradient descent.
//
// The graph draws a cheaper image than the generator. Every few steps both are drawn,
// and their difference is added to the target, so that at the end the generator's image
// matches the photo (see refiner.py).
type fit struct {
	*Refiner
	steps  int
	draw   Draw
	first  invert.Code
	target []float32 // the photograph at Side
	exact  []float32 // the generator's image at Side
	in     map[string][]float32

	style, offset *adam
	result        Result
}

func (r *Refiner) newFit(code invert.Code, aligned *image.RGBA, n int, draw Draw) (*fit, error) {
	if n < 0 {
		return nil, fmt.Errorf("%d steps: want 0 or more", n)
	}
	offset := r.shape[0] * r.shape[1] * r.shape[2]
	if len(code.Style) != len(r.mean) {
		return nil, fmt.Errorf("style code: %w: want %d values, got %d", onnx.ErrShape, len(r.mean), len(code.Style))
	}
	if code.Offset != nil && len(code.Offset) != offset {
		return nil, fmt.Errorf("feature offset: %w: want %d values, got %d", onnx.ErrShape, offset, len(code.Offset))
	}
	for name, v := range map[string][]float32{"the style code": code.Style, "the feature offset": code.Offset} {
		if err := onnx.CheckFinite(name, v); err != nil {
			return nil, err
		}
	}
	f := &fit{
		Refiner: r, steps: n, draw: draw, first: code,
		target: make([]float32, 3*r.side*r.side), exact: make([]float32, 3*r.side*r.side),
		in: map[string][]float32{},
	}
	for _, role := range []string{"style", "offset", "target"} {
		f.in[role] = r.sess.Input(role)
	}
	if err := planar.From(f.target, aligned, r.side, r.side, planar.Signed); err != nil {
		return nil, err
	}
	copy(f.in["target"], f.target)
	copy(f.in["style"], code.Style)
	clear(f.in["offset"])
	copy(f.in["offset"], code.Offset)
	f.result = Result{Code: code, Before: math.NaN(), After: math.NaN()}
	return f, nil
}

// descend takes the steps.
func (f *fit) descend(ctx context.Context, progress Progress) error {
	for i := range f.steps {
		out, err := f.sess.Run(ctx, f.in)
		if err != nil {
			return err
		}
		if f.style == nil {
			f.start(out["spread"])
		}
		for _, role := range []string{"loss", "image", "style_gradient", "offset_gradient"} {
			if err := onnx.CheckFinite("the refiner's "+role, out[role]); err != nil {
				return f.stop(ctx, i, err.Error())
			}
		}
		if i%f.params.Check == 0 {
			on, err := f.look(ctx, i)
			if err != nil || !on {
				return err
			}
			target := f.in["target"]
			for k, made := range out["image"] {
				target[k] = f.target[k] + made - f.exact[k]
			}
		}
		rate := schedule(i, f.steps)
		f.style.step(f.in["style"], out["style_gradient"], rate*f.params.StyleRate)
		f.offset.step(f.in["offset"], out["offset_gradient"], rate*f.params.OffsetRate)
		f.result.Steps = i + 1
		progress(i+1, f.steps, float64(out["loss"][0]))
	}
	_, err := f.look(ctx, f.steps)
	return err
}

// start creates the optimisers when the spread of the features is known.
func (f *fit) start(spread []float32) {
	f.style = newAdam(f.first.Style, f.std, f.mean, [3]int{len(f.mean), 1, 1})
	f.style.prior = f.params.StylePrior
	units := offsetUnits(spread)
	offset := f.first.Offset
	if offset == nil {
		offset = make([]float32, f.shape[0]*f.shape[1]*f.shape[2])
	}
	f.offset = newAdam(offset, units, make([]float32, len(units)), f.shape)
	f.offset.prior, f.offset.smooth = f.params.OffsetPrior, f.params.OffsetSmooth
}

// offsetUnits returns the root mean square of the features of each channel. A channel
// that is 0 everywhere counts as a hundredth of the average.
func offsetUnits(spread []float32) []float32 {
	var sum float64
	for _, v := range spread {
		sum += float64(v)
	}
	least := float32(sum / float64(len(spread)) / 100)
	out := slices.Clone(spread)
	for i, v := range out {
		out[i] = max(v, least, 1e-6)
	}
	return out
}

// The descent stops when the error is larger than worse times the first error and also
// larger than worse times tolerable: the first steps are the largest and may lead away
// from a code that is already good.
const (
	worse     = 4
	tolerable = 0.05
)

// look draws the current code with the generator, stores the code if it is the best so
// far, and reports whether the descent may continue.
func (f *fit) look(ctx context.Context, step int) (bool, error) {
	pix, side, err := f.draw(ctx, f.in["style"], f.in["offset"])
	if err != nil {
		if step > 0 && errors.Is(err, onnx.ErrNotFinite) {
			f.note(step, err.Error())
			return false, nil
		}
		return false, err
	}
	if side%f.side != 0 || len(pix) != 3*side*side {
		return false, fmt.Errorf("refine the face: %w: a picture of %d values with sides of %d, want a multiple of %d", onnx.ErrShape, len(pix), side, f.side)
	}
	average(f.exact, pix, f.side, side/f.side)
	mse := meanSquare(f.exact, f.target)
	switch {
	case step == 0:
		f.result.Before, f.result.After = mse, mse
	case mse < f.result.After:
		f.result.After = mse
		f.result.Code = invert.Code{
			Style: slices.Clone(f.in["style"]), Offset: slices.Clone(f.in["offset"]),
			WPlus: f.first.WPlus,
		}
	case !(mse <= worse*max(f.result.Before, tolerable)):
		f.note(step, fmt.Sprintf("the picture went away from the photograph (error %.4f, best %.4f)", mse, f.result.After))
		return false, nil
	}
	return true, nil
}

// stop ends the descent at a step with unusable numbers.
func (f *fit) stop(ctx context.Context, step int, why string) error {
	f.note(step, why)
	if step > 0 {
		return nil
	}
	_, err := f.look(ctx, 0) // measures the error of the first code
	return err
}

func (f *fit) note(step int, why string) {
	f.result.Notice = fmt.Sprintf("the refinement stopped after %d of %d steps, with the best result so far kept: %s", step, f.steps, why)
}

// lastRate is the rate of the last step as a fraction of the first rate.
const lastRate = 0.05

// schedule decreases from 1 at the first step to lastRate along half a cosine.
func schedule(i, n int) float64 {
	return lastRate + (1-lastRate)*0.5*(1+math.Cos(math.Pi*float64(i)/float64(n)))
}
