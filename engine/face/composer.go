package face

import (
	"fmt"
	"image"
	"math"
	"runtime"
	"sync/atomic"

	"deltaedit/engine/parallel"
)

// Feather is the width of the soft border of a pasted face as a share of the
// aligned square's side: the change fades from full strength to nothing over
// it, so that hair, ears and neck inside can change while the square's edge
// never shows.
const Feather = 0.08

// Constants of the composition. Differences are in levels (1/255 of the range
// of a colour) averaged over the three colours and smoothed over smoothSide of
// the square's side.
const (
	maxGrid    = 128        // side of the grid on which differences are smoothed
	smoothSide = 4.0 / 256  // standard deviation of the smoothing of differences
	lowSide    = 16.0 / 256 // standard deviation that splits the residual
	deadLevel  = 1.5        // differences up to here count as none
	liveLevel  = 4.5        // from here on they count in full
	keepLevel  = 8          // up to here the photo's own detail is kept
	dropLevel  = 40         // from here on the generator's detail replaces it
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
	// Around is what goes on beyond the square, on that of Alignment.Around; nil
	// for nothing.
	Around *Change
}

// Composer turns generated pictures into changes of a photograph.
//
// With A the aligned photo, G0 its reconstruction and G1 the edited one, the
// residual r = A − G0 is what the generator does not know of the photo. Where
// G1 resembles G0 all of r is kept; where the edit is strong only r's low
// frequencies are (light and colour), because its detail shows the old
// features. With d the smoothed |G1 − G0| and m rising smoothly from 0 to 1
// with d, the new picture is G1 + (1 − m)·r + m·low(r), so the change is
//
//	D = mask · gate · ((G1 − G0) − m · (r − low(r)))
//
// gate is 0 where d stays below 1.5 levels, and rises to 1 at 4.5: differences
// that nobody sees leave the photo's bytes alone. mask fades out towards the
// square's border (see [Feather]) and, where mattes are given, to what is no
// person in any of them: hair that grows may cover the background, but nothing
// else of it changes. The change of a photo without colours is its
// luma alone: the generator paints a grey face's lips red. For G1 = G0 the change
// is exactly zero.
//
// A Composer owns its buffers and is not safe for concurrent use; it works on
// several cores by itself.
type Composer struct {
	side   int
	step   int       // pixels per grid cell
	grid   int       // cells per side
	recon  []float32 // G0 in levels, planar, clamped
	detail []float32 // r − low(r) in levels, interleaved; nil when r is zero
	grey   bool      // the photo has no colours, so that the change gets none
	mask   []float32 // fade per row and column; nil when none
	soft   float64   // the soft border's share of the side
	diff   []float32 // d, then gate, on the grid
	drop   []float32 // m on the grid
	person []float32 // how far the mattes let changes show, on the grid
	blur   blurrer
	change Change
	apron  *apron // nil when changes end with the square

	// Where each pixel of a row or column lies between the grid's cells.
	between []between
	// Of the call of Compose in work: the picture, the loops over it as
	// functions that are made once, and the rows of gate and drop that each
	// takes, of which the first used are in use.
	edited       []float32
	differ, fill func(from, to int)
	lines        [][]float32
	used         atomic.Int32
}

// between is a place between the centres of two grid cells.
type between struct {
	i, j int
	t    float32 // how far from the first to the second
}

