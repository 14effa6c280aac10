package gridmap

import "slices"

// FillMissing fills the cells of side × side maps that have little weight, in [0, 1], from
// those around them that have more: the maps are averaged to half their size and filled
// there first. weight is 1 everywhere afterwards: the
// maps become membranes (Laplace's equation).
func FillMissing(maps [][]float32, weight []float32, side int) {
	if side < 2 {
		return
	}
	half := (side + 1) / 2
	coarse, total := make([][]float32, len(maps)), make([]float32, half*half)
	for k := range coarse {
		coarse[k] = make([]float32, half*half)
	}
	for y := range side {
		for x := range side {
			from, to := y*side+x, y/2*half+x/2
			w := weight[from]
			total[to] += w
			for k := range maps {
				coarse[k][to] += w * maps[k][from]
			}
		}
	}
	for i, w := range total {
		if w > 0 {
			for k := range coarse {
				coarse[k][i] /= w
			}
		}
		total[i] = min(w, 1)
	}
	FillMissing(coarse, total, half)
	for k, m := range maps {
		known := slices.Clone(m)
		for i, w := range weight {
			if w < 1 {
				m[i] = w*known[i] + (1-w)*between(coarse[k], half, i%side, i/side)
			}
		}
		relax(m, known, weight, side)
	}
	for i := range weight {
		weight[i] = 1
	}
}

// relaxations is the number of sweeps on each level. The coarser levels have done most.
const relaxations = 24

// relax moves the cells that have little weight toward the mean of their neighbours, so
// that the map becomes a membrane stretched between those that are known (Laplace's
// equation, by Gauss and Seidel's method).
func relax(m, known, weight []float32, side int) {
	for range relaxations {
		for y := range side {
			up, down := max(y-1, 0)*side, min(y+1, side-1)*side
			for x := range side {
				i := y*side + x
				w := weight[i]
				if w >= 1 {
					continue
				}
				mean := (m[y*side+max(x-1, 0)] + m[y*side+min(x+1, side-1)] + m[up+x] + m[down+x]) / 4
				m[i] = w*known[i] + (1-w)*mean
			}
		}
	}
}

// between interpolates a half × half map at the centre of cell (x, y) of the map of twice
// its size.
func between(m []float32, half, x, y int) float32 {
	x0, x1 := x/2, min(max(x/2+2*(x%2)-1, 0), half-1)
	y0, y1 := y/2, min(max(y/2+2*(y%2)-1, 0), half-1)
	a := 0.75*m[y0*half+x0] + 0.25*m[y0*half+x1]
	b := 0.75*m[y1*half+x0] + 0.25*m[y1*half+x1]
	return 0.75*a + 0.25*b
}
