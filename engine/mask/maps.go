package mask

import "fmt"

// Maps says how much of each place of an aligned square is a region. They are never
// changed, so several goroutines may read them. The zero Maps know no region.
type Maps struct {
	side   int
	shares [RegionCount][]float32
}

// NewMaps returns maps of side × side values in [0, 1] for each region, row by row. The
// slices belong to the Maps.
func NewMaps(side int, shares [RegionCount][]float32) Maps {
	for r, m := range shares {
		if len(m) != side*side {
			panic(fmt.Sprintf("mask: a map of %d values for %v, want %d×%d", len(m), Region(r), side, side))
		}
	}
	return Maps{side, shares}
}

// Known reports whether regions are known: a parser has found them.
func (m Maps) Known() bool { return m.side > 0 }

// Share returns the mean share of a region on the square, 0 when none is known.
func (m Maps) Share(r Region) float64 {
	if !m.Known() {
		return 0
	}
	var sum float64
	for _, v := range m.shares[r] {
		sum += float64(v)
	}
	return sum / float64(len(m.shares[r]))
}

// Shares between which a place belongs to a region in part. Whoever tells regions apart is
// never quite sure; the two sides of an edge add up to 1.
const shareFrom, shareFull = 0.1, 0.9

// at returns the share of a region at a place of the square, interpolated between the
// centres of the map's values. Beyond the square it is that of the nearest place in it.
func (m Maps) at(shares []float32, u, v float64) float32 {
	top := float64(m.side - 1)
	x := min(max(u*float64(m.side)-0.5, 0), top)
	y := min(max(v*float64(m.side)-0.5, 0), top)
	i, j := min(int(x), m.side-2), min(int(y), m.side-2)
	if m.side == 1 {
		return shares[0]
	}
	fx, fy := float32(x-float64(i)), float32(y-float64(j))
	p, q := shares[j*m.side+i:], shares[(j+1)*m.side+i:]
	a, b := p[0]+fx*(p[1]-p[0]), q[0]+fx*(q[1]-q[0])
	s := a + fy*(b-a)
	return min(max((s-shareFrom)/(shareFull-shareFrom), 0), 1)
}
