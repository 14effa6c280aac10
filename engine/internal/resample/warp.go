package resample

import (
	"image"
	"math"

	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/internal/parallel"
)

// Warp fills dst with the part of src that m maps dst's pixel coordinates to; the
// result is opaque. A reduction by 2 or more first averages whole blocks. What remains
// is sampled four times per pixel when it reduces by more than 1.25, and by cubic
// interpolation otherwise. Outside its edges src is mirrored. An empty src leaves dst
// unchanged.
func Warp(dst *image.RGBA, src *image.NRGBA, m geometry.Affine) {
	if src.Rect.Empty() || dst.Rect.Empty() {
		return
	}
	m = geometry.Moving(float64(dst.Rect.Min.X), float64(dst.Rect.Min.Y)).Then(m)
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	k := max(1, int(m.Scale()))
	region := footprint(m, w, h, src.Rect, 3*k)
	pix := Reduce(src, region, k)
	m = m.Then(geometry.Moving(-float64(region.Min.X), -float64(region.Min.Y))).Then(geometry.Scaling(1/float64(k), 1/float64(k)))
	s := sampler{pix: pix, w: pix.Rect.Dx(), h: pix.Rect.Dy()}
	fill := s.cubicRow
	if m.Scale() > 1.25 {
		fill = s.fourRow
	}
	parallel.Ranges(h, 8, func(from, to int) {
		for y := from; y < to; y++ {
			fill(dst.Pix[y*dst.Stride:][:4*w], m, y)
		}
	})
}

// footprint returns the part of the source that the w × h pixels under m can read,
// including what is mirrored, with a margin in source pixels.
func footprint(m geometry.Affine, w, h int, bounds image.Rectangle, margin int) image.Rectangle {
	fw, fh := float64(w), float64(h)
	box := geometry.Bounding([]geometry.Point{m.Apply(geometry.Pt(0, 0)), m.Apply(geometry.Pt(fw, 0)), m.Apply(geometry.Pt(0, fh)), m.Apply(geometry.Pt(fw, fh))})
	x0, x1 := span(box.X0, box.X1, bounds.Min.X, bounds.Max.X, margin)
	y0, y1 := span(box.Y0, box.Y1, bounds.Min.Y, bounds.Max.Y, margin)
	return image.Rect(x0, y0, x1, y1)
}

// span clips [lo, hi), extended by the margin, to [from, to). The result includes what
// is mirrored at the clipped ends.
func span(lo, hi float64, from, to, margin int) (int, int) {
	lo, hi = lo-float64(margin), hi+float64(margin)
	f, t := float64(from), float64(to)
	if lo < f {
		hi = max(hi, f+(f-lo))
	}
	if hi > t {
		lo = min(lo, t-(hi-t))
	}
	if !(lo < hi) || lo <= f && hi >= t || lo >= t || hi <= f {
		return from, to
	}
	return max(from, int(math.Floor(max(lo, f)))), min(to, int(math.Ceil(min(hi, t))))
}

// sampler reads an opaque image at positions between its pixels.
type sampler struct {
	pix  *image.RGBA
	w, h int
}

// mirror folds an index into [0, n) by reflection at the edges.
func mirror(i, n int) int {
	if uint(i) < uint(n) {
		return i
	}
	i %= 2 * n
	if i < 0 {
		i += 2 * n
	}
	if i >= n {
		i = 2*n - 1 - i
	}
	return i
}

// fourRow fills row y of the target with the mean of four linear samples per pixel.
func (s *sampler) fourRow(dst []byte, m geometry.Affine, y int) {
	for x := 0; 4*x < len(dst); x++ {
		var r, g, b float32
		for _, q := range [4]geometry.Point{{X: 0.25, Y: 0.25}, {X: 0.75, Y: 0.25}, {X: 0.25, Y: 0.75}, {X: 0.75, Y: 0.75}} {
			p := m.Apply(geometry.Pt(float64(x)+q.X, float64(y)+q.Y))
			pr, pg, pb := s.linear(p.X-0.5, p.Y-0.5)
			r, g, b = r+pr, g+pg, b+pb
		}
		o := dst[4*x : 4*x+4 : 4*x+4]
		o[0], o[1], o[2], o[3] = round8(r/4), round8(g/4), round8(b/4), 255
	}
}

func (s *sampler) linear(x, y float64) (r, g, b float32) {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int(fx), int(fy)
	u, v := float32(x-fx), float32(y-fy)
	x0, x1, y0, y1 := ix, ix+1, iy, iy+1
	if uint(ix) >= uint(s.w-1) || uint(iy) >= uint(s.h-1) {
		x0, x1, y0, y1 = mirror(x0, s.w), mirror(x1, s.w), mirror(y0, s.h), mirror(y1, s.h)
	}
	x0, x1 = 4*x0, 4*x1
	r0 := s.pix.Pix[y0*s.pix.Stride:]
	r1 := s.pix.Pix[y1*s.pix.Stride:]
	a, bb, c, d := r0[x0:x0+3:x0+3], r0[x1:x1+3:x1+3], r1[x0:x0+3:x0+3], r1[x1:x1+3:x1+3]
	wa, wb, wc, wd := (1-u)*(1-v), u*(1-v), (1-u)*v, u*v
	r = wa*float32(a[0]) + wb*float32(bb[0]) + wc*float32(c[0]) + wd*float32(d[0])
	g = wa*float32(a[1]) + wb*float32(bb[1]) + wc*float32(c[1]) + wd*float32(d[1])
	b = wa*float32(a[2]) + wb*float32(bb[2]) + wc*float32(c[2]) + wd*float32(d[2])
	return r, g, b
}

// cubicRow fills row y of the target by Catmull-Rom interpolation.
func (s *sampler) cubicRow(dst []byte, m geometry.Affine, y int) {
	for x := 0; 4*x < len(dst); x++ {
		p := m.Apply(geometry.Pt(float64(x)+0.5, float64(y)+0.5))
		fx, fy := math.Floor(p.X-0.5), math.Floor(p.Y-0.5)
		ix, iy := int(fx)-1, int(fy)-1
		wx, wy := Cubic(float32(p.X-0.5-fx)), Cubic(float32(p.Y-0.5-fy))
		var cols [4]int
		for i := range cols {
			cols[i] = 4 * mirror(ix+i, s.w)
		}
		var r, g, b float32
		for j, w := range wy {
			row := s.pix.Pix[mirror(iy+j, s.h)*s.pix.Stride:]
			for i, c := range cols {
				q := row[c : c+3 : c+3]
				k := w * wx[i]
				r += k * float32(q[0])
				g += k * float32(q[1])
				b += k * float32(q[2])
			}
		}
		o := dst[4*x : 4*x+4 : 4*x+4]
		o[0], o[1], o[2], o[3] = round8(r), round8(g), round8(b), 255
	}
}

// Cubic returns the Catmull-Rom weights of four neighbours for a position t in [0, 1]
// between the middle two.
func Cubic(t float32) [4]float32 {
	return [4]float32{
		((2-t)*t - 1) * t / 2,
		((3*t-5)*t*t + 2) / 2,
		((4-3*t)*t + 1) * t / 2,
		(t - 1) * t * t / 2,
	}
}

// round8 rounds to the nearest byte, clamped.
func round8(v float32) byte {
	v += 0.5
	if !(v > 0) {
		return 0
	}
	if v >= 255 {
		return 255
	}
	return byte(v)
}
