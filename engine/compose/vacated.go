package compose

import (
	"image"
	"math"
	"slices"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/gridmap"
)

// Constants for ground that the person leaves. Lengths are shares of the square's side.
const (
	vacatedSmooth = 4.0 / 256 // standard deviation of the smoothing
	vacatedFrom   = 0.35      // smoothed loss of alpha at which the ground begins to show
	vacatedFull   = 0.7       // and at which it shows in full
	vacatedWider  = 8.0 / 256 // standard deviation of the smoothing that widens the ground
	fringeFrom    = 0.004     // widened ground from which it shows as well,
	fringeFull    = 0.06      // and at which in full
	vacatedEdge   = 3.0 / 256 // standard deviation of the edge of the edited person
	stayFrom      = 0.25      // alpha of the edited person from which the ground yields
	stayFull      = 0.7       // and at which none of it is left
	bareFromHair  = 0.5       // the same two where hair goes away, of which
	bareFullHair  = 0.95      // none may be left at the edge of the head
	backdropFrom  = 0.02      // alpha of the photo's person up to which a cell is background
	backdropNone  = 0.2       // and from which it is not
	leastBackdrop = 0.03      // share of the square that must be background
)

// backdrop is the background of the photo, continued behind the person. Where an edit
// takes hair away, or makes a face smaller, it is drawn in place of the generator's
// background, which is not the photo's.
type backdrop struct {
	photo *image.RGBA  // the aligned square
	pix   [3][]float32 // the background on the composer's grid, in levels
	share []float32    // of the ground in each grid cell, for the current call of Compose
	most  []float32    // scratch memory
	any   bool         // some share is above 0

	// For the current call of Compose: the ground of the larger square, which goes on beyond
	// this one; nil for the ground on the grid. And its cells for each pixel of a row or column.
	around *wideGround
	places []cellPair
}

// Backdrop lets changes show the photo's background where the person was and is no more.
// aligned is the picture that the Composer was made with; nobody may change it while the
// Composer is in use. beyond is 1 where it is beyond the photo's edge: what a mirror shows is
// no background; the zero value if nothing is. person are the mattes of the photo and of the face's outline, as
// Compose is given them. The background is continued behind the person as a membrane
// (Laplace's equation, solved from coarse to fine), so it is smooth there. When the square
// has hardly any background, Backdrop does nothing.
func (c *Composer) Backdrop(aligned *image.RGBA, beyond face.Matte, person ...face.Matte) {
	cells := c.grid * c.grid
	weight := make([]float32, cells)
	sample(weight, c.grid, person)
	c.blur.Run(weight, c.grid, vacatedWider*float64(c.grid)) // a cell may hold a part of the hair beside it
	b := &backdrop{photo: aligned, share: make([]float32, cells), most: make([]float32, cells)}
	if beyond.Side > 0 {
		sample(b.most, c.grid, []face.Matte{beyond})
	}
	for i, v := range weight {
		weight[i] = (1 - smoothstep(backdropFrom, backdropNone, v)) * (1 - b.most[i])
	}
	if sum(weight) < leastBackdrop*float32(cells) {
		return
	}
	for k := range b.pix {
		b.pix[k] = make([]float32, cells)
		pool(c, b.pix[k], aligned.Pix[k:], 4, aligned.Stride)
	}
	gridmap.FillMissing(b.pix[:], weight, c.grid)
	c.backdrop = b
}

