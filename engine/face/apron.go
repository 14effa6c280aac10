package face

import "image"

// Hair often goes on beyond the aligned square, which FFHQ's frame cuts off close above
// the forehead. An edit that colours it has to go on there, too.
const (
	apronReach = 0.25 // of the square's side: how far beyond it changes may go on
	apronDeep  = 0.10 // of the side: the band inside of the soft border that is gone on with
	apronCells = 64   // of the square, on whose grid the band's colours are smoothed
	apronBlur  = 1.5  // standard deviation of the smoothing in cells
	// Hair is above and beside the face. Below, changes end with the square: a
	// shirt's colour is none of the wish.
	apronFrom, apronTo = 0.45, 0.65
)

// Around returns the alignment of the larger square on which Extend's matte is, with
// the same centre.
func (a Alignment) Around() Alignment {
	const k = 1 + 2*apronReach
	return Alignment{
		Origin: a.Origin.sub(a.U.add(a.V).mul(apronReach)),
		U:      a.U.mul(k), V: a.V.mul(k),
	}
}

// apron continues a square's change around it, on the square of Alignment.Around.
type apron struct {
	gate   []float32 // how far changes go on in each pixel of the larger square
	bounds image.Rectangle
	cells  []between    // that each pixel of a row or column goes on with: the band's inner edge
	weight []float32    // of the square's cells that are gone on with: the person in the band
	sums   [4][]float32 // of weight and weighted colours, on the grid
	blur   blurrer
	change Change
}

// newApron makes an apron for a square of so many pixels a side with a soft border, of
// the photo's person around it and in the square.
func newApron(around Matte, person []Matte, feather float64, square int) *apron {
	side := around.Side
	a := &apron{gate: make([]float32, side*side), cells: make([]between, side)}
	narrow.shown(a.gate, side, &a.blur, []Matte{around})
	a.change = Change{Side: side, Pix: make([]float32, 3*side*side)}
	// How far the square's own change shows between two edges.
	inside := make([]float32, side)
	for i := range inside {
		u := inner(i, side)
		inside[i] = smoothstep(0, float32(feather), float32(min(u, 1-u)-0.5/float64(square)))
		a.cells[i] = cellAt(min(max(u, feather), 1-feather))
	}
	for y := range side {
		v := inner(y, side)
		for x := range side {
			u := inner(x, side)
			g := &a.gate[y*side+x]
			*g *= 1 - inside[x]*inside[y]
			beyond := max(-u, u-1, -v, 0) / apronReach
			*g *= 1 - smoothstep(0.5, 1, float32(beyond))
			if *g *= 1 - smoothstep(apronFrom, apronTo, float32(v)); *g > 0 {
				a.bounds = a.bounds.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	const n = apronCells
	a.weight = Shown(n, person...)
	for i := range a.sums {
		a.sums[i] = make([]float32, n*n)
	}
	for i := range a.weight {
		u, v := (float64(i%n)+0.5)/n, (float64(i/n)+0.5)/n
		if d := min(u, 1-u, v); d < feather || d > feather+apronDeep || 1-v < feather {
			a.weight[i] = 0
		}
	}
	return a
}

// inner returns where in the square a pixel's centre of a row or column of the larger
// one is: [0, 1] within it.
func inner(pixel, side int) float64 {
	return (float64(pixel)+0.5)/float64(side)*(1+2*apronReach) - apronReach
}

// compose returns what goes on of a square's change. The result is valid until the
// next call.
func (a *apron) compose(ch *Change) *Change {
	const n = apronCells
	step := float64(ch.Side) / n
	a.change.Active = image.Rectangle{}
	some := false
	for i, w := range a.weight {
		x, y := int((float64(i%n)+0.5)*step), int((float64(i/n)+0.5)*step)
		p := ch.Pix[3*(y*ch.Side+x):][:3]
		a.sums[0][i] = w
		for k, v := range p {
			a.sums[k+1][i] = w * v
			some = some || w*v != 0
		}
	}
	if !some {
		return &a.change
	}
	for i := range a.sums {
		a.blur.run(a.sums[i], n, apronBlur)
	}
	a.change.Active = a.bounds
	side := a.change.Side
	for y := a.bounds.Min.Y; y < a.bounds.Max.Y; y++ {
		v := a.cells[y]
		for x := a.bounds.Min.X; x < a.bounds.Max.X; x++ {
			out, g := a.change.Pix[3*(y*side+x):][:3], a.gate[y*side+x]
			if g == 0 {
				continue // and was never set
			}
			u := a.cells[x]
			at := func(m []float32) float32 {
				p, q := m[v.i*n:], m[v.j*n:]
				top, low := p[u.i]+u.t*(p[u.j]-p[u.i]), q[u.i]+u.t*(q[u.j]-q[u.i])
				return top + v.t*(low-top)
			}
			w := at(a.sums[0])
			g *= smoothstep(0.02, 0.2, w) / max(w, 1e-3)
			for k := range out {
				out[k] = g * at(a.sums[k+1])
			}
		}
	}
	return &a.change
}

// cellAt returns the cells between whose centres a place in the square lies.
func cellAt(u float64) between {
	u = u*apronCells - 0.5
	i := min(int(max(u, 0)), apronCells-2)
	return between{i, i + 1, float32(u) - float32(i)}
}
