// Package zoom says which part of a picture is seen in an area of the screen, and how
// large. It is arithmetic alone: it knows no widgets and draws nothing.
package zoom

import (
	"image"
	"math"
	"slices"
)

// Limits and steps of the scale, in device pixels for a pixel of the picture.
const (
	// MaxScale is the largest scale: 3200 %.
	MaxScale = 32
	// Step is the factor of one step of zooming.
	Step = 1.25
)

// Point is a place, in pixels of the picture or of the area.
type Point struct{ X, Y float64 }

// Placement says where a picture lies in an area: device pixel (X, Y) is its upper left
// corner, and each of its pixels is Scale device pixels wide.
type Placement struct {
	X, Y  int
	Scale float64
}

// ToPicture returns the place in the picture under a place of the area.
func (p Placement) ToPicture(at Point) Point {
	return Point{(at.X - float64(p.X)) / p.Scale, (at.Y - float64(p.Y)) / p.Scale}
}

// ToArea returns the place in the area where a place of the picture is seen.
func (p Placement) ToArea(at Point) Point {
	return Point{float64(p.X) + at.X*p.Scale, float64(p.Y) + at.Y*p.Scale}
}

// View is what is seen of a picture. At first the whole picture fits into the area. The
// zero View has no picture; every method may be called on it. It is not safe for
// concurrent use.
type View struct {
	picture, area image.Point
	margin        int
	enlarge       float64
	scale         float64 // 0 while the picture fits
	centre        Point   // of the area, in the picture, while it does not fit
}

// SetPicture sets the size of the picture in pixels. Another size than before makes it
// fit.
func (v *View) SetPicture(size image.Point) {
	if size != v.picture {
		v.picture = size
		v.Fit()
	}
}

// SetArea sets the size of the area in device pixels. While the picture fits, margin
// device pixels on each side stay free, and a small picture is enlarged by at most the
// factor enlarge.
func (v *View) SetArea(size image.Point, margin int, enlarge float64) {
	v.area, v.margin, v.enlarge = size, margin, enlarge
	if v.scale != 0 {
		v.set(v.scale)
	}
}

// Area returns the size of the area in device pixels.
func (v *View) Area() image.Point { return v.area }

// Picture returns the size of the picture in pixels.
func (v *View) Picture() image.Point { return v.picture }

func (v *View) empty() bool {
	return v.picture.X <= 0 || v.picture.Y <= 0 || v.area.X <= 0 || v.area.Y <= 0
}

// Box returns the size of the area inside its margin, at least 1×1.
func (v *View) Box() image.Point {
	return image.Pt(max(1, v.area.X-2*v.margin), max(1, v.area.Y-2*v.margin))
}

// FitScale returns the scale at which the whole picture is seen; 1 without a picture.
func (v *View) FitScale() float64 {
	if v.empty() {
		return 1
	}
	box := v.Box()
	fit := min(float64(box.X)/float64(v.picture.X), float64(box.Y)/float64(v.picture.Y))
	return min(fit, max(1, v.enlarge))
}

// Scale returns the device pixels for a pixel of the picture.
func (v *View) Scale() float64 {
	if v.scale == 0 {
		return v.FitScale()
	}
	return v.scale
}

// Percent returns the scale in whole per cent, at least 1.
func (v *View) Percent() int { return max(1, int(math.Round(100*v.Scale()))) }

// Fits reports whether the view is the one that shows the whole picture.
func (v *View) Fits() bool { return v.scale == 0 }

// Fit shows the whole picture.
func (v *View) Fit() { v.scale, v.centre = 0, Point{} }

// ZoomAt multiplies the scale. What is under the given place of the area stays there. The
// scale stops at 1, at 2, and where the picture fits, instead of passing closely.
func (v *View) ZoomAt(at Point, factor float64) {
	if v.empty() || !(factor > 0) || math.IsInf(factor, 0) {
		return
	}
	v.ScaleAt(at, v.stop(v.Scale(), v.Scale()*factor))
}

// near is how close, as a factor, a scale is to one that it stops at.
const near = 1.06

