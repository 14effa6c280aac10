package compose

import (
	"image"
	"math"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/internal/parallel"
	"deltaedit/engine/warp"
)

// Layer is a change and its place in the photo.
type Layer struct {
	Alignment face.Alignment
	Change    *Change
	Rough     bool // the picture is shown for a moment: bend it quickly
}

// warp returns how the layer bends a picture, nil for not at all.
func (l Layer) warp() *warp.Field {
	if l.Change == nil {
		return nil
	}
	return l.Change.Warp
}

// toSquare returns the map from the pixels of a picture, which toPhoto maps to those of the
// photo, to places in the aligned square; false for none.
func (l Layer) toSquare(toPhoto geometry.Affine) (geometry.Affine, bool) {
	m, ok := l.Alignment.Square(1).Inverse()
	return toPhoto.Then(m), ok
}

// Paste adds the changes of layers to a photo, in order and in place, and bends it as they
// say. Without a Warp it does not change alpha, transparent pixels, or pixels whose change is
// zero. The alignments of the
// layers are in the coordinates of img. It uses several cores; nobody may use img
// meanwhile.
func Paste(img *image.NRGBA, layers ...Layer) {
	for _, l := range layers {
		d := destination{pix: img.Pix, stride: img.Stride, rect: img.Rect}
		d.add(l.Change, l.Alignment, geometry.Affine{A: 1, E: 1})
		d.bend(l, geometry.Affine{A: 1, E: 1})
	}
}

// destination is a picture that changes are added to.
type destination struct {
	pix           []byte
	stride        int
	rect          image.Rectangle
	premultiplied bool
}

// add adds a change to the destination. toPhoto maps its pixels to the photo that the
// alignment belongs to.
func (d destination) add(ch *Change, al face.Alignment, toPhoto geometry.Affine) {
	f, ok := footprintOf(ch, al, toPhoto, d.rect)
	if !ok {
		return
	}
	addLoop.Run(f.box.Dy(), 8, addition{d, ch, f})
	if ch.Around != nil {
		d.add(ch.Around, al.Around(), toPhoto)
	}
	if ch.Ground != nil {
		d.add(ch.Ground, al.Around(), toPhoto)
	}
}

// bend bends the destination as a layer says.
func (d destination) bend(l Layer, toPhoto geometry.Affine) {
	m, ok := l.toSquare(toPhoto)
	if !ok || l.warp() == nil {
		return
	}
	offset := func(x, y int) int { return (y-d.rect.Min.Y)*d.stride + 4*(x-d.rect.Min.X) }
	warp.Push(l.warp(), warp.Bytes(d.pix, offset, d.rect, !d.premultiplied), m, l.Rough)
}

// addition is a change that is added to a picture.
type addition struct {
	destination destination
	change      *Change
	footprint   footprint
}

var addLoop = parallel.NewLoop(addRows)

func addRows(a *addition, from, to int) {
	f := &a.footprint
	for y := f.box.Min.Y + from; y < f.box.Min.Y+to; y++ {
		if f.samples > 1 {
			a.destination.averageRow(a.change, f.toSquare, f.active, f.box, y, f.samples)
		} else {
			a.destination.linearRow(a.change, f.toSquare, f.active, f.box, y)
		}
	}
}

// footprint is the part of a picture that a change reaches.
type footprint struct {
	toSquare geometry.Affine // maps pixels of the picture to those of the square
	active   geometry.Rect   // in the square, with half a pixel around it for interpolation
	box      image.Rectangle // in the picture
	samples  int             // per pixel and axis: above 1 when the square has more pixels than the picture
}

// footprintOf returns the part of a picture with the given bounds that a change reaches;
// false for none.
func footprintOf(ch *Change, al face.Alignment, toPhoto geometry.Affine, bounds image.Rectangle) (f footprint, ok bool) {
	if ch == nil || ch.Active.Empty() {
		return f, false
	}
	fromSquare := al.Square(ch.Side)
	toSquare, ok := fromSquare.Inverse()
	if !ok {
		return f, false
	}
	f.toSquare = toPhoto.Then(toSquare)
	back, ok := f.toSquare.Inverse()
	if !ok {
		return f, false
	}
	a := geometry.R(float64(ch.Active.Min.X), float64(ch.Active.Min.Y), float64(ch.Active.Max.X), float64(ch.Active.Max.Y))
	side := float64(ch.Side)
	a = geometry.R(max(a.X0-0.5, 0), max(a.Y0-0.5, 0), min(a.X1+0.5, side), min(a.Y1+0.5, side))
	f.active = a
	f.box = geometry.Bounding([]geometry.Point{
		back.Apply(geometry.Pt(a.X0, a.Y0)), back.Apply(geometry.Pt(a.X1, a.Y0)),
		back.Apply(geometry.Pt(a.X0, a.Y1)), back.Apply(geometry.Pt(a.X1, a.Y1)),
	}).Pixels().Intersect(bounds)
	f.samples = 1
	if s := f.toSquare.Scale(); s > 1.25 {
		f.samples = min(int(math.Ceil(s)), 64)
	}
	return f, true
}

