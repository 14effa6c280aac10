package compose

import (
	"image"

	"deltaedit/engine/face"
)

// Hair often reaches beyond the aligned square, which ends close above the forehead. An
// edit that colours the hair has to continue there.
const (
	hairBand  = 0.10 // of the side: width of the band inside the soft border whose colours are continued
	hairCells = 64   // side of the grid on which these colours are smoothed
	hairBlur  = 1.5  // standard deviation of the smoothing in cells
	// Hair is above and beside the face. Lower down, changes end with the square, so
	// that clothes keep their colour: between these heights they fade out.
	hairFrom, hairTo = 0.45, 0.65
)

// hairExtension continues the change of a square in the hair around it, on the larger
// square of face.Alignment.Around.
type hairExtension struct {
	gate   []float32 // weight of the change for each pixel of the larger square
	bounds image.Rectangle
	cells  []cellPair   // for each pixel of a row or column: the cells whose colour it continues
	weight []float32    // weight of each cell: the person, within the band
	sums   [4][]float32 // of weight and weighted colours, on the grid
	blur   blurrer
	change Change
}

// newHairExtension returns the extension of a square of so many pixels a side. around is
// the matte of the photo on the larger square, person are the mattes on the square.
func newHairExtension(around face.Matte, person []face.Matte, feather float64, square int) *hairExtension {
	side := around.Side
	h := &hairExtension{gate: make([]float32, side*side), cells: make([]cellPair, side)}
	narrowEdge.mask(h.gate, side, &h.blur, []face.Matte{around})
	h.change = Change{Side: side, Pix: make([]float32, 3*side*side)}
	// How far the square's own change shows along a row or column.
	inside := make([]float32, side)
	for i := range inside {
		u := inner(i, side)
		inside[i] = smoothstep(0, float32(feather), float32(min(u, 1-u)-0.5/float64(square)))
		h.cells[i] = cellAt(min(max(u, feather), 1-feather))
	}
	for y := range side {
		v := inner(y, side)
		for x := range side {
			u := inner(x, side)
			g := &h.gate[y*side+x]
			*g *= 1 - inside[x]*inside[y]
			beyond := max(-u, u-1, -v, 0) / face.Margin
			*g *= 1 - smoothstep(0.5, 1, float32(beyond))
			if *g *= 1 - smoothstep(hairFrom, hairTo, float32(v)); *g > 0 {
				h.bounds = h.bounds.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	const n = hairCells
	h.weight = PersonMask(n, person...)
	for i := range h.sums {
		h.sums[i] = make([]float32, n*n)
	}
	for i := range h.weight {
		u, v := (float64(i%n)+0.5)/n, (float64(i/n)+0.5)/n
		if d := min(u, 1-u, v); d < feather || d > feather+hairBand || 1-v < feather {
			h.weight[i] = 0
		}
	}
	return h
}

// inner converts the centre of a pixel of the larger square to a coordinate of the square,
// which is in [0, 1] inside it.
func inner(pixel, side int) float64 {
	return (float64(pixel)+0.5)/float64(side)*(1+2*face.Margin) - face.Margin
}

// compose returns the continuation of a square's change. It is valid until the next
// call.
func (h *hairExtension) compose(ch *Change) *Change {
	const n = hairCells
	step := float64(ch.Side) / n
	h.change.Active = image.Rectangle{}
	some := false
	for i, w := range h.weight {
		x, y := int((float64(i%n)+0.5)*step), int((float64(i/n)+0.5)*step)
		p := ch.Pix[3*(y*ch.Side+x):][:3]
		h.sums[0][i] = w
		for k, v := range p {
			h.sums[k+1][i] = w * v
			some = some || w*v != 0
		}
	}
	if !some {
		return &h.change
	}
	for i := range h.sums {
		h.blur.run(h.sums[i], n, hairBlur)
	}
	h.change.Active = h.bounds
	side := h.change.Side
	for y := h.bounds.Min.Y; y < h.bounds.Max.Y; y++ {
		v := h.cells[y]
		for x := h.bounds.Min.X; x < h.bounds.Max.X; x++ {
			out, g := h.change.Pix[3*(y*side+x):][:3], h.gate[y*side+x]
			if g == 0 {
				continue // the pixel is 0 already
			}
			u := h.cells[x]
			at := func(m []float32) float32 {
				p, q := m[v.i*n:], m[v.j*n:]
				top, low := p[u.i]+u.t*(p[u.j]-p[u.i]), q[u.i]+u.t*(q[u.j]-q[u.i])
				return top + v.t*(low-top)
			}
			w := at(h.sums[0])
			g *= smoothstep(0.02, 0.2, w) / max(w, 1e-3)
			for k := range out {
				out[k] = g * at(h.sums[k+1])
			}
		}
	}
	return &h.change
}

// cellAt returns the cells that a coordinate of the square lies between.
func cellAt(u float64) cellPair {
	u = u*hairCells - 0.5
	i := min(int(max(u, 0)), hairCells-2)
	return cellPair{i, i + 1, float32(u) - float32(i)}
}
