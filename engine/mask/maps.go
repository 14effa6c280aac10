package mask

import "fmt"

// Maps says how much of each place of an aligned square is a region. They are never
// changed, so several goroutines may read them. The zero Maps know no region.
type Maps struct {
	side   int
	shares [RegionCount][]float32
	wide   *Maps // of the square and what is around it; nil for none
}

// NewMaps returns maps of side × side values in [0, 1] for each region, row by row. The
// slices belong to the Maps.
func NewMaps(side int, shares [RegionCount][]float32) Maps {
	for r, m := range shares {
		if len(m) != side*side {
			panic(fmt.Sprintf("mask: a map of %d values for %v, want %d×%d", len(m), Region(r), side, side))
		}
	}
	return Maps{side: side, shares: shares}
}

// Known reports whether regions are known: a parser has found them.
func (m Maps) Known() bool { return m.side > 0 }

// Share returns the share of the square of which at least half is a region, 0 when none is
// known.
func (m Maps) Share(r Region) float64 {
	if !m.Known() {
		return 0
	}
	n := 0
	for _, v := range m.shares[r] {
		if v >= 0.5 {
			n++
		}
	}
	return float64(n) / float64(len(m.shares[r]))
}

// Around returns the maps with others that are known beyond the square: wide covers the
// larger square that a [Coverage] does.
func (m Maps) Around(wide Maps) Maps {
	m.wide = &wide
	return m
}

// seam is the width inside the square, as a share of its side, over which its own maps give
// way to those around it.
const seam = 0.04

// at returns the share of a region at a place of the square. Beyond the square it is that of
// the maps around it or, without them, of the nearest place in it.
func (m Maps) at(r Region, u, v float64) float32 {
	inside := min(u, v, 1-u, 1-v) / seam
	if m.wide == nil || !m.wide.Known() || inside >= 1 {
		return m.own(r, u, v)
	}
	const k = 1 + 2*Margin
	s := m.wide.own(r, (u+Margin)/k, (v+Margin)/k)
	if inside <= 0 {
		return s
	}
	return s + float32(inside)*(m.own(r, u, v)-s)
}

// own returns the share of a region by these maps alone, interpolated between the centres of
// their values.
func (m Maps) own(r Region, u, v float64) float32 {
	shares := m.shares[r]
	if m.side == 1 {
		return clamped(shares[0])
	}
	top := float64(m.side - 1)
	x := min(max(u*float64(m.side)-0.5, 0), top)
	y := min(max(v*float64(m.side)-0.5, 0), top)
	i, j := min(int(x), m.side-2), min(int(y), m.side-2)
	fx, fy := float32(x-float64(i)), float32(y-float64(j))
	p, q := shares[j*m.side+i:], shares[(j+1)*m.side+i:]
	a, b := p[0]+fx*(p[1]-p[0]), q[0]+fx*(q[1]-q[0])
	return clamped(a + fy*(b-a))
}

// Shares between which a place belongs to a region in part. Whoever tells regions apart is
// never quite sure; the two sides of an edge add up to 1.
const shareFrom, shareFull = 0.1, 0.9

func clamped(share float32) float32 {
	return min(max((share-shareFrom)/(shareFull-shareFrom), 0), 1)
}
