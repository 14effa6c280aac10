package face

import (
	"image"
	"math"
	"sync"

	"deltaedit/engine/parallel"
)

// Layer is a change and where it goes.
type Layer struct {
	Alignment Alignment
	Change    *Change
}

// Paste adds the layers' changes to a photo, in order and in place. Pixels
// whose change is zero keep their bytes, and so does alpha everywhere; fully
// transparent pixels are left alone. The layers' alignments are in img's own
// coordinates. It works on several cores; img must not be used meanwhile.
func Paste(img *image.NRGBA, layers ...Layer) {
	for _, l := range layers {
		t := target{pix: img.Pix, stride: img.Stride, rect: img.Rect}
		t.add(l.Change, l.Alignment, affine{a: 1, e: 1})
	}
}

// target is a picture that changes are added to.
type target struct {
	pix           []byte
	stride        int
	rect          image.Rectangle
	premultiplied bool
}

// add puts a change on the target; toPhoto maps the target's pixels to the
// photo that the alignment is of.
func (t target) add(ch *Change, al Alignment, toPhoto affine) {
	r, ok := reachOf(ch, al, toPhoto, t.rect)
	if !ok {
		return
	}
	a := adders.Get().(*adder)
	a.target, a.change, a.reach = t, ch, r
	parallel.Ranges(r.box.Dy(), 8, a.rows)
	*a = adder{rows: a.rows}
	adders.Put(a)
	if ch.Around != nil {
		t.add(ch.Around, al.Around(), toPhoto)
	}
}

// adder is a call of target.add in work; its loop is a function that is made once.
type adder struct {
	target target
	change *Change
	reach  reach
	rows   func(from, to int)
}

var adders = sync.Pool{New: func() any {
	a := new(adder)
	a.rows = a.addRows
	return a
}}

func (a *adder) addRows(from, to int) {
	r := &a.reach
	for y := r.box.Min.Y + from; y < r.box.Min.Y+to; y++ {
		if r.samples > 1 {
			a.target.averageRow(a.change, r.toSquare, r.active, r.box, y, r.samples)
		} else {
			a.target.linearRow(a.change, r.toSquare, r.active, r.box, y)
		}
	}
}

// reach is where in a picture a change shows.
type reach struct {
	toSquare affine          // the picture's pixels to the square's
	active   rectangle       // of the square, with the half pixel that samples reach beyond
	box      image.Rectangle // of the picture
	samples  int             // a side, for each pixel: above 1 where the square is larger
}

// reachOf returns where a change shows in a picture with the given bounds, false
// for nowhere.
func reachOf(ch *Change, al Alignment, toPhoto affine, bounds image.Rectangle) (r reach, ok bool) {
	if ch == nil || ch.Active.Empty() {
		return r, false
	}
	fromSquare := al.square(ch.Side)
	toSquare, ok := fromSquare.inverse()
	if !ok {
		return r, false
	}
	r.toSquare = toPhoto.then(toSquare)
	back, ok := r.toSquare.inverse()
	if !ok {
		return r, false
	}
	a := rectangle{float64(ch.Active.Min.X), float64(ch.Active.Min.Y), float64(ch.Active.Max.X), float64(ch.Active.Max.Y)}
	side := float64(ch.Side)
	a = rectangle{max(a.x0-0.5, 0), max(a.y0-0.5, 0), min(a.x1+0.5, side), min(a.y1+0.5, side)}
	r.active = a
	r.box = bounding([]Point{
		back.apply(Point{a.x0, a.y0}), back.apply(Point{a.x1, a.y0}),
		back.apply(Point{a.x0, a.y1}), back.apply(Point{a.x1, a.y1}),
	}).pixels().Intersect(bounds)
	r.samples = 1
	if s := r.toSquare.scale(); s > 1.25 {
		r.samples = min(int(math.Ceil(s)), 64)
	}
	return r, true
}