// vacate fills the shares of the ground: where the first matte, of the photo, has a person
// and none of the others has, of the face's outline and of the edited picture. Narrow
// strips are left out, since two mattes are never quite equal.
func (c *Composer) vacate(mattes []face.Matte) {
	b := c.backdrop
	b.any, b.around = false, nil
	if len(mattes) < 2 {
		return
	}
	sample(b.share, c.grid, mattes[:1])
	sample(b.most, c.grid, mattes[1:])
	if c.parts != nil && c.parts.known {
		// What a matte takes for a person may be the generator's smoke in place of hair.
		for i, v := range c.parts.empty {
			b.most[i] = min(b.most[i], 1-v)
		}
	}
	for i, v := range b.most {
		b.share[i] = max(0, b.share[i]-v)
	}
	if c.parts != nil {
		c.parts.leaves(c, b.share)
	}
	c.blur.Run(b.share, c.grid, vacatedSmooth*float64(c.grid))
	for i, v := range b.share {
		b.share[i] = smoothstep(vacatedFrom, vacatedFull, v)
		b.any = b.any || b.share[i] > 0
	}
	if !b.any {
		return
	}
	// A little wider, for the single hairs along the old outline, but not over the person.
	c.blur.Run(b.share, c.grid, vacatedWider*float64(c.grid))
	c.blur.Run(b.most, c.grid, vacatedEdge*float64(c.grid))
	from, full := float32(stayFrom), float32(stayFull)
	if c.parts.removing() {
		from, full = bareFromHair, bareFullHair
	}
	for i, v := range b.share {
		b.share[i] = smoothstep(fringeFrom, fringeFull, v) * (1 - smoothstep(from, full, b.most[i]))
	}
	if c.parts.removing() {
		for i, v := range c.parts.drawn { // hair that the edit draws beside it stays
			b.share[i] *= 1 - smoothstep(stayHairFrom, stayHairFull, v)
		}
		c.openGround()
		c.groundAround()
	}
}

// openGround opens the gate where hair was: single hairs reach into what a matte takes for
// background.
func (c *Composer) openGround() {
	p := c.parts
	p.sample(c, p.work, p.photo, face.Hair, face.Background)
	for i, v := range c.backdrop.share {
		c.diff[i] = max(c.diff[i], v*smoothstep(keepFrom, keepFull, p.work[i]))
	}
}

// groundAround lets the ground be that of the larger square, so that there is no edge between
// them where hair goes away on both. A toned photo has no such ground: it is not normalised.
func (c *Composer) groundAround() {
	if c.hair == nil || c.hair.ground == nil || c.photo != nil {
		return
	}
	g, b := c.hair.ground, c.backdrop
	if !g.there() {
		return
	}
	b.around = g
	if b.places == nil {
		b.places = make([]cellPair, c.side)
		for i := range b.places {
			u := ((float64(i)+0.5)/float64(c.side) + face.Margin) / (1 + 2*face.Margin)
			b.places[i] = cellPairAt(float32(u*float64(g.person.Side)-0.5), g.person.Side)
		}
	}
}

// showGround shows the ground in row y of the change: interleaved RGB, in levels. gate says
// how much of a change each pixel takes; share and ground are memory for a row each.
func (c *Composer) showGround(change []float32, y int, gate, share, ground []float32) {
	b := c.backdrop
	c.spread(share, b.share, y)
	photo := b.photo.Pix[y*b.photo.Stride:]
	for k := range 3 {
		c.spread(ground, b.pix[k], y)
		for x, s := range share {
			if s > 0 {
				at := 3*x + k
				var v float32
				if b.around != nil {
					v = b.around.at(k, b.places[x], b.places[y])
				} else {
					v = ground[x]
				}
				change[at] += s * (gate[x]*(v-float32(photo[4*x+k])) - change[at])
			}
		}
	}
}

// textureSide is the standard deviation, as a share of the side, that splits a background into
// its course, which is continued as a membrane, and its texture, which is mirrored.
const textureSide = 14.0 / 256

// Where the mirrored texture is stretched, it would show streaks; where two images of it meet, a
// line; and far from its source, things that nobody believes. These are the areas of the image of a
// cell at which it begins to show, and at which it does in full, those at which it ends to show,
// the same for the distance from the source as a share of the side, and the standard deviation of
// the smoothing of all that.
const (
	stretchedFrom, stretchedFull = 0.3, 0.8
	torn, tornFull               = 1.6, 3.0
	farFrom, farFull             = 0.06, 0.16
	stretchedEdge                = 3.0 / 256
)

