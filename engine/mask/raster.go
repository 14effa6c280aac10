package mask

import (
	"math"
	"strings"
)

// Grid is the side of a Coverage in cells. It covers the aligned square and Margin around it.
const Grid = 512

// Margin is how far a Coverage reaches beyond the aligned square on each side, as a share of
// its side: as far as changes of hair do.
const Margin = 0.25

// cells is the number of a Coverage's cells in the square's side.
const cells = Grid / (1 + 2*Margin)

// Coverage is how far an edit reaches each place: Grid × Grid values in [0, 1], row by row,
// exactly 0 where the mask is not.
type Coverage struct {
	values []float32
}

// Values returns the values. Nobody may change them.
func (c *Coverage) Values() []float32 { return c.values }

// Sample fills dst with values along a line: at the place from, and then each time a step
// further. Beyond the grid they are those of its edge.
func (c *Coverage) Sample(dst []float32, from, step Point) {
	// Places step in fixed point, in cells from the centre of the first. The neighbours to the
	// right and below exist for all but the last cell, so they stop just short of it.
	const one = 1 << 24
	const top = (Grid-1)*one - 1
	fixed := func(v float64) int { return int(math.Round(min(max(v, -1e9), 1e9) * one)) }
	first := onGrid(from)
	x, y := fixed(first.X), fixed(first.Y)
	dx, dy := fixed(step.X*cells), fixed(step.Y*cells)
	for i := range dst {
		u, v := min(max(x, 0), top), min(max(y, 0), top)
		at := v/one*Grid + u/one
		p := c.values[at : at+Grid+2 : at+Grid+2]
		fx, fy := float32(u%one)*(1.0/one), float32(v%one)*(1.0/one)
		a, b := p[0]+fx*(p[1]-p[0]), p[Grid]+fx*(p[Grid+1]-p[Grid])
		dst[i] = a + fy*(b-a)
		x, y = x+dx, y+dy
	}
}

// Raster draws masks of one face. It remembers what it has drawn: a mask that goes on from
// the last one, as while a brush paints, costs only what is new. The zero Raster can be used;
// it is not safe for concurrent use, and serves the maps of one face alone.
type Raster struct {
	// under holds the parts that below is drawn of.
	under string
	below []float32
	// stroke holds the points of which near has the distances, within box.
	stroke part
	near   []float32
	box    box

	shown Coverage
	drawn Mask // that shown is of
	any   bool
}

// Draw returns the coverage of a mask; maps must be known if it names regions, which are
// otherwise nowhere. It is valid until the next call.
func (r *Raster) Draw(m Mask, maps Maps) *Coverage {
	if r.any && r.drawn == m {
		return &r.shown
	}
	if r.below == nil {
		r.below, r.near = make([]float32, Grid*Grid), make([]float32, Grid*Grid)
		r.shown.values = make([]float32, Grid*Grid)
	}
	r.drawn, r.any = m, true
	out := r.shown.values
	if m.parts == "" {
		fill(out, 1)
	} else {
		at := last(m.parts)
		r.below = r.paint(r.below, m.parts[:at], part(m.parts).subtracts(), maps)
		copy(out, r.below)
		r.apply(out, part(m.parts[at:]), maps)
	}
	if m.invert {
		for i, v := range out {
			out[i] = 1 - v
		}
	}
	return &r.shown
}

// Follows returns how much of a mask the Raster has drawn already: 0 for nothing, and more
// the less is left to draw.
func (r *Raster) Follows(m Mask) int {
	switch {
	case !r.any || m.parts == "":
		return 0
	case r.drawn == m:
		return math.MaxInt
	}
	at := last(m.parts)
	switch p := part(m.parts[at:]); {
	case !strings.HasPrefix(m.parts[:at], r.under):
		return 0
	case len(r.under) == at && p.stroke() && r.stroke != "" && p.goesOn(r.stroke):
		return at + len(r.stroke)
	}
	return len(r.under)
}

// paint makes dst that of the given parts, beginning with what it has of them. full says
// that the mask begins with everything.
func (r *Raster) paint(dst []float32, parts string, full bool, maps Maps) []float32 {
	if r.under == "" || !strings.HasPrefix(parts, r.under) {
		r.under = ""
		if fill(dst, 0); full {
			fill(dst, 1)
		}
	}
	for rest := parts[len(r.under):]; rest != ""; {
		var p part
		p, rest = first(rest)
		r.apply(dst, p, maps)
	}
	r.under = parts
	return dst
}

