package compose

import (
	"image"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/gridmap"
)

// Constants for ground that the person leaves. Lengths are shares of the square's side.
const (
	vacatedSmooth = 4.0 / 256 // standard deviation of the smoothing
	vacatedFrom   = 0.35      // smoothed loss of alpha at which the ground begins to show
	vacatedFull   = 0.7       // and at which it shows in full
	fringeFrom    = 0.08      // the same of the ground itself, widened by
	fringeFull    = 0.45      // another smoothing
	stayFrom      = 0.15      // alpha of the edited person from which the ground yields
	stayFull      = 0.6       // and at which none of it is left
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
}

// Backdrop lets changes show the photo's background where the person was and is no more.
// aligned is the picture that the Composer was made with; nobody may change it while the
// Composer is in use. person are the mattes of the photo and of the face's outline, as
// Compose is given them. The background is continued behind the person as a membrane
// (Laplace's equation, solved from coarse to fine), so it is smooth there. When the square
// has hardly any background, Backdrop does nothing.
func (c *Composer) Backdrop(aligned *image.RGBA, person ...face.Matte) {
	cells := c.grid * c.grid
	weight := make([]float32, cells)
	sample(weight, c.grid, person)
	c.blur.Run(weight, c.grid, vacatedSmooth*float64(c.grid)) // a cell may hold a part of the hair beside it
	for i, v := range weight {
		weight[i] = 1 - smoothstep(backdropFrom, backdropNone, v)
	}
	if sum(weight) < leastBackdrop*float32(cells) {
		return
	}
	b := &backdrop{photo: aligned, share: make([]float32, cells), most: make([]float32, cells)}
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
	b.any = false
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
	c.blur.Run(b.share, c.grid, vacatedSmooth*float64(c.grid))
	for i, v := range b.share {
		b.share[i] = smoothstep(fringeFrom, fringeFull, v) * (1 - smoothstep(stayFrom, stayFull, b.most[i]))
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
				change[at] += s * (gate[x]*(ground[x]-float32(photo[4*x+k])) - change[at])
			}
		}
	}
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
