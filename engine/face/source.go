package face

import "image"

// source is a photo at its own size and reduced, where it is large, to what a
// look at all of it needs.
type source struct {
	full    *image.NRGBA // the photo's own pixels, from (0, 0)
	reduced *image.NRGBA // opaque
	blocks  int          // pixels of full to one of reduced, a side
}

// newSource reduces img by whole blocks so that its longer side is at most
// about limit. img must not change while the source is used.
func newSource(img *image.NRGBA, limit int) *source {
	long := max(img.Rect.Dx(), img.Rect.Dy())
	k := max((long+limit-1)/limit, 1)
	s := &source{
		full:   &image.NRGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect.Sub(img.Rect.Min)},
		blocks: k,
	}
	s.reduced = Opaque(reduce(img, img.Rect, k))
	return s
}

// crop cuts a square, given in photo coordinates whose origin is the photo's
// corner, out of the source; beyond the photo it is black.
func (s *source) crop(at Alignment, side int) *image.RGBA {
	m, from := at.square(side), s.full
	if m.scale() >= float64(s.blocks) {
		m, from = m.then(scaling(1/float64(s.blocks), 1/float64(s.blocks))), s.reduced
	}
	dst := image.NewRGBA(image.Rect(0, 0, side, side))
	warp(dst, from, m)
	blacken(dst, m, from.Rect)
	return dst
}

// blacken paints the pixels black whose centres m maps outside of r.
func blacken(dst *image.RGBA, m affine, r image.Rectangle) {
	x0, y0, x1, y1 := float64(r.Min.X), float64(r.Min.Y), float64(r.Max.X), float64(r.Max.Y)
	in := rectangle{x0, y0, x1, y1}
	for y := range dst.Rect.Dy() {
		row := dst.Pix[y*dst.Stride:][:4*dst.Rect.Dx()]
		for x := 0; 4*x < len(row); x++ {
			if !m.apply(Point{float64(x) + 0.5, float64(y) + 0.5}).within(in) {
				row[4*x], row[4*x+1], row[4*x+2] = 0, 0, 0
			}
		}
	}
}

// blank reports whether a crop shows hardly anything: its brightest and darkest
// pixels, but for the hundredth part of them at each end, are nearly alike.
func blank(img *image.RGBA) bool {
	var count [256]int
	for i := 0; i+3 < len(img.Pix); i += 4 {
		count[(int(img.Pix[i])+2*int(img.Pix[i+1])+int(img.Pix[i+2]))/4]++
	}
	few := len(img.Pix) / 400
	edge := func(from, step int) int {
		v := from
		for n := count[v]; n <= few && v+step >= 0 && v+step <= 255; n += count[v] {
			v += step
		}
		return v
	}
	return edge(255, -1)-edge(0, 1) < blankLevels
}

// blankLevels is the spread of levels below which a window cannot show a face.
const blankLevels = 10

// interleaved turns an opaque picture into NHWC values v·scale + offset, in
// dst's memory if that is large enough.
func interleaved(dst []float32, img *image.RGBA, scale, offset float32) []float32 {
	n := img.Rect.Dx() * img.Rect.Dy()
	if cap(dst) < 3*n {
		dst = make([]float32, 3*n)
	}
	dst = dst[:3*n]
	for i := range n {
		p := img.Pix[4*i : 4*i+3 : 4*i+3]
		dst[3*i] = float32(p[0])*scale + offset
		dst[3*i+1] = float32(p[1])*scale + offset
		dst[3*i+2] = float32(p[2])*scale + offset
	}
	return dst
}
