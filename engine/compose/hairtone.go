package compose

import (
	"image"

	"deltaedit/engine/face"
)

// Constants of hair that changes its colour. Lengths are shares of the square's side.
const (
	hairLow      = 6.0 / 256 // standard deviation that splits hair into tone and strands
	guideSide    = 6.0 / 256 // standard deviation of the windows of the guided filter
	guideNoise   = 60        // variance, in squared levels, below which a window counts as flat
	alphaNone    = 0.25      // alpha of the guided filter up to which a pixel is not hair,
	alphaFull    = 0.8       // and from which it is nothing else
	leastHair    = 0.002     // share of the square that must be hair
	stayHairFrom = 0.2       // share of hair in the edited picture from which it stays hair,
	stayHairFull = 0.6       // and from which it does in full
	edgeSide     = 3.0 / 256 // standard deviation that widens hair to the zone of its edge
	edgeFrom     = 0.06      // widened share of hair at which the zone begins,
	edgeFull     = 0.35      // and at which it is complete
	colourMore   = 1.3       // times the generator's change of tone is that of an edit of the colour
	bareHairFrom = 0.4       // share of skin from which a cell leaves the zone,
	bareHairFull = 0.9       // and from which it is not part of it
	drawnFrom    = 0.3       // share of hair in both pictures from which the generator's strands
	drawnFull    = 0.8       // are taken, and from which in full
	strandLevel  = 25        // levels that are added to both tones before they are compared
	strandLeast  = 0.5       // least and largest contrast of strands, over that in the photo
	strandMost   = 1.6
	brightHair   = 170  // level of luma from which hair becomes brighter by less,
	brightLeft   = 0.35 // and how much of the rest is left
	newColour    = 0.12 // how much of a colour that it has not had fading hair takes
	leastFading  = 5    // levels of colour that hair must have, so that it can lose a share of it
)

// hairTone changes the colour of hair and keeps its strands. With A the photo, L the tone of
// its hair (its low frequencies, averaged within the hair), G0 and G1 the reconstruction and
// the edited picture, D0 and D1 their high frequencies, and t the change of tone, the new
// hair is
//
//	L + t + k·(A − L − D0) + D1
//
// where G1 has hair too, and L + t + k·(A − L) elsewhere, with a contrast k that follows the
// brightness: strands that the generator cannot draw stay the photo's, and those that it can
// have the light of the new colour. The soft border of the hair comes from
// the photo itself, by a guided filter (He and others, ECCV 2010) on the composer's grid
// that is evaluated at each pixel (He and Sun, 2015). In a zone around the hair nothing
// else changes, since the generator's hair ends elsewhere.
type hairTone struct {
	photo  *image.RGBA  // the aligned square
	hair   []float32    // share of hair in the photo, on the composer's grid
	zone   []float32    // the same, widened
	slope  []float32    // alpha of a pixel: slope × luma + base
	base   []float32    //
	low    [3][]float32 // L on the grid
	before [3][]float32 // means of the cells of the reconstruction
	smooth [3][]float32 // the same, averaged within the hair: G0 − D0

	// For the current call of Compose, on the grid:
	share  []float32    // of the zone in which hair keeps its strands
	weight []float32    // hair in both
	shift  [3][]float32 // t; then all of the change that does not depend on the pixel
	drawn  []float32    // how much of D1 and D0 is taken
	after  [3][]float32 // G1 − D1
	gain   []float32    // k − 1
	work   []float32
	any    bool // some share is above 0
}

// newHairTone returns the hair of an aligned square, nil when there is hardly any. before are
// the means of the cells of the reconstruction, skin is the skin beside the hair, which is
// not part of the zone.
func newHairTone(c *Composer, aligned *image.RGBA, before [3][]float32, hair, skin face.Matte) *hairTone {
	cells := c.grid * c.grid
	h := &hairTone{photo: aligned, before: before}
	for _, m := range []*[]float32{&h.hair, &h.zone, &h.slope, &h.base, &h.share, &h.weight, &h.drawn, &h.gain, &h.work} {
		*m = make([]float32, cells)
	}
	sample(h.hair, c.grid, []face.Matte{hair})
	if sum(h.hair) < leastHair*float32(cells) {
		return nil
	}
	copy(h.zone, h.hair)
	c.blur.Run(h.zone, c.grid, edgeSide*float64(c.grid))
	sample(h.work, c.grid, []face.Matte{skin})
	for i, v := range h.zone {
		h.zone[i] = smoothstep(edgeFrom, edgeFull, v) * (1 - smoothstep(bareHairFrom, bareHairFull, h.work[i]))
	}
	grey := make([]float32, cells)
	for k := range 3 {
		for _, m := range []*[]float32{&h.low[k], &h.smooth[k], &h.shift[k], &h.after[k]} {
			*m = make([]float32, cells)
		}
		pool(c, h.low[k], aligned.Pix[k:], 4, aligned.Stride)
	}
	for i := range grey {
		grey[i] = luma(h.low[0][i], h.low[1][i], h.low[2][i])
	}
	h.guide(c, grey)
	for k, m := range h.low {
		within(m, h.hair, h.work, c, hairLow)
		copy(h.smooth[k], h.before[k])
		within(h.smooth[k], h.hair, h.work, c, hairLow)
	}
	return h
}

