package refine

import (
	"math"

	"deltaedit/engine/internal/parallel"
)

// Decay rates of the running means of the gradient and of its square, and the minimum
// of the latter's root, which is far below any significant gradient.
const (
	meanDecay   = 0.9
	squareDecay = 0.99
	floor       = 1e-12
)

// adam is the optimiser of Kingma and Ba (arXiv 1412.6980) for planes of numbers with a
// unit and a centre for each plane. It works on x = (value - centre) / unit, so a rate
// of 0.1 first moves every number by about a tenth of its unit. The result does not
// depend on the number of threads.
type adam struct {
	shape        [3]int // planes, height, width
	unit, centre []float32
	// prior and smooth are weights of terms added to the loss whose gradient is given:
	// the mean of x², and the mean squared difference of neighbours in a plane.
	prior, smooth float64

	x, mean, square []float32
	steps           int
}

// newAdam starts at values, which it does not retain.
func newAdam(values, unit, centre []float32, shape [3]int) *adam {
	a := &adam{
		shape: shape, unit: unit, centre: centre,
		x: make([]float32, len(values)), mean: make([]float32, len(values)), square: make([]float32, len(values)),
	}
	plane := shape[1] * shape[2]
	for i, v := range values {
		a.x[i] = (v - centre[i/plane]) / unit[i/plane]
	}
	return a
}

// step moves values (those of the last step, or the initial ones) one step against the
// gradient with respect to values.
func (a *adam) step(values, gradient []float32, rate float64) {
	a.steps++
	var (
		plane    = a.shape[1] * a.shape[2]
		prior    = float32(2 * a.prior / float64(len(a.x)))
		smooth   = float32(2 * a.smooth / float64(len(a.x)))
		unbias   = float32(1 / (1 - math.Pow(meanDecay, float64(a.steps))))
		unsquare = float32(1 / (1 - math.Pow(squareDecay, float64(a.steps))))
		r        = float32(rate)
	)
	parallel.Ranges(a.shape[0], max(1, 4096/plane), func(from, to int) {
		slope := make([]float32, plane)
		for c := from; c < to; c++ {
			at := c * plane
			x, unit := a.x[at:at+plane], a.unit[c]
			for i, g := range gradient[at : at+plane] {
				slope[i] = g*unit + prior*x[i]
			}
			if smooth > 0 {
				addRoughness(slope, x, a.shape[2], smooth)
			}
			m, s, out := a.mean[at:at+plane], a.square[at:at+plane], values[at:at+plane]
			for i, g := range slope {
				m[i] = meanDecay*m[i] + (1-meanDecay)*g
				s[i] = squareDecay*s[i] + (1-squareDecay)*g*g
				root := float32(math.Sqrt(float64(s[i] * unsquare)))
				move := r * m[i] * unbias / (root + floor)
				x[i] -= move
				// Subtract instead of computing the value again, so that values that do
				// not move stay exact.
				out[i] -= move * unit
			}
		}
	})
}

// addRoughness adds to slope k times the gradient of half the sum of squared
// differences between neighbours in a plane whose rows have width numbers.
func addRoughness(slope, x []float32, width int, k float32) {
	for i, v := range x {
		if i%width > 0 {
			d := k * (v - x[i-1])
			slope[i] += d
			slope[i-1] -= d
		}
		if i >= width {
			d := k * (v - x[i-width])
			slope[i] += d
			slope[i-width] -= d
		}
	}
}
