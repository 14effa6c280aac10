package face

import (
	"image"
	"math"
)

// A short-range detector finds faces that take an eighth or so of its input's
// side or more, so the photo is shown to it through windows of several sizes.
// Sizes of the windows' sides are shares of the photo's longer side.
const (
	// windowOverlap is the share of a window that the next one shows again: a
	// face smaller than that lies whole in one of them.
	windowOverlap = 0.35
	// sharpWindow is the smallest window worth looking through, in photo
	// pixels: faces in smaller ones have too few pixels to be edited.
	sharpWindow = 128
	// smallInWindow is the share of a window's side below which a face may well
	// have companions that only smaller windows show.
	smallInWindow = 0.3
)

// window is a square that the detector looks through; it may be turned.
type window struct{ at Alignment }

// whole returns the upright square around the whole photo, grown by zoom and
// turned clockwise by quarter turns.
func whole(size image.Point, zoom float64, quarters int) window {
	c := Point{float64(size.X) / 2, float64(size.Y) / 2}
	return window{region{centre: c, side: zoom * float64(max(size.X, size.Y))}.square()}.turned(quarters)
}

// turned returns the window turned clockwise about its centre by quarter turns.
func (w window) turned(quarters int) window {
	a := w.at
	for range quarters % 4 {
		a = Alignment{Origin: a.Origin.add(a.U), U: a.V, V: a.U.mul(-1)}
	}
	return window{a}
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
			out = append(out, window{Alignment{Origin: Point{x, y}, U: Point{X: side}, V: Point{Y: side}}})
		}
	}
	return out
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
	m := w.at.square(1)
	corners := []Point{
		m.apply(Point{d.box.x0, d.box.y0}), m.apply(Point{d.box.x1, d.box.y0}),
		m.apply(Point{d.box.x0, d.box.y1}), m.apply(Point{d.box.x1, d.box.y1}),
	}
	d.box = bounding(corners)
	for k := range d.keys {
		d.keys[k] = m.apply(d.keys[k])
	}
	return d
}

// cuts reports whether a detection, in shares of the window's side, reaches over
// an edge of the window behind which the photo goes on: a neighbour sees it
// better.
func (w window) cuts(d detection, size image.Point) bool {
	slack := 0.05 * d.box.width()
	c := d.box.centre()
	photo := rectangle{0, 0, float64(size.X), float64(size.Y)}
	m := w.at.square(1)
	hidden := func(over bool, p Point) bool { return over && m.apply(p).within(photo) }
	return hidden(d.box.x0 < -slack, Point{d.box.x0, c.Y}) || hidden(d.box.x1 > 1+slack, Point{d.box.x1, c.Y}) ||
		hidden(d.box.y0 < -slack, Point{c.X, d.box.y0}) || hidden(d.box.y1 > 1+slack, Point{c.X, d.box.y1})
}
