package face

import "image"

// source is a photo reduced, where it is large, to what detection needs.
type source struct {
	img   *image.NRGBA
	scale float64 // pixels of img to one of the photo
}

// newSource reduces img by whole blocks so that its longer side is at most
// about limit.
func newSource(img *image.NRGBA, limit int) *source {
	long := max(img.Rect.Dx(), img.Rect.Dy())
	k := (long + limit - 1) / limit
	return &source{img: Opaque(reduce(img, img.Rect, max(k, 1))), scale: 1 / float64(max(k, 1))}
}

// crop cuts a square, given in photo coordinates whose origin is the photo's
// corner, out of the source; beyond the photo it is black, or shows the photo's
// mirror image when mirrored is set.
func (s *source) crop(at Alignment, side int, mirrored bool) *image.RGBA {
	m := at.square(side).then(scaling(s.scale, s.scale))
	dst := image.NewRGBA(image.Rect(0, 0, side, side))
	warp(dst, s.img, m)
	if !mirrored {
		blacken(dst, m, s.img.Rect)
	}
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
