package face

import (
	"image"
	"sync"

	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/internal/resample"
)

// source is a photo at its own size and reduced, where it is large, to what a
// look at all of it needs.
type source struct {
	full    *image.NRGBA // the photo's own pixels, from (0, 0)
	reduced *image.NRGBA // opaque
	blocks  int          // pixels of full to one of reduced, a side
	// smaller holds reduced, reduced once more by so many blocks a side. Windows of one
	// size share it.
	smaller map[int]*image.NRGBA
	mu      sync.Mutex // guards smaller
}

// newSource reduces img by whole blocks so that its longer side is at most
// about limit. img must not change while the source is used.
func newSource(img *image.NRGBA, limit int) *source {
	long := max(img.Rect.Dx(), img.Rect.Dy())
	k := max((long+limit-1)/limit, 1)
	return &source{
		full:    &image.NRGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect.Sub(img.Rect.Min)},
		reduced: straight(resample.Reduce(img, img.Rect, k)),
		blocks:  k,
		smaller: map[int]*image.NRGBA{},
	}
}

// straight returns an opaque picture with straight alpha; it shares the pixels.
func straight(img *image.RGBA) *image.NRGBA {
	return &image.NRGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect}
}

// crop cuts a square, given in photo coordinates whose origin is the photo's
// corner, out of the source; beyond the photo it is black.
func (s *source) crop(at Alignment, side int) *image.RGBA {
	m, from := s.enough(at.Square(side))
	dst := image.NewRGBA(image.Rect(0, 0, side, side))
	resample.Warp(dst, from, m)
	blacken(dst, m, from.Rect)
	return dst
}

// show returns what a window shows, side pixels wide. It is reduced from a copy that all
// windows of about this size share.
func (s *source) show(w window, side int) *image.RGBA {
	m, from := s.enough(w.at.Square(side))
	bounds, to := from.Rect, m
	if k := int(m.Scale()); k > 1 && from == s.reduced {
		to, from = reducedBy(m, k), s.smallerBy(k)
	}
	dst := image.NewRGBA(image.Rect(0, 0, side, side))
	resample.Warp(dst, from, to)
	if !w.mirrored {
		blacken(dst, m, bounds)
	}
	return dst
}

// smallerBy returns reduced, reduced once more by k pixels a side.
func (s *source) smallerBy(k int) *image.NRGBA {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.smaller[k] == nil {
		s.smaller[k] = straight(resample.Reduce(s.reduced, s.reduced.Rect, k))
	}
	return s.smaller[k]
}

// enough returns the smallest of the full and the reduced photo that has a pixel for each
// of those that m maps to the full one, and the map to it.
func (s *source) enough(m geometry.Affine) (geometry.Affine, *image.NRGBA) {
	if m.Scale() >= float64(s.blocks) {
		return reducedBy(m, s.blocks), s.reduced
	}
	return m, s.full
}

// reducedBy returns a map to a picture as one to its reduction by k pixels a side.
func reducedBy(m geometry.Affine, k int) geometry.Affine {
	return m.Then(geometry.Scaling(1/float64(k), 1/float64(k)))
}

// blacken paints the pixels black whose centres m maps outside of r.
func blacken(dst *image.RGBA, m geometry.Affine, r image.Rectangle) {
	x0, y0, x1, y1 := float64(r.Min.X), float64(r.Min.Y), float64(r.Max.X), float64(r.Max.Y)
	in := geometry.R(x0, y0, x1, y1)
	for y := range dst.Rect.Dy() {
		row := dst.Pix[y*dst.Stride:][:4*dst.Rect.Dx()]
		for x := 0; 4*x < len(row); x++ {
			if !m.Apply(geometry.Pt(float64(x)+0.5, float64(y)+0.5)).Within(in) {
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
