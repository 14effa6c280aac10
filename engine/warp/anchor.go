package warp

import (
	"math"

	"deltaedit/engine/internal/geometry"
)

// Constants of an Anchor. Lengths are in sides of the aligned square.
const (
	reach = 0.12 // standard deviation of a landmark's influence
	ridge = 0.02 // how far landmarks may be missed, so that the field stays smooth
	least = 0.75 / 256
	full  = 2.0 / 256
	free  = 0.06 // what moves further is bent less than it asks for,
	limit = 0.05 // by no more than this beyond it
	lost  = 0.25 // landmarks that move further were not found well
	shore = 0.12 // width over which a field fades to nothing at the edge of the picture or of its grid
)

// Anchor is the outline of a face before edits. It does not change and may be shared.
type Anchor struct {
	points []geometry.Point
	solve  [][]float64 // from the ways of the points to the weights of their kernels
	kernel [][]float32 // of each point, on the grid
}

// NewAnchor returns an Anchor for the landmarks of an outline, in sides of the aligned square.
// They must be apart from each other; points is kept. room returns how far a place is, in the same
// unit, from what must stay where it is, such as the edge of the picture, beyond which nothing is
// known; it is negative there.
func NewAnchor(points []geometry.Point, room func(geometry.Point) float64) *Anchor {
	n := len(points)
	a := &Anchor{points: points, kernel: make([][]float32, n)}
	inside := make([]float32, grid*grid)
	for o := range inside {
		x, y := middle(o%grid), middle(o/grid)
		to := min(x-origin, origin+extent-x, y-origin, origin+extent-y, room(geometry.Pt(x, y)))
		t := min(max(to/shore, 0), 1)
		inside[o] = float32(t * t * (3 - 2*t))
	}
	m := make([][]float64, n)
	for i, p := range points {
		m[i] = make([]float64, n)
		for j, q := range points {
			m[i][j] = influence(p.X-q.X) * influence(p.Y-q.Y)
		}
		m[i][i] += ridge
		var xs, ys [grid]float32
		for k := range grid {
			xs[k], ys[k] = float32(influence(middle(k)-p.X)), float32(influence(middle(k)-p.Y))
		}
		a.kernel[i] = make([]float32, grid*grid)
		for o := range a.kernel[i] {
			a.kernel[i][o] = inside[o] * xs[o%grid] * ys[o/grid]
		}
	}
	a.solve = inverted(m)
	return a
}

// influence is the kernel along an axis.
func influence(d float64) float64 { return math.Exp(-d * d / (2 * reach * reach)) }

// Field returns how the portrait is bent when an edit moves the landmarks to others, in the
// same order: nil when they hardly move, or so far that they were not found well.
func (a *Anchor) Field(to []geometry.Point) *Field {
	n := len(a.points)
	var x, y, square float64
	ways := make([]geometry.Point, n)
	for i, p := range a.points {
		ways[i] = to[i].Sub(p)
		d := ways[i].Norm()
		if !(d < lost) {
			return nil
		}
		if d > free {
			ways[i] = ways[i].Mul((free + limit*math.Tanh((d-free)/limit)) / d)
		}
		square += d * d
	}
	size := math.Sqrt(square / float64(n))
	if size <= least {
		return nil
	}
	t := min((size-least)/(full-least), 1) // the field grows from nothing, too
	t = t * t * (3 - 2*t)
	ahead := newPlane()
	for i, row := range a.solve {
		x, y = 0, 0
		for j, s := range row {
			x += s * ways[j].X
			y += s * ways[j].Y
		}
		wx, wy := float32(t*x), float32(t*y)
		for o, k := range a.kernel[i] {
			ahead.x[o] += wx * k
			ahead.y[o] += wy * k
		}
	}
	return newField(ahead)
}

// inverted returns the inverse of a positive definite matrix, by Gauss and Jordan. m is lost.
func inverted(m [][]float64) [][]float64 {
	n := len(m)
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, n)
		out[i][i] = 1
	}
	for i := range n {
		scale := 1 / m[i][i]
		for j := range n {
			m[i][j] *= scale
			out[i][j] *= scale
		}
		for k := range n {
			if f := m[k][i]; k != i && f != 0 {
				for j := range n {
					m[k][j] -= f * m[i][j]
					out[k][j] -= f * out[i][j]
				}
			}
		}
	}
	return out
}
