package compose

import (
	"image"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/gridmap"
)

// Hair often reaches beyond the aligned square, which ends close above the forehead. An
// edit that colours the hair has to continue there.
const (
	hairBand  = 0.10 // of the side: width of the band inside the soft border whose colours are continued
	hairCells = 64   // side of the grid on which these colours are smoothed
	hairBlur  = 1.5  // standard deviation of the smoothing in cells
	// Hair is above and beside the face. Where nobody knows what is hair, changes end with
	// the square lower down, so that clothes keep their colour: between these heights they
	// fade out.
	hairFrom, hairTo = 0.45, 0.65
	// Shares of hair at which a pixel begins to take its change, and takes all of it.
	strandFrom, strandFull = 0.3, 0.7
	// singleSide is the standard deviation that widens hair to its single hairs, as a share of
	// the square's side.
	singleSide = 16.0 / 256
)

// hairExtension continues the change of a square in the hair around it, on the larger
// square of face.Alignment.Around.
type hairExtension struct {
	gate    []float32 // weight of the change for each pixel of the larger square
	outside []float32 // how far the larger square alone shows each pixel where hair may be
	around  []float32 // the same where single hairs may be
	bounds  image.Rectangle
	cells   []cellPair   // for each pixel of a row or column: the cells whose colour it continues
	weight  []float32    // weight of each cell: the person, within the band
	sums    [4][]float32 // of weight and weighted colours, on the grid
	blur    gridmap.Blurrer
	change  Change
	ground  *wideGround // nil when the background is not continued
}

// newHairExtension returns the extension of a square of so many pixels a side. around is
// the matte of the photo on the larger square, person are the mattes on the square. hair is
// the share of hair on the square and on the larger one; nil when nobody knows.
func newHairExtension(around face.Matte, person []face.Matte, hair *[2]face.Matte, feather float64, square int) *hairExtension {
	side := around.Side
	h := &hairExtension{gate: make([]float32, side*side), outside: make([]float32, side*side), around: make([]float32, side*side), cells: make([]cellPair, side)}
	narrowEdge.mask(h.gate, side, &h.blur, []face.Matte{around})
	h.change = Change{Side: side, Pix: make([]float32, 3*side*side)}
	// How far the square's own change shows along a row or column.
	inside := make([]float32, side)
	for i := range inside {
		u := inner(i, side)
		inside[i] = smoothstep(0, float32(feather), float32(min(u, 1-u)-0.5/float64(square)))
		h.cells[i] = cellAt(min(max(u, feather), 1-feather))
	}
	var zone, single, strands []float32 // hair and its surroundings, single hairs, hair alone
	if hair != nil {
		single = Widened(hair[1], side, singleSide/(1+2*face.Margin))
		zone, strands = Widened(hair[1], side, edgeSide/(1+2*face.Margin)), make([]float32, side*side)
		sample(strands, side, hair[1:])
		h.blur.Run(strands, side, 1)
	}
	for y := range side {
		v := inner(y, side)
		for x := range side {
			u := inner(x, side)
			i := y*side + x
			h.outside[i] = 1 - inside[x]*inside[y]
			alone := h.outside[i]
			beyond := max(-u, u-1, -v, 0) / face.Margin
			if hair != nil {
				beyond = max(beyond, (v-1)/face.Margin)
				h.outside[i] *= zone[i]
				h.gate[i] *= smoothstep(strandFrom, strandFull, strands[i])
			} else {
				h.outside[i] *= 1 - smoothstep(hairFrom, hairTo, float32(v))
			}
			fade := 1 - smoothstep(0.5, 1, float32(beyond))
			if h.outside[i] *= fade; h.outside[i] > 0 {
				h.bounds = h.bounds.Union(image.Rect(x, y, x+1, y+1))
			}
			h.gate[i] *= h.outside[i]
			if h.around[i] = h.outside[i]; hair != nil {
				h.around[i] = alone * fade * single[i]
			}
		}
	}
	const n = hairCells
	if hair != nil {
		h.weight = make([]float32, n*n)
		sample(h.weight, n, hair[:1])
	} else {
		h.weight = PersonMask(n, person...)
	}
	for i := range h.sums {
		h.sums[i] = make([]float32, n*n)
	}
	for i := range h.weight {
		u, v := (float64(i%n)+0.5)/n, (float64(i/n)+0.5)/n
		d := min(u, 1-u, v)
		if hair != nil {
			d = min(d, 1-v)
		}
		if d < feather || d > feather+hairBand || 1-v < feather {
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

// compose returns the continuation of a square's change, and the ground that shows where hair goes
// away, nil for none. parts are on a grid of so many cells a side. They are valid until the
// next call.
func (h *hairExtension) compose(ch *Change, parts *parts, grid int) (around, ground *Change) {
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
		return &h.change, nil
	}
	for i := range h.sums {
		h.blur.Run(h.sums[i], n, hairBlur)
	}
	below := h.ground
	if below != nil && !below.find(parts, grid) {
		below = nil
	}
	h.change.Active = h.bounds
	side := h.change.Side
	for y := h.bounds.Min.Y; y < h.bounds.Max.Y; y++ {
		v := h.cells[y]
		for x := h.bounds.Min.X; x < h.bounds.Max.X; x++ {
			i := y*side + x
			out, g := h.change.Pix[3*i:][:3], h.gate[i]
			if g == 0 {
				continue // the pixel is 0 already
			}
			u := h.cells[x]
			w := at(h.sums[0], u, v)
			g *= smoothstep(0.02, 0.2, w) / max(w, 1e-3)
			for k := range out {
				out[k] = g * at(h.sums[k+1], u, v)
			}
			if below != nil {
				clear(out) // hair that remains keeps its tone
			}
		}
	}
	if below != nil {
		ground = below.compose()
	}
	return &h.change, ground
}

// at interpolates a map of the extension's grid.
func at(m []float32, u, v cellPair) float32 {
	return interpolated(m, hairCells, u, v)
}

// cellAt returns the cells that a coordinate of the square lies between.
func cellAt(u float64) cellPair {
	u = min(max(u*hairCells-0.5, 0), hairCells-1)
	i := min(int(u), hairCells-2)
	return cellPair{i, i + 1, float32(u) - float32(i)}
}