// apply applies a part to a map.
func (r *Raster) apply(dst []float32, p part, maps Maps) {
	if p.stroke() {
		r.measure(p)
		r.box.apply(dst, r.near, p)
		return
	}
	if !maps.Known() {
		return
	}
	sign := float32(1)
	if p.subtracts() {
		sign = -1
	}
	for y := range Grid {
		v := (float64(y)+0.5)/cells - Margin
		row := dst[y*Grid : (y+1)*Grid]
		for x := range row {
			s := maps.at(p.region(), (float64(x)+0.5)/cells-Margin, v)
			row[x] = min(max(row[x]+sign*s, 0), 1)
		}
	}
}

// box is a rectangle of cells: x0 ≤ x < x1, y0 ≤ y < y1.
type box struct{ x0, y0, x1, y1 int }

// around returns the cells within a distance of a line, in cells.
func around(a, b Point, reach float64) box {
	at := func(v float64) int { return min(max(int(math.Floor(v)), 0), Grid) }
	return box{
		at(min(a.X, b.X) - reach), at(min(a.Y, b.Y) - reach),
		at(max(a.X, b.X) + reach + 1), at(max(a.Y, b.Y) + reach + 1),
	}
}

func (b box) empty() bool { return b.x0 >= b.x1 || b.y0 >= b.y1 }

func (b box) union(o box) box {
	switch {
	case b.empty():
		return o
	case o.empty():
		return b
	}
	return box{min(b.x0, o.x0), min(b.y0, o.y0), max(b.x1, o.x1), max(b.y1, o.y1)}
}

// far is the square of a distance beyond every brush.
const far = 1e9

// measure fills near with the squares of the distances to a stroke, in cells, and box with
// the cells that the brush may reach. A stroke that goes on from the one before costs its new
// points alone.
func (r *Raster) measure(p part) {
	done := 0
	if p.goesOn(r.stroke) {
		done = r.stroke.points()
	} else {
		fill(r.near, far)
		r.box = box{}
	}
	reach := p.brush().Radius * cells
	for i := max(done, 0); i < p.points(); i++ {
		a, b := onGrid(p.point(max(i-1, 0))), onGrid(p.point(i))
		near := around(a, b, reach)
		r.box = r.box.union(near)
		r.line(near, a, b)
	}
	r.stroke = p
}

// onGrid returns a place in cells, from the centre of the first.
func onGrid(p Point) Point {
	return Point{(p.X+Margin)*cells - 0.5, (p.Y+Margin)*cells - 0.5}
}

// line lowers near to the distances from a line, within a box.
func (r *Raster) line(on box, a, b Point) {
	dx, dy := b.X-a.X, b.Y-a.Y
	length := dx*dx + dy*dy
	for y := on.y0; y < on.y1; y++ {
		row := r.near[y*Grid+on.x0 : y*Grid+on.x1]
		py := float64(y) - a.Y
		for i := range row {
			px := float64(on.x0+i) - a.X
			t := 0.0
			if length > 0 {
				t = min(max((px*dx+py*dy)/length, 0), 1)
			}
			ex, ey := px-t*dx, py-t*dy
			row[i] = min(row[i], float32(ex*ex+ey*ey))
		}
	}
}

// apply adds a stroke to a map, or takes it away; near holds the squares of the distances to
// it.
func (b box) apply(dst, near []float32, p part) {
	brush := p.brush()
	outer := brush.Radius * cells
	inner := max(min(outer*(1-brush.Softness), outer-1), 0) // an edge of one cell at least
	full, none, width := float32(inner*inner), float32(outer*outer), float32(outer-inner)
	subtract := p.subtracts()
	for y := b.y0; y < b.y1; y++ {
		row, d := dst[y*Grid+b.x0:y*Grid+b.x1], near[y*Grid+b.x0:y*Grid+b.x1]
		for i, v := range d {
			if v >= none {
				continue
			}
			s := float32(1)
			if v > full {
				t := (float32(outer) - float32(math.Sqrt(float64(v)))) / width
				s = t * t * (3 - 2*t)
			}
			if subtract {
				row[i] = min(row[i], 1-s)
			} else {
				row[i] = max(row[i], s)
			}
		}
	}
}

func fill(m []float32, v float32) {
	for i := range m {
		m[i] = v
	}
}
