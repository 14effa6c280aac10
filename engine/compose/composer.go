package compose

import (
	"fmt"
	"image"
	"math"
	"runtime"
	"sync/atomic"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/gridmap"
	"deltaedit/engine/internal/parallel"
	"deltaedit/engine/warp"
)

// Feather is the width of the soft border of a pasted face, as a share of the aligned
// square's side. Over it the change fades out, so that the edge of the square cannot be
// seen.
const Feather = 0.08

// Constants of the composition. Lengths are shares of the square's side. Differences are
// in levels (1/255 of the range of a colour), averaged over the three colours and
// smoothed.
const (
	maxGrid    = 128        // side of the grid on which differences are smoothed
	smoothSide = 4.0 / 256  // standard deviation of the smoothing of differences
	lowSide    = 16.0 / 256 // standard deviation that splits the residual
	deadLevel  = 1.5        // smaller differences are ignored
	liveLevel  = 4.5        // larger differences are shown in full
	keepLevel  = 8          // up to this difference the photo's detail is kept
	dropLevel  = 40         // from this difference on it is the generator's detail
)

// Change is what an edit adds to the aligned square.
type Change struct {
	// Side of the square in pixels.
	Side int
	// Pix holds side × side × 3 values, interleaved RGB, row by row, in levels
	// ([-255, 255]); exactly 0 where nothing changes.
	Pix []float32
	// Active encloses the pixels that may be non-zero; empty when there are
	// none.
	Active image.Rectangle
	// Around is the change beyond the square, on the square of Alignment.Around; nil
	// for none.
	Around *Change
	// Ground is the background that shows on that square; nil for none.
	Ground *Change
	// Warp bends the picture after the change has been added to it; nil for not at all.
	Warp *warp.Field
}

// Composer turns generated pictures into changes of a photograph.
//
// With A the aligned photo, G0 its reconstruction and G1 the edited one, the
// residual r = A − G0 is what the generator cannot reproduce. Where G1 is similar to G0,
// all of r is kept; where the edit is strong, only the low frequencies of r (light and
// colour) are kept, because its detail shows the old features. d is the smoothed
// |G1 − G0|, and m rises smoothly from 0 to 1 with d. The new picture is
// G1 + (1 − m)·r + m·low(r), so the change is
//
//	D = mask · gate · ((G1 − G0) − m · (r − low(r)))
//
// gate is 0 where d is below 1.5 levels, and rises to 1 at 4.5, so that pixels with
// invisible differences keep their bytes. mask fades out towards the border of the square
// (see [Feather]) and, when mattes are given, outside of the person in all of them: hair
// that grows may cover the background, which otherwise stays as it is. In a photo
// without colours only the luma changes: the generator would paint the lips of a grey
// face red. For G1 = G0 the change is exactly zero.
//
// A Composer owns its buffers and is not safe for concurrent use. It uses several cores.
type Composer struct {
	side     int
	cellSize int         // pixels per grid cell
	grid     int         // cells per side
	recon    []float32   // G0 in levels, planar, clamped
	detail   []float32   // r − low(r) in levels, interleaved; nil when r is zero
	grey     bool        // the photo has no colours
	tone     Tone        // of the photo, whose pictures were normalised with it
	photo    *image.RGBA // the aligned photo as it is; nil for an ordinary tone
	mask     []float32   // the fade of a row or column; nil for none
	soft     float64     // width of the soft border, as a share of the side
	diff     []float32   // d, then gate, on the grid
	drop     []float32   // m on the grid
	person   []float32   // the mask of the mattes, on the grid
	blur     gridmap.Blurrer
	change   Change
	hair     *hairExtension // nil when changes end with the square
	backdrop *backdrop      // nil when the generator's background is shown
	parts    *parts         // nil when they are not known

	// For each pixel of a row or column: the grid cells that it lies between.
	cells []cellPair
	// For the call of Compose in work: the edited picture, its loops, allocated once,
	// and memory for their rows of gate and drop, of which the first used are taken.
	edited       []float32
	differ, fill func(from, to int)
	lines        [][]float32
	used         atomic.Int32
}