// texture is what a background has beside its course, mirrored at the outline of the person.
type texture struct {
	photo  *image.RGBA
	grid   int
	cell   float32      // pixels of the photo per cell
	x, y   []float32    // the place that each cell is an image of
	course [3][]float32 // the background without its texture, in levels
	known  []float32    // share of the background in each cell
	share  []float32    // how much of its texture each cell shows
}

// newTexture returns the texture of a background. ground is the background on a grid, continued
// behind the person, known the share of each cell that is background.
func newTexture(photo *image.RGBA, ground *[3][]float32, known []float32, grid int) *texture {
	t := &texture{photo: photo, grid: grid, cell: float32(photo.Rect.Dx()) / float32(grid), known: known}
	t.x, t.y = gridmap.Mirrored(known, grid)
	var blur gridmap.Blurrer
	t.share = make([]float32, grid*grid)
	for y := 1; y < grid-1; y++ {
		for x := 1; x < grid-1; x++ {
			i := y*grid + x
			area := (t.x[i+1]-t.x[i-1])*(t.y[i+grid]-t.y[i-grid]) - (t.x[i+grid]-t.x[i-grid])*(t.y[i+1]-t.y[i-1])
			area = abs32(area) / 4
			dx, dy := t.x[i]-float32(x), t.y[i]-float32(y)
			far := float32(math.Sqrt(float64(dx*dx+dy*dy))) / float32(2*grid)
			t.share[i] = smoothstep(stretchedFrom, stretchedFull, area) *
				(1 - smoothstep(torn, tornFull, area)) * (1 - smoothstep(farFrom, farFull, far))
		}
	}
	blur.Run(t.share, grid, stretchedEdge*float64(grid))
	for k, m := range ground {
		t.course[k] = slices.Clone(m)
		blur.Run(t.course[k], grid, textureSide*float64(grid))
	}
	return t
}

// at returns the texture of one colour at a place between cells, in levels.
func (t *texture) at(k int, u, v cellPair) float32 {
	sx, sy := interpolated(t.x, t.grid, u, v), interpolated(t.y, t.grid, u, v)
	su, sv := cellPairAt(sx, t.grid), cellPairAt(sy, t.grid)
	w := interpolated(t.known, t.grid, su, sv) * interpolated(t.share, t.grid, u, v)
	if w == 0 {
		return 0
	}
	last := t.photo.Rect.Dx() - 1
	px := min(max((sx+0.5)*t.cell-0.5, 0), float32(last))
	py := min(max((sy+0.5)*t.cell-0.5, 0), float32(last))
	i, j := int(px), int(py)
	fx, fy := px-float32(i), py-float32(j)
	i1, j1 := min(i+1, last), min(j+1, last)
	p, q := t.photo.Pix[j*t.photo.Stride+k:], t.photo.Pix[j1*t.photo.Stride+k:]
	a, b := float32(p[4*i]), float32(q[4*i])
	a += fx * (float32(p[4*i1]) - a)
	b += fx * (float32(q[4*i1]) - b)
	return w * (a + fy*(b-a) - interpolated(t.course[k], t.grid, su, sv))
}

// cellPairAt returns the cells that a place, in cells, lies between.
func cellPairAt(at float32, grid int) cellPair {
	at = min(max(at, 0), float32(grid-1))
	i := min(int(at), grid-2)
	return cellPair{i, i + 1, at - float32(i)}
}

// sample fills dst, side × side, with the largest alpha of the mattes at each cell.
func sample(dst []float32, side int, mattes []face.Matte) {
	clear(dst)
	for _, m := range mattes {
		for gy := range side {
			y := (2*gy + 1) * m.Side / (2 * side)
			for gx := range side {
				at := &dst[gy*side+gx]
				*at = max(*at, m.Alpha[y*m.Side+(2*gx+1)*m.Side/(2*side)])
			}
		}
	}
}
