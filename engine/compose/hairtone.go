package compose

import (
	"image"
	"slices"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/parallel"
)

// Constants of hair that changes its colour. Lengths are shares of the square's side.
const (
	hairLow      = 6.0 / 256  // standard deviation that splits hair into tone and strands
	guideSide    = 6.0 / 256  // standard deviation of the windows of the guided filter
	guideNoise   = 60         // variance, in squared levels, below which a window counts as flat
	alphaNone    = 0.25       // alpha of the guided filter up to which a pixel is not hair,
	alphaFull    = 0.8        // and from which it is nothing else
	besideSide   = 10.0 / 256 // standard deviation over which skin is beside hair,
	besideFrom   = 0.002      // the smoothed shares of both from which it tells hair from skin,
	besideFull   = 0.02       // and in full,
	apartFrom    = 25         // and the same for the distance of their colours, in levels
	apartFull    = 50
	betweenFrom  = 0.35      // place between skin and hair at which a colour begins to be hair,
	betweenFull  = 0.85      // and at which it is in full
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
	warmGrey     = 0.3  // share of its colour that fading hair keeps: grey without any looks blue
	shadeLevel   = 10   // levels that are added to the light of hair before it is compared,
	shadeLeast   = 0.3  // and the least and largest share of a change of brightness
	shadeMost    = 1.2
	mostGreen    = 8    // levels by which green may be above the mean of red and blue
	blueKept     = 0.25 // how much of the blue of the photo's hair is left
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
	alpha  []uint8      // alpha of each pixel of the photo, in 1/255
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
	fade   float32      // share of its own colour that each pixel loses; then k is for luma alone
	work   []float32
	any    bool // some share is above 0
}