// stop returns the scale at which a zoom from one scale to another ends.
func (v *View) stop(from, to float64) float64 {
	stops := []float64{v.FitScale(), 1, 2}
	slices.Sort(stops)
	if to < from {
		slices.Reverse(stops) // the nearest one first
	}
	for _, s := range stops {
		if to > from && from < s/near && to > s/near || to < from && from > s*near && to < s*near {
			return s
		}
	}
	return to
}

// ScaleAt sets the scale, within limits. What is under the given place of the area stays
// there as far as the picture still covers the area.
func (v *View) ScaleAt(at Point, scale float64) {
	if v.empty() || !(scale > 0) {
		return
	}
	fit := v.FitScale()
	scale = min(max(scale, min(fit, 1)), max(MaxScale, fit))
	middle, old := v.middle(), v.Scale()
	if math.Abs(scale/fit-1) < 1e-3 {
		v.Fit()
		return
	}
	// From the middle itself and not from Place, whose rounding would add up.
	v.centre = Point{
		middle.X + (float64(v.area.X)/2-at.X)*(1/scale-1/old),
		middle.Y + (float64(v.area.Y)/2-at.Y)*(1/scale-1/old),
	}
	v.set(scale)
}

// Toggle changes between the whole picture and 100 % at a place of the area.
func (v *View) Toggle(at Point) {
	if v.Fits() && v.FitScale() != 1 {
		v.ScaleAt(at, 1)
		return
	}
	v.Fit()
}

// Pan moves the picture by device pixels. A picture that fits stays.
func (v *View) Pan(dx, dy float64) {
	if v.scale == 0 {
		return
	}
	v.centre.X -= dx / v.scale
	v.centre.Y -= dy / v.scale
	v.set(v.scale)
}

// set sets the scale and brings the centre back to where the picture covers the area,
// or lies in its middle when it is smaller.
func (v *View) set(scale float64) {
	v.scale = scale
	bring := func(c float64, picture, area int) float64 {
		half := float64(area) / 2 / scale
		if 2*half >= float64(picture) {
			return float64(picture) / 2
		}
		return min(max(c, half), float64(picture)-half)
	}
	v.centre.X = bring(v.centre.X, v.picture.X, v.area.X)
	v.centre.Y = bring(v.centre.Y, v.picture.Y, v.area.Y)
}

// middle returns the place of the picture in the middle of the area.
func (v *View) middle() Point {
	if v.scale == 0 {
		return Point{float64(v.picture.X) / 2, float64(v.picture.Y) / 2}
	}
	return v.centre
}

// Place returns where the picture lies in the area.
func (v *View) Place() Placement {
	if v.empty() {
		return Placement{Scale: 1}
	}
	p, centre := Placement{Scale: v.Scale()}, v.middle()
	p.X = int(math.Floor(float64(v.area.X)/2 - centre.X*p.Scale))
	p.Y = int(math.Floor(float64(v.area.Y)/2 - centre.Y*p.Scale))
	return p
}

// Shown returns the device pixels of the area that the picture covers.
func (v *View) Shown() image.Rectangle {
	p := v.Place()
	return p.Cover(image.Rectangle{Max: v.picture}).Intersect(image.Rectangle{Max: v.area})
}

// Cover returns the device pixels whose middles lie in a rectangle of the picture.
func (p Placement) Cover(r image.Rectangle) image.Rectangle {
	edge := func(origin, at int) int {
		return int(math.Ceil(float64(origin) + float64(at)*p.Scale - 0.5))
	}
	return image.Rect(edge(p.X, r.Min.X), edge(p.Y, r.Min.Y), edge(p.X, r.Max.X), edge(p.Y, r.Max.Y))
}

// Visible returns the pixels of the picture that are seen, also in part.
func (v *View) Visible() image.Rectangle {
	p := v.Place()
	a := p.ToPicture(Point{})
	b := p.ToPicture(Point{float64(v.area.X), float64(v.area.Y)})
	return image.Rect(
		int(math.Floor(a.X)), int(math.Floor(a.Y)), int(math.Ceil(b.X)), int(math.Ceil(b.Y)),
	).Intersect(image.Rectangle{Max: v.picture})
}
