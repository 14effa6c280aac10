package compose

import (
	"image"
	"slices"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/gridmap"
	"deltaedit/engine/internal/parallel"
)

// WideDetail is how many pixels a side the photo around the square has for each pixel of
// its matte: single hairs, which the matte does not show, have to go too.
const WideDetail = 3

// Shares of the hair at the square's border that an edit removes at which the ground begins
// to show beyond it, and at which it does in full.
const groundFrom, groundFull = 0.2, 0.7

// Heights on the square, 1 at its bottom, between which what hair hides begins to be the body
// too, beside the background.
const bodyFrom, bodyFull = 0.85, 0.95

// wideGround is the background of the photo around the square, continued behind the person:
// where hair goes away at the border of the square, it has to go beyond it as well.
type wideGround struct {
	photo   *image.RGBA // the larger square, WideDetail times the matte's side
	person  face.Matte
	beyond  face.Matte // what is beyond the photo's edge
	outside []float32  // of the hairExtension
	body    []float32  // share of clothes and skin for each pixel of the matte; nil for unknown
	border  []bool     // cells of its grid in the soft border of the square
	near    []cellPair

	// Made at the first use:
	made   bool
	gate   []float32    // for each pixel of the matte: the person, as far as the ground may show; nil for no ground
	ground [3][]float32 // in levels, for each pixel of the matte
	finer  *texture     // of the ground
	cells  []cellPair   // of the grid, and
	pixels []cellPair   // of the matte, for each pixel of a row or column of the photo
	change Change

	// For the current call of compose, on the grid of the extension:
	share  []float32 // of the hair that has become ground
	weight []float32 // hair in the photo, smoothed as the share is
	blur   gridmap.Blurrer
}

// newWideGround returns the ground around a square. photo is the larger square, person its
// matte, beyond that of what is beyond the photo's edge, outside that of a hairExtension; feather is the square's. Nobody may change them
// while it is in use.
func newWideGround(photo *image.RGBA, person, beyond face.Matte, outside []float32, feather float64) *wideGround {
	const n = hairCells
	g := &wideGround{
		photo: photo, person: person, beyond: beyond, outside: outside, border: make([]bool, n*n),
		share: make([]float32, n*n), weight: make([]float32, n*n), near: gridCells(person.Side),
	}
	for i := range g.border {
		u, v := (float64(i%n)+0.5)/n, (float64(i/n)+0.5)/n
		g.border[i] = min(u, 1-u, v, 1-v) < feather
	}
	return g
}

// gridCells returns the cells of the extension's grid for each pixel of a row or column of the
// larger square, with so many pixels a side. Beyond the smaller square they are those of its
// border.
func gridCells(side int) []cellPair {
	cells := make([]cellPair, side)
	for i := range cells {
		cells[i] = cellAt(inner(i, side))
	}
	return cells
}

// there reports whether there is ground. It is made at the first call.
func (g *wideGround) there() bool {
	if !g.made {
		g.make()
	}
	return g.gate != nil
}

// at returns one colour of the ground at a place between the pixels of the matte, in levels.
func (g *wideGround) at(k int, u, v cellPair) float32 {
	return interpolated(g.ground[k], g.person.Side, u, v) + g.finer.at(k, u, v)
}

// make continues the background behind the person.
func (g *wideGround) make() {
	g.made = true
	side := g.person.Side
	weight := append([]float32{}, g.person.Alpha...)
	g.blur.Run(weight, side, vacatedWider*float64(side))
	gate := make([]float32, len(weight))
	for i, v := range weight {
		gate[i] = g.outside[i] * smoothstep(fringeFrom, fringeFull, v)
		weight[i] = 1 - smoothstep(backdropFrom, backdropNone, v)
	}
	if g.body != nil {
		for i, v := range g.body {
			weight[i] = max(weight[i], v*smoothstep(bodyFrom, bodyFull, float32(inner(i/side, side))))
		}
	}
	for i, v := range g.beyond.Alpha {
		weight[i] *= 1 - v
	}
	if sum(weight) < leastBackdrop*float32(len(weight)) {
		return
	}
	g.gate = gate
	for k := range g.ground {
		m := make([]float32, len(weight))
		for i := range m {
			for dy := range WideDetail {
				row := g.photo.Pix[(i/side*WideDetail+dy)*g.photo.Stride+4*(i%side)*WideDetail:]
				for dx := range WideDetail {
					m[i] += float32(row[4*dx+k]) / (WideDetail * WideDetail)
				}
			}
		}
		g.ground[k] = m
	}
	known := slices.Clone(weight)
	gridmap.FillMissing(g.ground[:], weight, side)
	g.finer = newTexture(g.photo, &g.ground, known, side)
	fine := WideDetail * side
	g.change = Change{Side: fine, Pix: make([]float32, 3*fine*fine)}
	g.cells, g.pixels = gridCells(fine), make([]cellPair, fine)
	for i := range g.pixels {
		g.pixels[i] = cellPairAt((float32(i)+0.5)/WideDetail-0.5, side)
	}
}

// find fills the shares from the hair that an edit removes from the square, whose parts are
// on a grid of so many cells a side, and reports whether there is any at the border.
func (g *wideGround) find(parts *parts, grid int) bool {
	if !parts.removing() {
		return false
	}
	var most float32
	for i, at := range g.border {
		g.share[i], g.weight[i] = 0, 0
		if at {
			x, y := (2*(i%hairCells)+1)*grid/(2*hairCells), (2*(i/hairCells)+1)*grid/(2*hairCells)
			g.share[i], g.weight[i] = parts.removed[y*grid+x], parts.hair.hair[y*grid+x]
			most = max(most, g.share[i])
		}
	}
	if most == 0 {
		return false
	}
	if !g.there() {
		return false
	}
	g.blur.Run(g.share, hairCells, hairBlur)
	g.blur.Run(g.weight, hairCells, hairBlur)
	for i, w := range g.weight {
		g.share[i] = smoothstep(groundFrom, groundFull, g.share[i]/max(w, 1e-2))
	}
	return true
}

// compose returns the change from the photo to the ground, for the shares that find has
// filled. It is valid until the next call.
func (g *wideGround) compose() *Change {
	side, fine := g.person.Side, g.change.Side
	left := 0 // the first column of the smaller square
	for inner(left, fine) < 0 {
		left++
	}
	parallel.Ranges(fine, 16, func(from, to int) {
		for y := from; y < to; y++ {
			v, row := g.pixels[y], g.photo.Pix[y*g.photo.Stride:]
			for x := range fine {
				u, out := g.pixels[x], g.change.Pix[3*(y*fine+x):][:3]
				var a float32
				if x < left || x >= fine-left || y < left || y >= fine-left {
					a = interpolated(g.gate, side, u, v) * at(g.share, g.cells[x], g.cells[y])
				}
				for k := range out {
					if out[k] = 0; a > 0 {
						out[k] = a * (g.at(k, u, v) - float32(row[4*x+k]))
					}
				}
			}
		}
	})
	g.change.Active = image.Rect(0, 0, fine, fine)
	return &g.change
}

// interpolated interpolates a map of side × side values.
func interpolated(m []float32, side int, u, v cellPair) float32 {
	p, q := m[v.i*side:], m[v.j*side:]
	top, low := p[u.i]+u.t*(p[u.j]-p[u.i]), q[u.i]+u.t*(q[u.j]-q[u.i])
	return top + v.t*(low-top)
}