// newHairTone returns the hair of an aligned square, nil when there is hardly any. before are
// the means of the cells of the reconstruction, skin is the skin beside the hair, which is
// not part of the zone.
func newHairTone(c *Composer, aligned *image.RGBA, before [3][]float32, hair, skin face.Matte) *hairTone {
	cells := c.grid * c.grid
	h := &hairTone{photo: aligned, before: before}
	for _, m := range []*[]float32{&h.hair, &h.zone, &h.share, &h.weight, &h.drawn, &h.gain, &h.work} {
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
	slope, base := h.guide(c, grey)
	bare := make([]float32, cells)
	sample(bare, c.grid, []face.Matte{skin})
	beside := newSkinBeside(c, &h.low, h.hair, bare)
	for k, m := range h.low {
		within(m, h.hair, h.work, c, hairLow)
		copy(h.smooth[k], h.before[k])
		within(h.smooth[k], h.hair, h.work, c, hairLow)
	}
	h.findAlpha(c, slope, base, beside)
	return h
}

// findAlpha computes the alpha of each pixel: slope × luma + base, but of a colour between
// those of the hair and the skin around it no more than its place between them.
func (h *hairTone) findAlpha(c *Composer, slope, base []float32, beside *skinBeside) {
	h.alpha = make([]uint8, c.side*c.side)
	parallel.Ranges(c.side, 16, func(from, to int) {
		line := make([]float32, 7*c.side)
		for y := from; y < to; y++ {
			maps := [...][]float32{slope, base, beside.to[0], beside.to[1], beside.to[2], beside.from, beside.near}
			for i, m := range maps {
				maps[i] = line[i*c.side : (i+1)*c.side]
				c.spread(maps[i], m, y)
			}
			photo := h.photo.Pix[y*h.photo.Stride:]
			out := h.alpha[y*c.side : (y+1)*c.side]
			for x := range out {
				r, g, b := float32(photo[4*x]), float32(photo[4*x+1]), float32(photo[4*x+2])
				a := (maps[0][x]*luma(r, g, b) + maps[1][x] - alphaNone) / (alphaFull - alphaNone)
				if near := maps[6][x]; near > 0 {
					between := smoothstep(betweenFrom, betweenFull, maps[2][x]*r+maps[3][x]*g+maps[4][x]*b-maps[5][x])
					a += near * (min(a, between) - a)
				}
				out[x] = uint8(255*min(max(a, 0), 1) + 0.5)
			}
		}
	})
}

// skinBeside is the line, in the space of colours, from the skin around each cell of the grid
// to the hair there: a colour q is at to·q − from, 0 for the skin's and 1 for the hair's.
type skinBeside struct {
	to   [3][]float32
	from []float32
	near []float32 // how far it tells hair from skin: not at all without skin, or skin like hair
}

// newSkinBeside returns the lines of each cell. means are the means of the cells, hair and skin
// their shares.
func newSkinBeside(c *Composer, means *[3][]float32, hair, skin []float32) *skinBeside {
	cells := len(hair)
	tone := func(share []float32) (low [3][]float32, near []float32) {
		weight := make([]float32, cells)
		for i, v := range share {
			weight[i] = smoothstep(sureFrom, sureFull, v)
		}
		near = make([]float32, cells)
		for k, m := range means {
			low[k] = slices.Clone(m)
			within(low[k], weight, near, c, besideSide)
		}
		return low, near
	}
	to, nearHair := tone(hair)
	low, near := tone(skin)
	s := &skinBeside{to: to, from: make([]float32, cells), near: near}
	for i := range near {
		var square float32
		for k := range to {
			to[k][i] -= low[k][i]
			square += to[k][i] * to[k][i]
		}
		for k := range to {
			to[k][i] /= square + 1
			s.from[i] += to[k][i] * low[k][i]
		}
		near[i] = smoothstep(besideFrom, besideFull, min(near[i], nearHair[i])) *
			smoothstep(apartFrom*apartFrom, apartFull*apartFull, square)
	}
	return s
}

// guide returns the alpha's slope and base on the grid: alpha = slope × luma + base.
func (h *hairTone) guide(c *Composer, grey []float32) (slope, base []float32) {
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
	slope = mean(make([]float32, cells), func(i int) float32 { return yp[i] })
	base = mean(make([]float32, cells), func(i int) float32 { return p[i] - yp[i]*y[i] })
	return slope, base
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
		h.retone(c, edited, after, about == HairColour && !c.parts.about.HairFades)
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
			if c.parts.about.HairFades {
				mean *= colourMore
			}
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
	if h.fade = 0; local {
		h.limitBrightness()
		h.limitHue()
	} else {
		if c.parts.about.HairFades {
			h.fadeWhole()
		} else {
			h.fadeColour()
		}
		h.shade()
	}
	copy(h.share, h.zone)
	for i := range h.share {
		old := luma(h.low[0][i], h.low[1][i], h.low[2][i])
		new := luma(h.toned(0, i), h.toned(1, i), h.toned(2, i))
		h.gain[i] = min(max((new+strandLevel)/(old+strandLevel), strandLeast), strandMost) - 1
		if h.drawn[i] = 0; local {
			h.drawn[i] = smoothstep(drawnFrom, drawnFull, h.weight[i])
		}
		strands := h.drawn[i] * (luma(h.after[0][i], h.after[1][i], h.after[2][i]) - (1+h.gain[i])*luma(h.smooth[0][i], h.smooth[1][i], h.smooth[2][i]))
		for k := range 3 {
			low := h.low[k][i]
			if h.fade > 0 {
				low = old
			}
			h.shift[k][i] -= h.gain[i]*low + strands
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
	h.fade = 1 - max(ratio, warmGrey)
	brighter := luma(h.shift[0][0], h.shift[1][0], h.shift[2][0])
	var other [3]float32 // colour that the hair has not had
	for k := range other {
		other[k] = newColour * (becomes[k] - ratio*was[k])
	}
	for k := range h.shift {
		for i := range h.shift[k] {
			h.shift[k][i] = brighter + other[k]
		}
	}
}

// fadeWhole makes a change of tone, the same everywhere in h.shift, one that takes nearly all
// colour away.
func (h *hairTone) fadeWhole() {
	h.fade = 1 - warmGrey
	brighter := luma(h.shift[0][0], h.shift[1][0], h.shift[2][0])
	for k := range h.shift {
		for i := range h.shift[k] {
			h.shift[k][i] = brighter
		}
	}
	h.limitBrightness()
}

// shade makes a change of brightness, the same everywhere in h.shift, follow the light: hair in
// a shadow would become as bright as the lit hair, which looks like fog.
func (h *hairTone) shade() {
	mean := luma(meanOf(h.low[0], h.weight), meanOf(h.low[1], h.weight), meanOf(h.low[2], h.weight))
	for i := range h.weight {
		light := (luma(h.low[0][i], h.low[1][i], h.low[2][i]) + shadeLevel) / (mean + shadeLevel)
		more := (min(max(light, shadeLeast), shadeMost) - 1) * luma(h.shift[0][i], h.shift[1][i], h.shift[2][i])
		for k := range h.shift {
			h.shift[k][i] += more
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

// limitHue keeps hair from becoming blue or green, which a generator makes of a dim light.
func (h *hairTone) limitHue() {
	for i := range h.weight {
		r, b := h.low[0][i], h.low[2][i]
		r1, g1, b1 := h.toned(0, i), h.toned(1, i), h.toned(2, i)
		if bluer := (b1 - r1) - blueKept*max(b-r, 0); bluer > 0 {
			h.shift[0][i] += bluer / 2
			h.shift[2][i] -= bluer / 2
			r1, b1 = r1+bluer/2, b1-bluer/2
		}
		if greener := (g1 - (r1+b1)/2) - mostGreen; greener > 0 {
			h.shift[0][i] += greener / 3
			h.shift[1][i] -= greener * 2 / 3
			h.shift[2][i] += greener / 3
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
const strandMaps = 6

// showStrands replaces the change of the hair in row y: interleaved RGB, in levels. gate
// says how much of a change each pixel takes; line is memory for strandMaps rows.
func (c *Composer) showStrands(change []float32, y int, gate, line []float32) {
	h := c.parts.hair
	row := func(i int, from []float32) []float32 {
		dst := line[i*c.side : (i+1)*c.side]
		c.spread(dst, from, y)
		return dst
	}
	share, gain, drawn := row(0, h.share), row(1, h.gain), row(2, h.drawn)
	shift := [3][]float32{row(3, h.shift[0]), row(4, h.shift[1]), row(5, h.shift[2])}
	alphas := h.alpha[y*c.side:]
	photo := h.photo.Pix[y*h.photo.Stride:]
	n, o := c.side*c.side, y*c.side
	for x, s := range share {
		if s == 0 || gate[x] == 0 {
			continue
		}
		p, q := change[3*x:3*x+3:3*x+3], photo[4*x:4*x+3:4*x+3]
		alpha := gate[x] * float32(alphas[x]) / 255
		l := luma(float32(q[0]), float32(q[1]), float32(q[2]))
		var strands float32
		if d := drawn[x]; d > 0 {
			at := o + x
			strands = d * (luma(level(c.edited[at]), level(c.edited[n+at]), level(c.edited[2*n+at])) -
				(1+gain[x])*luma(c.recon[at], c.recon[n+at], c.recon[2*n+at]))
		}
		for k := range p {
			v := shift[k][x] + strands + gain[x]*float32(q[k])
			if h.fade > 0 {
				v = shift[k][x] + gain[x]*l - h.fade*(float32(q[k])-l)
			}
			p[k] += s * (alpha*v - p[k])
		}
	}
}
