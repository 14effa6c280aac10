package compose

import (
	"image"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/internal/parallel"
	"deltaedit/engine/warp"
)

// Surface is a picture in any colour space and depth, to which levels of sRGB can be
// added.
type Surface interface {
	// Bounds returns the picture's rectangle.
	Bounds() image.Rectangle
	// AddRow adds three values per pixel, in levels (1/255 of the range of a colour in
	// sRGB), to row y from x on. It is called on several goroutines, for different
	// rows. levels is valid until AddRow returns.
	AddRow(x, y int, levels []float32)
	// Bend bends the picture. toSquare maps its pixels to places in the aligned square.
	Bend(f *warp.Field, toSquare geometry.Affine)
}

// PasteOn adds the changes of layers to a surface, as [Paste] does to a photo. It uses
// several cores; nobody may use the surface meanwhile.
func PasteOn(s Surface, layers ...Layer) {
	for _, l := range layers {
		pasteOn(s, l.Change, l.Alignment)
		if m, ok := l.toSquare(geometry.Affine{A: 1, E: 1}); ok && l.warp() != nil {
			s.Bend(l.warp(), m)
		}
	}
}

func pasteOn(s Surface, ch *Change, al face.Alignment) {
	f, ok := footprintOf(ch, al, geometry.Affine{A: 1, E: 1}, s.Bounds())
	if !ok {
		return
	}
	parallel.Ranges(f.box.Dy(), 8, func(from, to int) {
		levels := make([]float32, 3*f.box.Dx())
		for y := f.box.Min.Y + from; y < f.box.Min.Y+to; y++ {
			x0, x1 := f.row(ch, y, levels)
			s.AddRow(x0, y, levels[:3*(x1-x0)])
		}
	})
	if ch.Around != nil {
		pasteOn(s, ch.Around, al.Around())
	}
	if ch.Ground != nil {
		pasteOn(s, ch.Ground, al.Around())
	}
}

// row fills levels with the change in row y of the picture and returns the range of
// pixels [x0, x1) that it covers.
func (f footprint) row(ch *Change, y int, levels []float32) (x0, x1 int) {
	m := f.toSquare
	if f.samples > 1 {
		ch.average(levels[:3*f.box.Dx()], m, f.active, f.box.Min.X, y, f.samples)
		return f.box.Min.X, f.box.Max.X
	}
	p := m.Apply(geometry.Pt(0.5, float64(y)+0.5))
	x0, x1 = clipRow(p.X, m.A, f.active.X0, f.active.X1, f.box.Min.X, f.box.Max.X)
	x0, x1 = clipRow(p.Y, m.D, f.active.Y0, f.active.Y1, x0, x1)
	for x := x0; x < x1; x++ {
		u, v := p.X+float64(x)*m.A-0.5, p.Y+float64(x)*m.D-0.5
		i := 3 * (x - x0)
		levels[i], levels[i+1], levels[i+2] = ch.linear(float32(u), float32(v), ch.Side-1)
	}
	return x0, max(x0, x1)
}