// linearRow adds one row of the change, interpolated between the square's
// pixels, to the pixels whose centres lie in the active part.
func (t target) linearRow(ch *Change, m affine, active rectangle, box image.Rectangle, y int) {
	p := m.apply(Point{0.5, float64(y) + 0.5})
	x0, x1 := clipRow(p.X, m.a, active.x0, active.x1, box.Min.X, box.Max.X)
	x0, x1 = clipRow(p.Y, m.d, active.y0, active.y1, x0, x1)
	if x0 >= x1 {
		return
	}
	// Positions step in fixed point. The neighbours to the right and below
	// exist for all but the last pixel, so positions stop just short of it.
	const one = 1 << 20
	row := t.row(y, x0, x1)
	stride, top := 3*ch.Side, (ch.Side-1)*one-1
	if ch.Side < 2 {
		return
	}
	u := int((p.X + float64(x0)*m.a - 0.5) * one)
	v := int((p.Y + float64(x0)*m.d - 0.5) * one)
	du, dv := int(math.Round(m.a*one)), int(math.Round(m.d*one))
	pix := ch.Pix
	for len(row) >= 4 {
		x, y := min(max(u, 0), top), min(max(v, 0), top)
		o := (y>>20)*stride + 3*(x>>20)
		a := pix[o : o+6 : o+6]
		b := pix[o+stride : o+stride+6 : o+stride+6]
		fx, fy := float32(x&(one-1))*(1.0/one), float32(y&(one-1))*(1.0/one)
		r := a[0] + fx*(a[3]-a[0])
		g := a[1] + fx*(a[4]-a[1])
		l := a[2] + fx*(a[5]-a[2])
		r += fy * (b[0] + fx*(b[3]-b[0]) - r)
		g += fy * (b[1] + fx*(b[4]-b[1]) - g)
		l += fy * (b[2] + fx*(b[5]-b[2]) - l)
		if r != 0 || g != 0 || l != 0 {
			q := row[0:4:4]
			if q[3] == 255 {
				q[0], q[1], q[2] = plus(q[0], r), plus(q[1], g), plus(q[2], l)
			} else {
				t.translucent(q, r, g, l)
			}
		}
		row = row[4:]
		u += du
		v += dv
	}
}

// averageRow adds one row of the change, averaged over n × n samples a pixel.
func (t target) averageRow(ch *Change, m affine, active rectangle, box image.Rectangle, y, n int) {
	var levels [3 * 128]float32
	for x := box.Min.X; x < box.Max.X; x += len(levels) / 3 {
		end := min(x+len(levels)/3, box.Max.X)
		part := levels[:3*(end-x)]
		ch.average(part, m, active, x, y, n)
		row := t.row(y, x, end)
		for ; len(part) >= 3; part, row = part[3:], row[4:] {
			if r, g, b := part[0], part[1], part[2]; r != 0 || g != 0 || b != 0 {
				t.put(row[0:4:4], r, g, b)
			}
		}
	}
}

// average fills levels with the means of n × n samples of the change in each pixel of
// a picture from x of row y on. Samples outside the active part count as zero.
func (ch *Change) average(levels []float32, m affine, active rectangle, x, y, n int) {
	clear(levels)
	if ch.Side < 2 {
		return
	}
	const one = 1 << 20
	stride, top := 3*ch.Side, (ch.Side-1)*one-1
	step := 1 / float64(n)
	dx, dy := m.a*step, m.d*step
	du, dv := int(math.Round(dx*one)), int(math.Round(dy*one))
	for j := range n {
		p := m.apply(Point{float64(x) + 0.5*step, float64(y) + (float64(j)+0.5)*step})
		from, to := clipRow(p.X, dx, active.x0, active.x1, 0, len(levels)/3*n)
		from, to = clipRow(p.Y, dy, active.y0, active.y1, from, to)
		// Positions step in fixed point, and stop just short of the last pixel, as
		// in linearRow.
		u := int((p.X + float64(from)*dx - 0.5) * one)
		v := int((p.Y + float64(from)*dy - 0.5) * one)
		for i := from; i < to; {
			var r, g, b float32
			q := levels[3*(i/n) : 3*(i/n)+3 : 3*(i/n)+3]
			for end := min(i-i%n+n, to); i < end; i++ {
				x, y := min(max(u, 0), top), min(max(v, 0), top)
				o := (y>>20)*stride + 3*(x>>20)
				a := ch.Pix[o : o+6 : o+6]
				c := ch.Pix[o+stride : o+stride+6 : o+stride+6]
				fx, fy := float32(x&(one-1))*(1.0/one), float32(y&(one-1))*(1.0/one)
				r0 := a[0] + fx*(a[3]-a[0])
				g0 := a[1] + fx*(a[4]-a[1])
				b0 := a[2] + fx*(a[5]-a[2])
				r += r0 + fy*(c[0]+fx*(c[3]-c[0])-r0)
				g += g0 + fy*(c[1]+fx*(c[4]-c[1])-g0)
				b += b0 + fy*(c[2]+fx*(c[5]-c[2])-b0)
				u += du
				v += dv
			}
			q[0] += r
			q[1] += g
			q[2] += b
		}
	}
	norm := 1 / float32(n*n)
	for i := range levels {
		levels[i] *= norm
	}
}

