package compose

import (
	"image"

	"deltaedit/engine/face"
)

// Constants of skin that stays bare. Lengths are shares of the square's side.
const (
	bareSide  = 12.0 / 256 // standard deviation of the smoothing of the skin's tone
	coverSide = 3.0 / 256  // standard deviation that widens what covers the skin
	bareFrom  = 0.05       // share of what covers the photo's skin from which it stays bare,
	bareFull  = 0.25       // and from which it does in full
	bareEdge  = 1.0 / 256  // standard deviation of the edge of the skin that stays bare
	nearFull  = 0.2        // smoothed share of such skin from which it gives its own tone
	leastBare = 0.01       // share of the square that must be skin in both pictures

	lightSide   = 32.0 / 256 // standard deviation of the smoothing of the light on skin
	lightLuma   = 0.7        // how much of a change of its brightness an edit that is not about
	lightColour = 0.85       // it leaves out, and of its colour
	skinEdge    = 2.0 / 256  // standard deviation of the edge of the skin whose light stays
)

// bareSkin keeps skin free of hair that the edited picture has there although the edit is
// not about the shape of hair: with an age comes a fringe. Such skin takes the tone that
// the edit gives the skin around it.
type bareSkin struct {
	photo  []float32    // share of skin in the photo, on the composer's grid
	before [3][]float32 // means of the cells of the reconstruction, in levels

	// For the current call of Compose, on the grid:
	share  []float32    // of the skin that stays bare
	weight []float32    // share of skin in both pictures
	shift  [3][]float32 // change of its tone, in levels
	light  [3][]float32 // what is taken away from the change of skin, in levels
	lit    []float32    // share of the face and the skin for which it is
	lights bool         // something is taken away
	work   []float32
	any    bool // some share is above 0
}

// newBareSkin returns the skin of an aligned square, nil when it shows hardly any. before are
// the means of the cells of the reconstruction.
func newBareSkin(c *Composer, before [3][]float32, photo face.Matte) *bareSkin {
	cells := c.grid * c.grid
	b := &bareSkin{before: before}
	for _, m := range []*[]float32{&b.photo, &b.share, &b.weight, &b.lit, &b.work} {
		*m = make([]float32, cells)
	}
	sample(b.photo, c.grid, []face.Matte{photo})
	if sum(b.photo) < leastBare*float32(cells) {
		return nil
	}
	for k := range b.shift {
		b.shift[k], b.light[k] = make([]float32, cells), make([]float32, cells)
	}
	return b
}

// find finds the skin that stays bare, and its change of tone. covered is how much of each cell of
// the edited picture is what must not cover it, after are its parts.
func (b *bareSkin) find(c *Composer, edited, covered []float32, after face.Parts) {
	b.any, b.lights = false, false
	copy(b.share, covered)
	c.blur.Run(b.share, c.grid, coverSide*float64(c.grid)) // single strands beside it
	sample(b.weight, c.grid, []face.Matte{after.Of(face.Skin)})
	for i, v := range b.photo {
		b.share[i] = smoothstep(bareFrom, bareFull, b.share[i]*v)
		b.weight[i] *= v * (1 - b.share[i])
		b.any = b.any || b.share[i] > 0
	}
	if sum(b.weight) <= leastBare*float32(len(b.weight)) {
		b.any = false
		return
	}
	if c.parts.about.SkinStays {
		b.keepLight(c, edited, after)
	}
	if !b.any {
		return
	}
	b.shifts(c, edited, &b.shift, bareSide)
	if b.lights {
		for k, t := range b.shift {
			for i, v := range b.light[k] {
				t[i] -= v
			}
		}
	}
	c.blur.Run(b.share, c.grid, bareEdge*float64(c.grid))
}

// shifts fills maps with the change of the skin's tone, smoothed.
func (b *bareSkin) shifts(c *Composer, edited []float32, shift *[3][]float32, side float64) {
	for k, means := range c.parts.means(c, edited) {
		t := shift[k]
		for i, v := range means {
			t[i] = v - b.before[k][i]
		}
		mean := meanOf(t, b.weight)
		within(t, b.weight, b.work, c, side)
		for i, w := range b.work { // far from such skin the mean serves
			near := smoothstep(0, nearFull, w)
			t[i] = mean + near*(t[i]-mean)
		}
	}
}

// keepLight finds what an edit that is not about the tone of skin changes of it.
func (b *bareSkin) keepLight(c *Composer, edited []float32, after face.Parts) {
	b.lights = true
	b.shifts(c, edited, &b.light, lightSide)
	red, green, blue := b.light[0], b.light[1], b.light[2]
	for i := range red {
		l := luma(red[i], green[i], blue[i])
		red[i] = lightLuma*l + lightColour*(red[i]-l)
		green[i] = lightLuma*l + lightColour*(green[i]-l)
		blue[i] = lightLuma*l + lightColour*(blue[i]-l)
	}
	c.parts.sample(c, b.lit, after, litParts...)
	c.blur.Run(b.lit, c.grid, skinEdge*float64(c.grid))
}

// renewSkin drops the photo's detail from skin, so that it is the generator's: a child has no
// wrinkles. skin is the share of skin in the edited picture.
func (c *Composer) renewSkin(skin []float32, amount float32) {
	c.blur.Run(skin, c.grid, skinEdge*float64(c.grid))
	for i, v := range skin {
		c.drop[i] = max(c.drop[i], amount*smoothstep(0, 1, v))
	}
}

// litParts are those whose light stays with that of the skin.
var litParts = []face.Part{face.Skin, face.Brows, face.Eyes, face.Mouth}

// showLight takes the change of light away from the skin in row y of the change: interleaved
// RGB, in levels. gate says how much of a change each pixel takes; line is memory for two rows.
func (c *Composer) showLight(change []float32, y int, gate, line []float32) {
	b := c.parts.bare
	lit, light := line[:c.side], line[c.side:2*c.side]
	c.spread(lit, b.lit, y)
	for k, m := range b.light {
		c.spread(light, m, y)
		for x, s := range lit {
			change[3*x+k] -= s * gate[x] * light[x]
		}
	}
}

// showBare shows the skin that stays bare in row y of the change: interleaved RGB, in
// levels. gate says how much of a change each pixel takes; line is memory for four rows.
func (c *Composer) showBare(change []float32, y int, gate, line []float32) {
	b := c.parts.bare
	share := line[:c.side]
	c.spread(share, b.share, y)
	tone := line[c.side : 2*c.side]
	for k, shift := range b.shift {
		c.spread(tone, shift, y)
		for x, s := range share {
			if s > 0 {
				change[3*x+k] += s * (gate[x]*tone[x] - change[3*x+k])
			}
		}
	}
}

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