// cellPair is a position between the centres of two grid cells.
type cellPair struct {
	i, j int
	t    float32 // 0 at the first, 1 at the second
}

// NewComposer returns a Composer for one photo, face and side. recon is the generator's
// picture of the unedited face: planar RGB (3 × side × side) in [-1, 1]; it is copied.
// aligned is the aligned square of the photo, with the same side; nil for a generated
// face. feather is the width of the soft border as a share of the side ([Feather]), 0
// for none.
//
// It panics when the sizes do not match.
func NewComposer(aligned *image.RGBA, recon []float32, feather float64) *Composer {
	side := squareSide(recon)
	if aligned != nil && aligned.Rect.Size() != image.Pt(side, side) {
		panic(fmt.Sprintf("compose: aligned picture of %v for a reconstruction of side %d", aligned.Rect.Size(), side))
	}
	c := &Composer{side: side, cellSize: (side + maxGrid - 1) / maxGrid}
	c.grid = (side + c.cellSize - 1) / c.cellSize
	cells := c.grid * c.grid
	c.diff, c.drop = make([]float32, cells), make([]float32, cells)
	c.change = Change{Side: side, Pix: make([]float32, 3*side*side)}
	c.cells = make([]cellPair, side)
	for i := range c.cells {
		c.cells[i] = c.cell(i)
	}
	c.differ, c.fill = c.differences, c.rows
	c.lines = make([][]float32, runtime.GOMAXPROCS(0))
	for i := range c.lines {
		c.lines[i] = make([]float32, rowMaps*side)
	}
	c.recon = make([]float32, len(recon))
	parallel.Ranges(len(recon), 1<<16, func(from, to int) {
		for i := from; i < to; i++ {
			c.recon[i] = level(recon[i])
		}
	})
	if feather > 0 {
		c.mask, c.soft = fade(side, feather), feather
	}
	if aligned != nil {
		c.grey = monochrome(aligned)
		c.detail = c.residualDetail(aligned)
	}
	return c
}

// Side returns the side of the pictures that Compose takes.
func (c *Composer) Side() int { return c.side }

// Reconstruction returns the reconstruction that the Composer was made with, as a new picture.
func (c *Composer) Reconstruction() *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, c.side, c.side))
	n := c.side * c.side
	for i := range n {
		img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2] = byte(c.recon[i]+0.5), byte(c.recon[n+i]+0.5), byte(c.recon[2*n+i]+0.5)
		img.Pix[4*i+3] = 255
	}
	return img
}

// Extend lets changes of the hair continue beyond the soft border of the square. around
// is the matte of the photo on the square of [face.Alignment.Around], person are the
// mattes on the square itself. Without a soft border Extend does nothing.
func (c *Composer) Extend(around face.Matte, person ...face.Matte) {
	if c.soft > 0 {
		var hair *[2]face.Matte
		if c.parts != nil && !c.parts.around.Empty() {
			hair = &[2]face.Matte{c.parts.photo.Of(face.Hair), c.parts.around.Of(face.Hair)}
		}
		c.hair = newHairExtension(around, person, hair, c.soft, c.side)
	}
}

// BackdropAround lets the background show beyond the square too, where hair goes away at
// its border. photo is the photo on the square of [face.Alignment.Around], [WideDetail] times
// the side of person, its matte; beyond is that of Backdrop, of the same
// side. It does nothing without [Composer.Extend], or when the photo shows hardly
// any background there.
func (c *Composer) BackdropAround(photo *image.RGBA, person, beyond face.Matte) {
	if c.hair != nil {
		c.hair.ground = newWideGround(photo, person, beyond, c.hair.around, c.soft)
		if c.parts != nil && !c.parts.around.Empty() {
			c.hair.ground.body = c.parts.body(person.Side)
		}
	}
}

// SetTone says that the aligned picture and the reconstruction that the Composer was made
// with are normalised by a tone. Changes are then turned into those of the photo as it is,
// of which aligned is the square, with the Composer's side; nobody may change it while the
// Composer is in use.
func (c *Composer) SetTone(t Tone, aligned *image.RGBA) {
	if t.Ordinary() {
		return
	}
	if aligned.Rect.Size() != image.Pt(c.side, c.side) {
		panic(fmt.Sprintf("compose: aligned picture of %v for a Composer of side %d", aligned.Rect.Size(), c.side))
	}
	c.tone, c.photo = t, aligned
}

