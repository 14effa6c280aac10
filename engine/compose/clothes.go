package compose

import (
	"image"

	"deltaedit/engine/face"
)

// leastClothes is the share of the square that clothes must have to give others their
// colour.
const leastClothes = 0.01

// clothes gives clothes that an edit draws where the photo shows none the colour of those
// in the photo: with a child's face comes a child's collar.
type clothes struct {
	colour [3]float32 // mean colour of the photo's clothes, in levels
	photo  []float32  // share of clothes in the photo, on the composer's grid

	// For the current call of Compose:
	drawn []float32  // share of clothes that the edit has drawn, on the grid
	added [3]float32 // to their colour, in levels
	any   bool       // some were drawn
}

// newClothes returns the clothes of an aligned square, nil when it shows hardly any.
func newClothes(c *Composer, aligned *image.RGBA, photo face.Matte) *clothes {
	cells := c.grid * c.grid
	w := &clothes{photo: make([]float32, cells), drawn: make([]float32, cells)}
	sample(w.photo, c.grid, []face.Matte{photo})
	if sum(w.photo) <= leastClothes*float32(cells) {
		return nil
	}
	for k := range w.colour {
		pool(c, w.drawn, aligned.Pix[k:], 4, aligned.Stride)
		w.colour[k] = meanOf(w.drawn, w.photo)
	}
	return w
}

// meanOf returns the weighted mean of a map. The weights are not all 0.
func meanOf(m, weight []float32) float32 {
	var s float32
	for i, w := range weight {
		s += w * m[i]
	}
	return s / sum(weight)
}

// dye finds the clothes that an edit has drawn, and what is to be added to their colour.
// after is the share of clothes in the edited picture.
func (w *clothes) dye(c *Composer, edited []float32, after face.Matte) {
	sample(w.drawn, c.grid, []face.Matte{after})
	for i, v := range w.photo {
		w.drawn[i] = max(w.drawn[i]-v, 0)
	}
	if w.any = sum(w.drawn) > leastClothes*float32(len(w.drawn)); !w.any {
		return
	}
	for k, means := range c.parts.means(c, edited) {
		w.added[k] = w.colour[k] - meanOf(means, w.drawn)
	}
}

// showClothes dyes the clothes in row y of the change: interleaved RGB, in levels. gate
// says how much of a change each pixel takes; share is memory for a row.
func (c *Composer) showClothes(change []float32, y int, gate, share []float32) {
	w := c.parts.clothes
	c.spread(share, w.drawn, y)
	for x, s := range share {
		if s *= gate[x]; s > 0 {
			for k, v := range w.added {
				change[3*x+k] += s * v
			}
		}
	}
}