func (t target) row(y, x0, x1 int) []byte {
	o := (y-t.rect.Min.Y)*t.stride + 4*(x0-t.rect.Min.X)
	return t.pix[o : o+4*(x1-x0)]
}

// put adds levels to one pixel.
func (t target) put(p []byte, r, g, b float32) {
	if p[3] == 255 {
		p[0], p[1], p[2] = plus(p[0], r), plus(p[1], g), plus(p[2], b)
	} else {
		t.translucent(p, r, g, b)
	}
}

// translucent adds levels to a pixel that is not opaque: in proportion to its
// alpha when the colours are premultiplied, not at all where alpha is 0.
func (t target) translucent(p []byte, r, g, b float32) {
	if p[3] == 0 {
		return
	}
	top := byte(255)
	if t.premultiplied {
		top = p[3]
		s := float32(top) / 255
		r, g, b = r*s, g*s, b*s
	}
	p[0], p[1], p[2] = min(plus(p[0], r), top), min(plus(p[1], g), top), min(plus(p[2], b), top)
}

// plus adds levels in [-255, 255] to a byte, rounded to the nearest, clamped.
func plus(b byte, level float32) byte {
	v := int32(float32(b) + level + 256.5) // above 0, so truncating rounds down
	return byte(min(max(v, 256), 511) - 256)
}

// linear interpolates the change at (u, v), in pixels from the first pixel's
// centre, between the nearest pixels inside.
func (ch *Change) linear(u, v float32, last int) (r, g, b float32) {
	u, v = max(u, 0), max(v, 0)
	i, j := int(u), int(v)
	if i >= last {
		i, u = last-1, float32(last)
	}
	if j >= last {
		j, v = last-1, float32(last)
	}
	if last == 0 {
		return ch.Pix[0], ch.Pix[1], ch.Pix[2]
	}
	u -= float32(i)
	v -= float32(j)
	o := 3 * (j*ch.Side + i)
	p := ch.Pix[o : o+6 : o+6]
	o += 3 * ch.Side
	q := ch.Pix[o : o+6 : o+6]
	r0, g0, b0 := p[0]+u*(p[3]-p[0]), p[1]+u*(p[4]-p[1]), p[2]+u*(p[5]-p[2])
	r1, g1, b1 := q[0]+u*(q[3]-q[0]), q[1]+u*(q[4]-q[1]), q[2]+u*(q[5]-q[2])
	return r0 + v*(r1-r0), g0 + v*(g1-g0), b0 + v*(b1-b0)
}

// clipRow narrows [x0, x1) to the integers x for which start + x·step lies in
// [lo, hi).
func clipRow(start, step, lo, hi float64, x0, x1 int) (int, int) {
	if math.Abs(step) < 1e-9 {
		if start < lo || start >= hi {
			return x0, x0
		}
		return x0, x1
	}
	a, b := (lo-start)/step, (hi-start)/step
	if step < 0 {
		a, b = b, a
	}
	a, b = math.Ceil(a), math.Ceil(b)
	return int(max(a, float64(x0))), int(max(min(b, float64(x1)), float64(x0)))
}