// NewComposer makes a Composer for one photo, face and side. recon is the
// generator's picture of the unedited face: planar RGB (3 × side × side) in
// [-1, 1]; it is copied. aligned is the photo's own aligned square of that side,
// nil when the reconstruction is the photo (a generated face). feather is the
// soft border's share of the side ([Feather]), 0 for none.
//
// It panics when the sizes do not fit together, which is a programming error.
func NewComposer(aligned *image.RGBA, recon []float32, feather float64) *Composer {
	side := squareSide(recon)
	if aligned != nil && aligned.Rect.Size() != image.Pt(side, side) {
		panic(fmt.Sprintf("face: aligned picture of %v for a reconstruction of side %d", aligned.Rect.Size(), side))
	}
	c := &Composer{side: side, step: (side + maxGrid - 1) / maxGrid}
	c.grid = (side + c.step - 1) / c.step
	cells := c.grid * c.grid
	c.diff, c.drop = make([]float32, cells), make([]float32, cells)
	c.change = Change{Side: side, Pix: make([]float32, 3*side*side)}
	c.between = make([]between, side)
	for i := range c.between {
		c.between[i] = c.cell(i)
	}
	c.differ, c.fill = c.differences, c.rows
	c.lines = make([][]float32, runtime.GOMAXPROCS(0))
	for i := range c.lines {
		c.lines[i] = make([]float32, 2*side)
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

// Extend lets changes of the person's hair go on beyond the square's soft border.
// around is the photo's matte on the square of [Alignment.Around], person are those in
// the square itself. Without a soft border nothing goes on.
func (c *Composer) Extend(around Matte, person ...Matte) {
	if c.soft > 0 {
		c.apron = newApron(around, person, c.soft, c.side)
	}
}

// Compose returns the change that replaces the reconstruction by edited, which
// has the reconstruction's shape: planar RGB in [-1, 1]. With mattes, of the
// photo and of the edited picture, only what is the person in one of them
// changes. The result belongs to the Composer and is valid until the next call.
func (c *Composer) Compose(edited []float32, mattes ...Matte) *Change {
	if len(edited) != len(c.recon) {
		panic(fmt.Sprintf("face: edited picture of %d values, want %d", len(edited), len(c.recon)))
	}
	c.edited = edited
	parallel.Ranges(c.grid, 4, c.differ)
	c.blur.run(c.diff, c.grid, smoothSide*float64(c.grid))
	for i, d := range c.diff {
		c.drop[i] = smoothstep(keepLevel, dropLevel, d)
		c.diff[i] = smoothstep(deadLevel, liveLevel, d)
	}
	if len(mattes) > 0 {
		c.within(mattes)
	}
	c.change.Active = c.active()
	c.used.Store(0)
	parallel.Ranges(c.side, 16, c.fill)
	c.edited = nil
	if c.apron != nil {
		c.change.Around = c.apron.compose(&c.change)
	}
	return &c.change
}

// within closes the gate where the mattes show no person.
func (c *Composer) within(mattes []Matte) {
	if c.person == nil {
		c.person = make([]float32, len(c.diff))
	}
	wide.shown(c.person, c.grid, &c.blur, mattes)
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
		y1 := min((gy+1)*c.step, c.side)
		for y := gy * c.step; y < y1; y++ {
			for plane := range 3 {
				o := plane*n + y*c.side
				c.addDifferences(sums, c.recon[o:o+c.side], c.edited[o:o+c.side])
			}
		}
		for gx := range sums {
			w := min((gx+1)*c.step, c.side) - gx*c.step
			sums[gx] /= float32(3 * w * (y1 - gy*c.step))
		}
	}
}

func (c *Composer) addDifferences(sums, recon, edited []float32) {
	for gx := range sums {
		x0 := gx * c.step
		x1 := min(x0+c.step, len(recon))
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
	r = image.Rect((r.Min.X-1)*c.step, (r.Min.Y-1)*c.step, (r.Max.X+1)*c.step, (r.Max.Y+1)*c.step)
	return r.Intersect(image.Rect(0, 0, c.side, c.side))
}

// rows fills the change in the given rows.
func (c *Composer) rows(from, to int) {
	edited := c.edited
	gate, drop := c.line()
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
		o := y * c.side
		r0, g0, b0 := c.recon[o:o+c.side], c.recon[n+o:n+o+c.side], c.recon[2*n+o:2*n+o+c.side]
		r1, g1, b1 := edited[o:o+c.side], edited[n+o:n+o+c.side], edited[2*n+o:2*n+o+c.side]
		for x, g := range gate {
			p := out[3*x : 3*x+3 : 3*x+3]
			if g *= fadeY; g == 0 {
				p[0], p[1], p[2] = 0, 0, 0
				continue
			}
			if c.mask != nil {
				g *= c.mask[x]
			}
			dr, dg, db := level(r1[x])-r0[x], level(g1[x])-g0[x], level(b1[x])-b0[x]
			if c.detail != nil {
				h := c.detail[3*(o+x) : 3*(o+x)+3 : 3*(o+x)+3]
				m := drop[x]
				dr -= m * h[0]
				dg -= m * h[1]
				db -= m * h[2]
			}
			p[0], p[1], p[2] = g*dr, g*dg, g*db
		}
		if c.grey {
			desaturate(out)
		}
	}
}

// line returns memory for a row of gate and one of drop, which nobody else has
// during this call of Compose.
func (c *Composer) line() (gate, drop []float32) {
	var line []float32
	if i := int(c.used.Add(1)) - 1; i < len(c.lines) {
		line = c.lines[i]
	} else { // somebody has raised GOMAXPROCS
		line = make([]float32, 2*c.side)
	}
	return line[:c.side], line[c.side:]
}

// spread interpolates row y of a grid map to pixels.
func (c *Composer) spread(dst, src []float32, y int) {
	v := c.between[y]
	ra, rb := src[v.i*c.grid:(v.i+1)*c.grid], src[v.j*c.grid:(v.j+1)*c.grid]
	if c.step == 1 {
		copy(dst, ra)
		return
	}
	t := v.t
	for x, h := range c.between[:len(dst)] {
		a := ra[h.i] + t*(rb[h.i]-ra[h.i])
		b := ra[h.j] + t*(rb[h.j]-ra[h.j])
		dst[x] = a + h.t*(b-a)
	}
}

// cell returns the two grid cells between whose centres a pixel's centre lies.
func (c *Composer) cell(pixel int) between {
	f := (float32(pixel)+0.5)/float32(c.step) - 0.5
	if f <= 0 {
		return between{}
	}
	i := int(f)
	if i >= c.grid-1 {
		return between{c.grid - 1, c.grid - 1, 0}
	}
	return between{i, i + 1, f - float32(i)}
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
		c.pool(low, r[k:])
		c.blur.run(low, c.grid, lowSide*float64(c.grid))
		for y := range c.side {
			c.spread(line, low, y)
			for x, v := range line {
				r[3*(y*c.side+x)+k] -= v
			}
		}
	}
	return r
}

// pool fills dst with the means of the grid cells of one of three interleaved
// colours.
func (c *Composer) pool(dst, src []float32) {
	for gy := range c.grid {
		for gx := range c.grid {
			x1, y1 := min((gx+1)*c.step, c.side), min((gy+1)*c.step, c.side)
			var s float32
			n := 0
			for y := gy * c.step; y < y1; y++ {
				for x := gx * c.step; x < x1; x++ {
					s += src[3*(y*c.side+x)]
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
		panic(fmt.Sprintf("face: %d values are no square RGB picture", len(planar)))
	}
	return side
}