// linearRow adds one row of the change, interpolated between the square's
// pixels, to the pixels whose centres lie in the active part.
func (d destination) linearRow(ch *Change, m geometry.Affine, active geometry.Rect, box image.Rectangle, y int) {
	p := m.Apply(geometry.Pt(0.5, float64(y)+0.5))
	x0, x1 := clipRow(p.X, m.A, active.X0, active.X1, box.Min.X, box.Max.X)
	x0, x1 = clipRow(p.Y, m.D, active.Y0, active.Y1, x0, x1)
	if x0 >= x1 {
		return
	}
	// Positions step in fixed point. The neighbours to the right and below
	// exist for all but the last pixel, so positions stop just short of it.
	const one = 1 << 20
	row := d.row(y, x0, x1)
	stride, top := 3*ch.Side, (ch.Side-1)*one-1
	if ch.Side < 2 {
		return
	}
	u := int((p.X + float64(x0)*m.A - 0.5) * one)
	v := int((p.Y + float64(x0)*m.D - 0.5) * one)
	du, dv := int(math.Round(m.A*one)), int(math.Round(m.D*one))
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
				d.translucent(q, r, g, l)
			}
		}
		row = row[4:]
		u += du
		v += dv
	}
}

// averageRow adds one row of the change, averaged over n × n samples a pixel.
func (d destination) averageRow(ch *Change, m geometry.Affine, active geometry.Rect, box image.Rectangle, y, n int) {
	var levels [3 * 128]float32
	for x := box.Min.X; x < box.Max.X; x += len(levels) / 3 {
		end := min(x+len(levels)/3, box.Max.X)
		part := levels[:3*(end-x)]
		ch.average(part, m, active, x, y, n)
		row := d.row(y, x, end)
		for ; len(part) >= 3; part, row = part[3:], row[4:] {
			if r, g, b := part[0], part[1], part[2]; r != 0 || g != 0 || b != 0 {
				d.put(row[0:4:4], r, g, b)
			}
		}
	}
}

// average fills levels with the means of n × n samples of the change in each pixel of
// a picture from x of row y on. Samples outside the active part count as zero.
func (ch *Change) average(levels []float32, m geometry.Affine, active geometry.Rect, x, y, n int) {
	clear(levels)
	if ch.Side < 2 {
		return
	}
	const one = 1 << 20
	stride, top := 3*ch.Side, (ch.Side-1)*one-1
	step := 1 / float64(n)
	dx, dy := m.A*step, m.D*step
	du, dv := int(math.Round(dx*one)), int(math.Round(dy*one))
	for j := range n {
		p := m.Apply(geometry.Pt(float64(x)+0.5*step, float64(y)+(float64(j)+0.5)*step))
		from, to := clipRow(p.X, dx, active.X0, active.X1, 0, len(levels)/3*n)
		from, to = clipRow(p.Y, dy, active.Y0, active.Y1, from, to)
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

func (d destination) row(y, x0, x1 int) []byte {
	o := (y-d.rect.Min.Y)*d.stride + 4*(x0-d.rect.Min.X)
	return d.pix[o : o+4*(x1-x0)]
}

// put adds levels to one pixel.
func (d destination) put(p []byte, r, g, b float32) {
	if p[3] == 255 {
		p[0], p[1], p[2] = plus(p[0], r), plus(p[1], g), plus(p[2], b)
	} else {
		d.translucent(p, r, g, b)
	}
}

// translucent adds levels to a pixel that is not opaque: in proportion to its
// alpha when the colours are premultiplied, not at all where alpha is 0.
func (d destination) translucent(p []byte, r, g, b float32) {
	if p[3] == 0 {
		return
	}
	top := byte(255)
	if d.premultiplied {
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
