package gridmap

import "math"

// mirrorSmooth is the standard deviation of the smoothing of mirrored places, in cells.
const mirrorSmooth = 2

// Mirrored returns for each cell of a side × side map the place, in cells, that it is a mirror
// image of: cells that are known (weight 0.5 and more) are their own image, the others are
// mirrored at the nearest known cell. The places are smoothed, so that neighbours stay
// neighbours, and clamped to the map; some may be unknown themselves.
func Mirrored(weight []float32, side int) (x, y []float32) {
	near := nearestKnown(weight, side)
	x, y = make([]float32, len(weight)), make([]float32, len(weight))
	for i, n := range near {
		if n < 0 {
			n = i
		}
		x[i], y[i] = float32(2*(n%side)-2*(i%side)), float32(2*(n/side)-2*(i/side))
	}
	var b Blurrer
	b.Run(x, side, mirrorSmooth)
	b.Run(y, side, mirrorSmooth)
	last := float32(side - 1)
	for i := range x {
		x[i] = min(max(x[i]+float32(i%side), 0), last)
		y[i] = min(max(y[i]+float32(i/side), 0), last)
	}
	return x, y
}

// nearestKnown returns for each cell the index of about the nearest known one, -1 when there is
// none: distances are propagated from neighbour to neighbour, down and up again.
func nearestKnown(weight []float32, side int) []int {
	near := make([]int, len(weight))
	for i, w := range weight {
		if near[i] = -1; w >= 0.5 {
			near[i] = i
		}
	}
	distance := func(i, n int) float64 {
		return math.Hypot(float64(n%side-i%side), float64(n/side-i/side))
	}
	take := func(i, dx, dy int) {
		x, y := i%side+dx, i/side+dy
		if x < 0 || y < 0 || x >= side || y >= side {
			return
		}
		if n := near[y*side+x]; n >= 0 && (near[i] < 0 || distance(i, n) < distance(i, near[i])) {
			near[i] = n
		}
	}
	for range 2 {
		for i := range near {
			take(i, -1, 0)
			take(i, -1, -1)
			take(i, 0, -1)
			take(i, 1, -1)
		}
		for i := len(near) - 1; i >= 0; i-- {
			take(i, 1, 0)
			take(i, 1, 1)
			take(i, 0, 1)
			take(i, -1, 1)
		}
	}
	return near
}