// guide computes the alpha's slope and base.
func (h *hairTone) guide(c *Composer, grey []float32) {
	mean := func(dst []float32, at func(i int) float32) []float32 {
		for i := range dst {
			dst[i] = at(i)
		}
		c.blur.Run(dst, c.grid, guideSide*float64(c.grid))
		return dst
	}
	cells := len(grey)
	y := mean(make([]float32, cells), func(i int) float32 { return grey[i] })
	p := mean(make([]float32, cells), func(i int) float32 { return h.hair[i] })
	yp := mean(make([]float32, cells), func(i int) float32 { return grey[i] * h.hair[i] })
	yy := mean(make([]float32, cells), func(i int) float32 { return grey[i] * grey[i] })
	for i := range yp {
		yp[i] = (yp[i] - y[i]*p[i]) / (yy[i] - y[i]*y[i] + guideNoise)
	}
	mean(h.slope, func(i int) float32 { return yp[i] })
	mean(h.base, func(i int) float32 { return p[i] - yp[i]*y[i] })
}

// within smooths a map of the grid within the cells that have weight: each takes the
// weighted mean around it. work is scratch memory.
func within(m, weight, work []float32, c *Composer, sigma float64) {
	for i, w := range weight {
		m[i] *= w
		work[i] = w
	}
	c.blur.Run(m, c.grid, sigma*float64(c.grid))
	c.blur.Run(work, c.grid, sigma*float64(c.grid))
	for i, w := range work {
		m[i] /= w + 1e-3
	}
}

// change lets the gate of the call of Compose in work through where the edit is about the
// hair, and prepares the change of its tone. after is the share of hair in the edited
// picture.
func (h *hairTone) change(c *Composer, edited []float32, after face.Matte, mattes []face.Matte) {
	h.any = false
	switch about := c.parts.about.Hair; about {
	case HairStays:
		for i, v := range h.zone {
			c.diff[i] *= 1 - v
		}
	case HairTone, HairColour:
		h.retone(c, edited, after, about == HairColour)
		if len(mattes) > 0 { // its edge is finer than that of the parts
			sample(h.work, c.grid, mattes[:1])
			for i, v := range h.work {
				h.share[i] *= smoothstep(narrowEdge.from, narrowEdge.full, v)
			}
		}
		for i, v := range h.zone {
			if about == HairColour {
				c.diff[i] = 0
			}
			open := v
			if c.person != nil {
				open *= c.person[i]
			}
			c.diff[i] = max(c.diff[i], open)
		}
	}
}

// retone prepares the change of the hair's tone for an edited picture: in each place as
// that picture has it, or the mean of all of them. after is the share of hair in that
// picture.
func (h *hairTone) retone(c *Composer, edited []float32, after face.Matte, local bool) {
	sample(h.share, c.grid, []face.Matte{after})
	for i, v := range h.share {
		h.weight[i] = h.hair[i] * smoothstep(stayHairFrom, stayHairFull, v)
	}
	if sum(h.weight) < leastHair*float32(len(h.weight)) {
		copy(h.share, h.zone) // nothing tells the tone: the hair stays
		for k := range h.shift {
			clear(h.shift[k])
		}
		clear(h.gain)
		clear(h.drawn)
		h.any = true
		return
	}
	for k, means := range c.parts.means(c, edited) {
		t, after := h.shift[k], h.after[k]
		copy(after, means)
		for i, v := range means {
			t[i] = v - h.before[k][i]
		}
		if !local {
			mean := meanOf(t, h.weight)
			for i := range t {
				t[i] = mean
			}
			continue
		}
		within(t, h.weight, h.work, c, hairLow)
		within(after, h.weight, h.work, c, hairLow)
		for i := range t {
			t[i] *= colourMore
		}
	}
	if local {
		h.limitBrightness()
	} else {
		h.fadeColour()
	}
	copy(h.share, h.zone)
	for i := range h.share {
		old := luma(h.low[0][i], h.low[1][i], h.low[2][i])
		new := luma(h.toned(0, i), h.toned(1, i), h.toned(2, i))
		h.gain[i] = min(max((new+strandLevel)/(old+strandLevel), strandLeast), strandMost) - 1
		if h.drawn[i] = 0; local {
			h.drawn[i] = smoothstep(drawnFrom, drawnFull, h.weight[i])
		}
		for k := range 3 {
			h.shift[k][i] -= h.gain[i]*h.low[k][i] + h.drawn[i]*(h.after[k][i]-(1+h.gain[i])*h.smooth[k][i])
		}
		h.any = h.any || h.share[i] > 0
	}
}

