package warp

import (
	"math"
	"slices"
)

// Add returns f + share · (d − under): a mask limits to places what d bends otherwise than
// under. share fills a row with shares in [0, 1], for places from (x, y) on that are step apart in
// x. Where the share is 0 the result is f exactly: towards the edge of the mask the difference
// fades to nothing inside of it, slowly enough that nothing is folded. Fields may be nil.
func Add(f, d, under *Field, share func(row []float32, x, step, y float64)) *Field {
	if d == under {
		return f
	}
	ahead := newPlane()
	add := func(g *Field, sign float32) {
		if g != nil {
			for i := range ahead.x {
				ahead.x[i] += sign * g.ahead.x[i]
				ahead.y[i] += sign * g.ahead.y[i]
			}
		}
	}
	add(d, 1)
	add(under, -1)
	var most float64
	for i, x := range ahead.x {
		most = max(most, math.Hypot(float64(x), float64(ahead.y[i])))
	}
	shares := make([]float32, grid*grid)
	for j := range grid {
		share(shares[j*grid:(j+1)*grid], middle(0), extent/grid, middle(j))
	}
	far := int(math.Ceil(most/(extent/grid))) + 1
	shares = across(across(shares, 3*far, slices.Min), 2*far, mean)
	for i, s := range shares {
		ahead.x[i] *= s
		ahead.y[i] *= s
	}
	add(f, 1)
	return newField(ahead)
}

// across replaces each value of a grid by what of says about those at most radius away, along
// rows and then along columns.
func across(m []float32, radius int, of func([]float32) float32) []float32 {
	out, line := make([]float32, len(m)), make([]float32, grid)
	for range 2 {
		for j := range grid {
			copy(line, m[j*grid:(j+1)*grid])
			for i := range grid {
				// Turned, so that the second time goes along columns and turns back.
				out[i*grid+j] = of(line[max(i-radius, 0):min(i+radius+1, grid)])
			}
		}
		m = slices.Clone(out)
	}
	return m
}

func mean(m []float32) float32 {
	var s float32
	for _, v := range m {
		s += v
	}
	return s / float32(len(m))
}
