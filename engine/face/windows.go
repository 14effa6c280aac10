package face

import (
	"image"
	"math"

	"deltaedit/engine/internal/geometry"
)

// A short-range detector finds faces that take an eighth or so of its input's
// side or more, so the photo is shown to it through windows of several sizes.
// Sizes of the windows' sides are shares of the photo's longer side.
const (
	// windowOverlap is the overlap of neighbouring windows, as a share of their side: a
	// face that is smaller lies completely in one of them.
	windowOverlap = 0.35
	// sharpWindow is the smallest window worth looking through, in photo
	// pixels: faces in smaller ones have too few pixels to be edited.
	sharpWindow = 128
	// smallInWindow is a share of a window's side. When a face is smaller, there may be
	// others that only smaller windows can show.
	smallInWindow = 0.3
)

// window is a square that the detector looks through; it may be turned.
type window struct {
	at Alignment
	// mirrored is true when what lies beyond the photo's edges is its mirror image, not
	// black.
	mirrored bool
}

// whole returns the upright square around the whole photo, grown by zoom and
// turned clockwise by quarter turns.
func whole(size image.Point, zoom float64, quarters int) window {
	c := geometry.Pt(float64(size.X)/2, float64(size.Y)/2)
	return window{at: region{centre: c, side: zoom * float64(max(size.X, size.Y))}.square()}.turned(quarters)
}

// turned returns the window turned clockwise about its centre by quarter turns.
func (w window) turned(quarters int) window {
	a := w.at
	for range quarters % 4 {
		a = Alignment{Origin: a.Origin.Add(a.U), U: a.V, V: a.U.Mul(-1)}
	}
	return window{a, w.mirrored}
}

// tiles returns overlapping windows of the longer side divided by n that cover
// the photo, or none when they would be too small to help.
func tiles(size image.Point, n int) []window {
	side := tileSide(size, n)
	if side < sharpWindow {
		return nil
	}
	var out []window
	for _, y := range tileStarts(float64(size.Y), side) {
		for _, x := range tileStarts(float64(size.X), side) {
			out = append(out, squareWindow(x, y, side))
		}
	}
	return out
}

// squareWindow returns the upright window of the given side whose corner is (x, y).
func squareWindow(x, y, side float64) window {
	return window{at: Alignment{Origin: geometry.Pt(x, y), U: Point{X: side}, V: Point{Y: side}}}
}

// borders returns overlapping windows of the longer side divided by n whose middles lie on
// the photo's edges, with the mirror image beyond them: a face that an edge cuts in two
// looks whole there. There are none when they would be too small to help.
func borders(size image.Point, n int) []window {
	side := tileSide(size, n)
	if side < sharpWindow {
		return nil
	}
	w, h := float64(size.X), float64(size.Y)
	var out []window
	add := func(x, y float64) {
		b := squareWindow(x, y, side)
		b.mirrored = true
		out = append(out, b)
	}
	for _, y := range tileStarts(h, side) {
		add(-side/2, y)
		add(w-side/2, y)
	}
	for _, x := range tileStarts(w, side) {
		add(x, -side/2)
		add(x, h-side/2)
	}
	return out
}

// aroundBox returns windows onto the surroundings of a box, the likely ones first: of several
// sizes, then with the photo continued beyond its edges, then turned.
func aroundBox(box geometry.Rect) [][]window {
	side, c := max(box.Width(), box.Height()), box.Centre()
	of := func(zoom float64, quarters int, mirrored bool) window {
		w := window{at: region{centre: c, side: zoom * side}.square(), mirrored: mirrored}
		return w.turned(quarters)
	}
	plain := []window{of(1.4, 0, false), of(2, 0, false), of(3, 0, false)}
	beyond := []window{of(1.4, 0, true), of(2, 0, true), of(3, 0, true)}
	var turned []window
	for quarters := 1; quarters < 4; quarters++ {
		turned = append(turned, of(1.4, quarters, false), of(2, quarters, false))
	}
	return [][]window{plain, beyond, turned}
}

// beyondEdges returns a box around the part of a face that is in the photo, continued beyond
// the edges that it touches until it is square: the rest of a face that is cut off.
func beyondEdges(box, photo geometry.Rect) geometry.Rect {
	side := max(box.Width(), box.Height())
	touch := 0.05 * side
	if wider := side - box.Width(); box.X0 <= photo.X0+touch {
		box.X0 -= wider
	} else if box.X1 >= photo.X1-touch {
		box.X1 += wider
	}
	if higher := side - box.Height(); box.Y0 <= photo.Y0+touch {
		box.Y0 -= higher
	} else if box.Y1 >= photo.Y1-touch {
		box.Y1 += higher
	}
	return box
}

// tileSide returns the side of the windows of tiles.
func tileSide(size image.Point, n int) float64 { return float64(max(size.X, size.Y)) / float64(n) }

// tileStarts returns where windows begin along an axis of the given length.
func tileStarts(length, side float64) []float64 {
	if length <= side {
		return []float64{(length - side) / 2}
	}
	n := int(math.Ceil((length-side)/(side*(1-windowOverlap)))) + 1
	out := make([]float64, n)
	for i := range out {
		out[i] = (length - side) * float64(i) / float64(n-1)
	}
	return out
}

// toPhoto turns a detection in shares of the window's side into photo
// coordinates.
func (w window) toPhoto(d detection) detection {
	m := w.at.Square(1)
	corners := []Point{
		m.Apply(geometry.Pt(d.box.X0, d.box.Y0)), m.Apply(geometry.Pt(d.box.X1, d.box.Y0)),
		m.Apply(geometry.Pt(d.box.X0, d.box.Y1)), m.Apply(geometry.Pt(d.box.X1, d.box.Y1)),
	}
	d.box = geometry.Bounding(corners)
	for k := range d.keys {
		d.keys[k] = m.Apply(d.keys[k])
	}
	return d
}

// cuts reports whether an edge of the window cuts off a detection, which is in shares of
// the window's side, inside the photo. A neighbouring window then shows it better.
func (w window) cuts(d detection, size image.Point) bool {
	slack := 0.05 * d.box.Width()
	c := d.box.Centre()
	photo := geometry.R(0, 0, float64(size.X), float64(size.Y))
	m := w.at.Square(1)
	hidden := func(over bool, p Point) bool { return over && m.Apply(p).Within(photo) }
	return hidden(d.box.X0 < -slack, geometry.Pt(d.box.X0, c.Y)) || hidden(d.box.X1 > 1+slack, geometry.Pt(d.box.X1, c.Y)) ||
		hidden(d.box.Y0 < -slack, geometry.Pt(c.X, d.box.Y0)) || hidden(d.box.Y1 > 1+slack, geometry.Pt(c.X, d.box.Y1))
}
