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
	staysFrom    = 0.5       // share of the photo's hair that must stay hair, or it is drawn anew,
	staysFull    = 0.8       // and from which none of it is
	toneFrom     = 0.6       // share of the change that is a change of tone from which it counts
	toneFull     = 0.8       // as one, and from which it does in full
	strandLevel  = 25        // levels that are added to both tones before they are compared
	strandLeast  = 0.5       // least and largest contrast of strands, over that in the photo
	strandMost   = 1.3
)

// hairTone changes the colour of hair and keeps its strands. Where the photo and the
// edited picture both have hair and the edit mostly changes its tone, the generator's hair
// is not shown: with L the tone of the photo's hair (its low frequencies, averaged within
// the hair) and t the change of tone, the new hair is
//
//	L + t + k·(A − L)
//
// with a contrast k that follows the brightness. The soft border of the hair comes from
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

	// For the current call of Compose, on the grid:
	share  []float32    // of the zone in which hair keeps its strands
	weight []float32    // hair in both
	shift  [3][]float32 // t; then t − (k − 1)·L
	gain   []float32    // k − 1
	work   []float32
	any    bool // some share is above 0
}

// newHairTone returns the hair of an aligned square, nil when there is hardly any.
func newHairTone(c *Composer, aligned *image.RGBA, hair face.Matte) *hairTone {
	cells := c.grid * c.grid
	h := &hairTone{photo: aligned}
	for _, m := range []*[]float32{&h.hair, &h.zone, &h.slope, &h.base, &h.share, &h.weight, &h.gain, &h.work} {
		*m = make([]float32, cells)
	}
	sample(h.hair, c.grid, []face.Matte{hair})
	if sum(h.hair) < leastHair*float32(cells) {
		return nil
	}
	copy(h.zone, h.hair)
	c.blur.run(h.zone, c.grid, edgeSide*float64(c.grid))
	for i, v := range h.zone {
		h.zone[i] = smoothstep(edgeFrom, edgeFull, v)
	}
	grey := make([]float32, cells)
	n := c.side * c.side
	for k := range 3 {
		h.low[k], h.before[k], h.shift[k] = make([]float32, cells), make([]float32, cells), make([]float32, cells)
		pool(c, h.low[k], aligned.Pix[k:], 4, aligned.Stride)
		pool(c, h.before[k], c.recon[k*n:(k+1)*n], 1, c.side)
	}
	for i := range grey {
		grey[i] = luma(h.low[0][i], h.low[1][i], h.low[2][i])
	}
	h.guide(c, grey)
	for _, m := range h.low {
		within(m, h.hair, h.work, c, hairLow)
	}
	return h
}

// guide computes the alpha's slope and base.
func (h *hairTone) guide(c *Composer, grey []float32) {
	mean := func(dst []float32, at func(i int) float32) []float32 {
		for i := range dst {
			dst[i] = at(i)
		}
		c.blur.run(dst, c.grid, guideSide*float64(c.grid))
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
	c.blur.run(m, c.grid, sigma*float64(c.grid))
	c.blur.run(work, c.grid, sigma*float64(c.grid))
	for i, w := range work {
		m[i] /= w + 1e-3
	}
}

// retone prepares the change of the hair's tone for an edited picture. after is the share
// of hair in that picture.
func (h *hairTone) retone(c *Composer, edited []float32, after face.Matte) {
	h.any = false
	sample(h.share, c.grid, []face.Matte{after})
	var hair, stays float32
	for i, v := range h.share {
		h.share[i] = smoothstep(stayHairFrom, stayHairFull, v)
		h.weight[i] = h.hair[i] * h.share[i]
		hair += h.hair[i]
		stays += h.weight[i]
	}
	much := smoothstep(staysFrom, staysFull, stays/hair)
	if much == 0 {
		return
	}
	c.blur.run(h.share, c.grid, edgeSide*float64(c.grid)) // beyond the edge there is none
	var whole, tone float64
	for k, means := range c.parts.means(c, edited) {
		t := h.shift[k]
		for i, v := range means {
			t[i] = v - h.before[k][i]
			whole += float64(h.weight[i] * t[i] * t[i])
		}
		within(t, h.weight, h.work, c, hairLow)
		for i, v := range t {
			tone += float64(h.weight[i] * v * v)
		}
	}
	if whole == 0 {
		return
	}
	much *= smoothstep(toneFrom, toneFull, float32(tone/whole))
	for i := range h.share {
		h.share[i] = much * h.zone[i] * smoothstep(edgeFrom, edgeFull, h.share[i])
		old := luma(h.low[0][i], h.low[1][i], h.low[2][i])
		new := luma(h.toned(0, i), h.toned(1, i), h.toned(2, i))
		h.gain[i] = min(max((new+strandLevel)/(old+strandLevel), strandLeast), strandMost) - 1
		for k := range 3 {
			h.shift[k][i] -= h.gain[i] * h.low[k][i]
		}
		h.any = h.any || h.share[i] > 0
	}
}

// toned returns the new tone of one colour in a cell, in levels.
func (h *hairTone) toned(k, cell int) float32 {
	return min(max(h.low[k][cell]+h.shift[k][cell], 0), 255)
}

// strandMaps is how many maps showStrands interpolates to a row of pixels.
const strandMaps = 7

// showStrands replaces the change of the hair in row y: interleaved RGB, in levels. gate
// says how much of a change each pixel takes; line is memory for strandMaps rows.
func (c *Composer) showStrands(change []float32, y int, gate, line []float32) {
	h := c.parts.hair
	row := func(i int, from []float32) []float32 {
		dst := line[i*c.side : (i+1)*c.side]
		c.spread(dst, from, y)
		return dst
	}
	share, slope, base, gain := row(0, h.share), row(1, h.slope), row(2, h.base), row(3, h.gain)
	red, green, blue := row(4, h.shift[0]), row(5, h.shift[1]), row(6, h.shift[2])
	photo := h.photo.Pix[y*h.photo.Stride:]
	for x, s := range share {
		if s == 0 || gate[x] == 0 {
			continue
		}
		r, g, b := float32(photo[4*x]), float32(photo[4*x+1]), float32(photo[4*x+2])
		alpha := gate[x] * min(max((slope[x]*luma(r, g, b)+base[x]-alphaNone)/(alphaFull-alphaNone), 0), 1)
		p := change[3*x : 3*x+3 : 3*x+3]
		p[0] += s * (alpha*(red[x]+gain[x]*r) - p[0])
		p[1] += s * (alpha*(green[x]+gain[x]*g) - p[1])
		p[2] += s * (alpha*(blue[x]+gain[x]*b) - p[2])
	}
}