// Compose returns the change from the reconstruction to an edited picture: planar RGB in
// [-1, 1], of the same size. When mattes are given, of the photo first and of the edited
// picture last, only the person in one of them changes; with a [Composer.Backdrop] the
// photo's background shows where only the first has a person. The result belongs to the
// Composer and is valid until the next call.
func (c *Composer) Compose(edited []float32, mattes ...face.Matte) *Change {
	if len(edited) != len(c.recon) {
		panic(fmt.Sprintf("compose: edited picture of %d values, want %d", len(edited), len(c.recon)))
	}
	c.edited = edited
	parallel.Ranges(c.grid, 4, c.differ)
	c.blur.Run(c.diff, c.grid, smoothSide*float64(c.grid))
	for i, d := range c.diff {
		c.drop[i] = smoothstep(keepLevel, dropLevel, d)
		c.diff[i] = smoothstep(deadLevel, liveLevel, d)
	}
	if len(mattes) > 0 {
		of := mattes
		if p := c.parts; p != nil && p.about.Outline && p.about.Hair != HairShape && len(mattes) > 1 {
			of = mattes[:len(mattes)-1] // the photo is bent to the edited person
		}
		c.maskGate(of)
	}
	if c.parts != nil {
		c.keepParts(edited, mattes)
	}
	if c.backdrop != nil {
		c.vacate(mattes)
	}
	c.change.Active = c.active()
	c.used.Store(0)
	parallel.Ranges(c.side, 16, c.fill)
	c.edited = nil
	if c.hair != nil {
		c.change.Around, c.change.Ground = c.hair.compose(&c.change, c.parts, c.grid)
	}
	return &c.change
}

// maskGate sets the gate to 0 where no matte has a person.
func (c *Composer) maskGate(mattes []face.Matte) {
	if c.person == nil {
		c.person = make([]float32, len(c.diff))
	}
	wideEdge.mask(c.person, c.grid, &c.blur, mattes)
	for i, v := range c.person {
		c.diff[i] *= v
	}
}

// differences fills the given rows of diff with the mean |G1 − G0| of each grid
// cell.
func (c *Composer) differences(from, to int) {
	n := c.side * c.side
	for gy := from; gy < to; gy++ {
		sums := c.diff[gy*c.grid : (gy+1)*c.grid]
		clear(sums)
		y1 := min((gy+1)*c.cellSize, c.side)
		for y := gy * c.cellSize; y < y1; y++ {
			for plane := range 3 {
				o := plane*n + y*c.side
				c.addDifferences(sums, c.recon[o:o+c.side], c.edited[o:o+c.side])
			}
		}
		for gx := range sums {
			w := min((gx+1)*c.cellSize, c.side) - gx*c.cellSize
			sums[gx] /= float32(3 * w * (y1 - gy*c.cellSize))
		}
	}
}

func (c *Composer) addDifferences(sums, recon, edited []float32) {
	for gx := range sums {
		x0 := gx * c.cellSize
		x1 := min(x0+c.cellSize, len(recon))
		a, b := recon[x0:x1], edited[x0:x1]
		var s float32
		for i, g := range a {
			s += abs32(level(b[i]) - g)
		}
		sums[gx] += s
	}
}

// active returns the pixels that lie near a grid cell whose gate is open.
func (c *Composer) active() image.Rectangle {
	var r image.Rectangle
	for gy := range c.grid {
		row := c.diff[gy*c.grid : (gy+1)*c.grid]
		x0, x1 := 0, len(row)
		for x0 < x1 && row[x0] == 0 {
			x0++
		}
		for x1 > x0 && row[x1-1] == 0 {
			x1--
		}
		if x0 < x1 {
			r = r.Union(image.Rect(x0, gy, x1, gy+1))
		}
	}
	if r.Empty() {
		return image.Rectangle{}
	}
	r = image.Rect((r.Min.X-1)*c.cellSize, (r.Min.Y-1)*c.cellSize, (r.Max.X+1)*c.cellSize, (r.Max.Y+1)*c.cellSize)
	return r.Intersect(image.Rect(0, 0, c.side, c.side))
}