// fadeColour makes a change of tone that takes colour away, the same everywhere in h.shift, a
// share of the colour of each place: a strand that has less would become blue where brown
// hair becomes grey. Hair that has no colour takes hardly any.
func (h *hairTone) fadeColour() {
	var was, becomes [3]float32
	for k := range was {
		was[k] = meanOf(h.low[k], h.weight)
		becomes[k] = was[k] + h.shift[k][0]
	}
	toColour(&was)
	toColour(&becomes)
	square := was[0]*was[0] + was[1]*was[1] + was[2]*was[2]
	along := was[0]*becomes[0] + was[1]*becomes[1] + was[2]*becomes[2]
	gains := becomes[0]*becomes[0] + becomes[1]*becomes[1] + becomes[2]*becomes[2] - square
	switch {
	case square < leastFading*leastFading && gains > 0: // of hair without a colour nothing can fade
		along = square
	case along >= square:
		return
	}
	ratio := float32(1) // of its colour that it would have
	if square > 0 {
		ratio = along / square
	}
	left := max(ratio, 0)
	brighter := luma(h.shift[0][0], h.shift[1][0], h.shift[2][0])
	var other [3]float32 // colour that the hair has not had
	for k := range other {
		other[k] = newColour * (becomes[k] - ratio*was[k])
	}
	for i := range h.weight {
		colour := [3]float32{h.low[0][i], h.low[1][i], h.low[2][i]}
		toColour(&colour)
		for k := range colour {
			h.shift[k][i] = brighter + (left-1)*colour[k] + other[k]
		}
	}
}

// limitBrightness makes less of a change that would make bright hair brighter still: in blond
// hair that becomes blond no strand may burn out.
func (h *hairTone) limitBrightness() {
	for i := range h.weight {
		old := luma(h.low[0][i], h.low[1][i], h.low[2][i])
		added := luma(h.shift[0][i], h.shift[1][i], h.shift[2][i])
		over := min(old+added-brightHair, added)
		if over <= 0 {
			continue
		}
		for k := range h.shift {
			h.shift[k][i] -= (1 - brightLeft) * over
		}
	}
}

// toColour takes the luma away from three levels.
func toColour(v *[3]float32) {
	l := luma(v[0], v[1], v[2])
	for k := range v {
		v[k] -= l
	}
}

// toned returns the new tone of one colour in a cell, in levels.
func (h *hairTone) toned(k, cell int) float32 {
	return min(max(h.low[k][cell]+h.shift[k][cell], 0), 255)
}

// strandMaps is how many maps showStrands interpolates to a row of pixels.
const strandMaps = 8

// showStrands replaces the change of the hair in row y: interleaved RGB, in levels. gate
// says how much of a change each pixel takes; line is memory for strandMaps rows.
func (c *Composer) showStrands(change []float32, y int, gate, line []float32) {
	h := c.parts.hair
	row := func(i int, from []float32) []float32 {
		dst := line[i*c.side : (i+1)*c.side]
		c.spread(dst, from, y)
		return dst
	}
	share, slope, base, gain, drawn := row(0, h.share), row(1, h.slope), row(2, h.base), row(3, h.gain), row(4, h.drawn)
	shift := [3][]float32{row(5, h.shift[0]), row(6, h.shift[1]), row(7, h.shift[2])}
	photo := h.photo.Pix[y*h.photo.Stride:]
	n, o := c.side*c.side, y*c.side
	for x, s := range share {
		if s == 0 || gate[x] == 0 {
			continue
		}
		p, q := change[3*x:3*x+3:3*x+3], photo[4*x:4*x+3:4*x+3]
		alpha := gate[x] * min(max((slope[x]*luma(float32(q[0]), float32(q[1]), float32(q[2]))+base[x]-alphaNone)/(alphaFull-alphaNone), 0), 1)
		for k := range p {
			v := shift[k][x] + gain[x]*float32(q[k])
			if d := drawn[x]; d > 0 {
				at := k*n + o + x
				v += d * (level(c.edited[at]) - (1+gain[x])*c.recon[at])
			}
			p[k] += s * (alpha*v - p[k])
		}
	}
}
