package face

import (
	"image"
	"math"
)

// A short-range detector finds faces that take at least a sixth or so of its
// input, so the photo is shown to it through windows of several sizes. Sizes of
// the windows' sides are shares of the photo's longer side.
const (
	// windowOverlap is the share of a window that the next one shows again: a
	// face smaller than that lies whole in one of them.
	windowOverlap = 0.4
	// sharpWindow is the smallest window worth looking through, in photo
	// pixels: faces in smaller ones have too few pixels to be edited.
	sharpWindow = 128
)

// window is a square that the detector looks through; it may be turned.
type window struct {
	at    Alignment
	inner bool // some edge cuts through the photo
}

// whole returns the upright square around the whole photo, grown by zoom and
// turned clockwise by quarter turns.
func whole(size image.Point, zoom float64, quarters int) window {
	half := zoom * float64(max(size.X, size.Y)) / 2
	u := Point{X: half}
	for range quarters {
		u = u.rot90()
	}
	v := u.rot90()
	c := Point{float64(size.X) / 2, float64(size.Y) / 2}
	return window{at: Alignment{Origin: c.sub(u).sub(v), U: u.mul(2), V: v.mul(2)}}
}

// tiles returns overlapping windows of the longer side divided by n that cover
// the photo, or none when they would be too small to help.
func tiles(size image.Point, n int) []window {
	side := float64(max(size.X, size.Y)) / float64(n)
	if side < sharpWindow {
		return nil
	}
	var out []window
	for _, y := range tileStarts(float64(size.Y), side) {
		for _, x := range tileStarts(float64(size.X), side) {
			out = append(out, window{at: Alignment{Origin: Point{x, y}, U: Point{X: side}, V: Point{Y: side}}, inner: true})
		}
	}
	return out
}

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

// cuts reports whether a detection, in photo coordinates, reaches over an edge
// of the window behind which the photo goes on: a neighbour sees it better.
func (w window) cuts(d detection, size image.Point) bool {
	if !w.inner {
		return false
	}
	slack := 0.05 * d.box.width()
	x0, y0 := w.at.Origin.X, w.at.Origin.Y
	x1, y1 := x0+w.at.U.X, y0+w.at.V.Y
	return d.box.x0 < x0-slack && x0 > 0 || d.box.y0 < y0-slack && y0 > 0 ||
		d.box.x1 > x1+slack && x1 < float64(size.X) || d.box.y1 > y1+slack && y1 < float64(size.Y)
}