// rows fills the change in the given rows.
func (c *Composer) rows(from, to int) {
	edited := c.edited
	line, side := c.line(), c.side
	gate, drop := line[:side], line[side:2*side]
	n := c.side * c.side
	for y := from; y < to; y++ {
		out := c.change.Pix[3*y*c.side : 3*(y+1)*c.side]
		if y < c.change.Active.Min.Y || y >= c.change.Active.Max.Y {
			clear(out)
			continue
		}
		c.spread(gate, c.diff, y)
		c.spread(drop, c.drop, y)
		fadeY := float32(1)
		if c.mask != nil {
			fadeY = c.mask[y]
		}
		var removed []float32 // hair: beyond the square there is ground, so nothing fades out
		if c.mask != nil && c.hair != nil && c.hair.ground != nil && c.parts.removing() {
			removed = line[2*side : 3*side]
			c.spread(removed, c.parts.removed, y)
		}
		var fresh []float32 // hair that takes the tone of the photo's
		if c.parts != nil && c.parts.fresh.any {
			fresh = line[3*side : 4*side]
			c.spread(fresh, c.parts.fresh.share, y)
		}
		o := y * c.side
		r0, g0, b0 := c.recon[o:o+c.side], c.recon[n+o:n+o+c.side], c.recon[2*n+o:2*n+o+c.side]
		r1, g1, b1 := edited[o:o+c.side], edited[n+o:n+o+c.side], edited[2*n+o:2*n+o+c.side]
		for x, g := range gate {
			p := out[3*x : 3*x+3 : 3*x+3]
			f := fadeY
			if c.mask != nil {
				f *= c.mask[x]
			}
			if removed != nil {
				f += (1 - f) * removed[x]
			}
			if g *= f; g == 0 {
				gate[x], p[0], p[1], p[2] = 0, 0, 0, 0
				continue
			}
			gate[x] = g
			dr, dg, db := level(r1[x])-r0[x], level(g1[x])-g0[x], level(b1[x])-b0[x]
			if fresh != nil && fresh[x] > 0 {
				v := c.parts.fresh.change(dr+r0[x], dg+g0[x], db+b0[x])
				dr += fresh[x] * v[0]
				dg += fresh[x] * v[1]
				db += fresh[x] * v[2]
			}
			if c.detail != nil {
				h := c.detail[3*(o+x) : 3*(o+x)+3 : 3*(o+x)+3]
				m := drop[x]
				dr -= m * h[0]
				dg -= m * h[1]
				db -= m * h[2]
			}
			p[0], p[1], p[2] = g*dr, g*dg, g*db
		}
		if p := c.parts; p != nil {
			if p.clothes != nil && p.clothes.any {
				c.showClothes(out, y, gate, line[2*side:3*side])
			}
			if p.bare != nil && p.bare.lights {
				c.showLight(out, y, gate, line[2*side:])
			}
			if p.bare != nil && p.bare.any {
				c.showBare(out, y, gate, line[2*side:])
			}
			if p.hair != nil && p.hair.any {
				c.showStrands(out, y, gate, line[2*side:])
			}
		}
		if c.backdrop != nil && c.backdrop.any {
			c.showGround(out, y, gate, line[2*side:3*side], line[3*side:4*side])
		}
		if c.grey {
			desaturate(out)
		}
		if c.photo != nil {
			c.tone.restore(out, c.photo.Pix[y*c.photo.Stride:])
		}
	}
}

// rowMaps is how many maps are interpolated to a row of pixels at once: gate, drop, and
// those of the strands or of the backdrop.
const rowMaps = 2 + strandMaps

// line returns memory for rowMaps rows, for one goroutine during this call of Compose.
func (c *Composer) line() (line []float32) {
	if i := int(c.used.Add(1)) - 1; i < len(c.lines) {
		line = c.lines[i]
	} else { // GOMAXPROCS was raised
		line = make([]float32, rowMaps*c.side)
	}
	return line
}

