package face

import (
	"image"

	"deltaedit/engine/parallel"
)

// Surface is a picture of which only its owner knows how levels of sRGB are
// added to its pixels, such as one in another colour space or of another depth.
type Surface interface {
	// Bounds returns the picture's rectangle.
	Bounds() image.Rectangle
	// AddRow adds three values a pixel, in levels (1/255 of the range of a
	// colour in sRGB), to row y from x on. It is called for several rows at
	// once, and not kept.
	AddRow(x, y int, levels []float32)
}

// PasteOn adds the layers' changes to a surface, in order, as [Paste] does to a
// photo's bytes. The layers' alignments are in the surface's own coordinates. It
// works on several cores; the surface must not be used meanwhile.
func PasteOn(s Surface, layers ...Layer) {
	for _, l := range layers {
		pasteOn(s, l.Change, l.Alignment)
	}
}

func pasteOn(s Surface, ch *Change, al Alignment) {
	r, ok := reachOf(ch, al, affine{a: 1, e: 1}, s.Bounds())
	if !ok {
		return
	}
	parallel.Ranges(r.box.Dy(), 8, func(from, to int) {
		levels := make([]float32, 3*r.box.Dx())
		for y := r.box.Min.Y + from; y < r.box.Min.Y+to; y++ {
			x0, x1 := r.row(ch, y, levels)
			s.AddRow(x0, y, levels[:3*(x1-x0)])
		}
	})
	if ch.Around != nil {
		pasteOn(s, ch.Around, al.Around())
	}
}

// row fills levels with the change in row y of the picture, and returns the
// first pixel and the one behind the last that it holds.
func (r reach) row(ch *Change, y int, levels []float32) (x0, x1 int) {
	m := r.toSquare
	if r.samples > 1 {
		ch.average(levels[:3*r.box.Dx()], m, r.active, r.box.Min.X, y, r.samples)
		return r.box.Min.X, r.box.Max.X
	}
	p := m.apply(Point{0.5, float64(y) + 0.5})
	x0, x1 = clipRow(p.X, m.a, r.active.x0, r.active.x1, r.box.Min.X, r.box.Max.X)
	x0, x1 = clipRow(p.Y, m.d, r.active.y0, r.active.y1, x0, x1)
	for x := x0; x < x1; x++ {
		u, v := p.X+float64(x)*m.a-0.5, p.Y+float64(x)*m.d-0.5
		i := 3 * (x - x0)
		levels[i], levels[i+1], levels[i+2] = ch.linear(float32(u), float32(v), ch.Side-1)
	}
	return x0, max(x0, x1)
}