// spread interpolates row y of a grid map to pixels.
func (c *Composer) spread(dst, src []float32, y int) {
	v := c.cells[y]
	ra, rb := src[v.i*c.grid:(v.i+1)*c.grid], src[v.j*c.grid:(v.j+1)*c.grid]
	if c.cellSize == 1 {
		copy(dst, ra)
		return
	}
	t := v.t
	for x, h := range c.cells[:len(dst)] {
		a := ra[h.i] + t*(rb[h.i]-ra[h.i])
		b := ra[h.j] + t*(rb[h.j]-ra[h.j])
		dst[x] = a + h.t*(b-a)
	}
}

// cell returns the two grid cells between whose centres a pixel's centre lies.
func (c *Composer) cell(pixel int) cellPair {
	f := (float32(pixel)+0.5)/float32(c.cellSize) - 0.5
	if f <= 0 {
		return cellPair{}
	}
	i := int(f)
	if i >= c.grid-1 {
		return cellPair{c.grid - 1, c.grid - 1, 0}
	}
	return cellPair{i, i + 1, f - float32(i)}
}

// residualDetail returns the residual's high frequencies, r − low(r).
func (c *Composer) residualDetail(aligned *image.RGBA) []float32 {
	n := c.side * c.side
	r := make([]float32, 3*n)
	for y := range c.side {
		row := aligned.Pix[y*aligned.Stride:][:4*c.side]
		for x := range c.side {
			i := y*c.side + x
			for k := range 3 {
				r[3*i+k] = float32(row[4*x+k]) - c.recon[k*n+i]
			}
		}
	}
	low := make([]float32, c.grid*c.grid)
	line := make([]float32, c.side)
	for k := range 3 {
		pool(c, low, r[k:], 3, 3*c.side)
		c.blur.Run(low, c.grid, lowSide*float64(c.grid))
		for y := range c.side {
			c.spread(line, low, y)
			for x, v := range line {
				r[3*(y*c.side+x)+k] -= v
			}
		}
	}
	return r
}

// pool fills dst, of the Composer's grid, with the means of the cells of one colour of a
// picture of its side; step and stride are the distances in src of two pixels and two rows.
func pool[T uint8 | float32](c *Composer, dst []float32, src []T, step, stride int) {
	for gy := range c.grid {
		for gx := range c.grid {
			x1, y1 := min((gx+1)*c.cellSize, c.side), min((gy+1)*c.cellSize, c.side)
			var s float32
			n := 0
			for y := gy * c.cellSize; y < y1; y++ {
				for x := gx * c.cellSize; x < x1; x++ {
					s += float32(src[stride*y+step*x])
					n++
				}
			}
			dst[gy*c.grid+gx] = s / float32(n)
		}
	}
}

// fade returns the mask's profile along one axis: 0 at both ends, 1 from
// feather·side on.
func fade(side int, feather float64) []float32 {
	p := make([]float32, side)
	w := feather * float64(side)
	for i := range p {
		edge := float64(min(i, side-1-i))
		p[i] = smoothstep(0, float32(w), float32(edge))
	}
	return p
}

// level converts [-1, 1] to [0, 255], clamped; NaN becomes 0.
func level(v float32) float32 {
	v = (v + 1) * 127.5
	if !(v > 0) {
		return 0
	}
	if v > 255 {
		return 255
	}
	return v
}

func abs32(v float32) float32 { return math.Float32frombits(math.Float32bits(v) &^ (1 << 31)) }

// smoothstep rises from 0 at lo to 1 at hi, smoothly at both ends.
func smoothstep(lo, hi, v float32) float32 {
	t := (v - lo) / (hi - lo)
	if !(t > 0) {
		return 0
	}
	if t >= 1 {
		return 1
	}
	return t * t * (3 - 2*t)
}

// squareSide returns the side of a planar RGB square.
func squareSide(planar []float32) int {
	side := int(math.Round(math.Sqrt(float64(len(planar) / 3))))
	if side == 0 || 3*side*side != len(planar) {
		panic(fmt.Sprintf("compose: %d values are no square RGB picture", len(planar)))
	}
	return side
}
