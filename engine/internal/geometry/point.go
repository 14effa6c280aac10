package geometry

import (
	"image"
	"math"
)

// Point is a position in continuous photo coordinates.
type Point struct{ X, Y float64 }

// Pt returns the point (x, y).
func Pt(x, y float64) Point { return Point{x, y} }

// Add returns the vector p + q, Sub p − q and Mul s·p.
func (p Point) Add(q Point) Point   { return Point{p.X + q.X, p.Y + q.Y} }
func (p Point) Sub(q Point) Point   { return Point{p.X - q.X, p.Y - q.Y} }
func (p Point) Mul(s float64) Point { return Point{p.X * s, p.Y * s} }

// Norm returns the distance from the origin.
func (p Point) Norm() float64 { return math.Hypot(p.X, p.Y) }

// Rot90 returns the vector rotated by 90°, from x towards y.
func (p Point) Rot90() Point { return Point{-p.Y, p.X} }

// Within reports whether the point lies in the rectangle.
func (p Point) Within(r Rect) bool {
	return p.X >= r.X0 && p.X < r.X1 && p.Y >= r.Y0 && p.Y < r.Y1
}

// Rect is a rectangle in continuous coordinates: [X0, X1) × [Y0, Y1).
type Rect struct{ X0, Y0, X1, Y1 float64 }

// R returns the rectangle [x0, x1) × [y0, y1).
func R(x0, y0, x1, y1 float64) Rect { return Rect{x0, y0, x1, y1} }

// RectOf returns the rectangle of pixels.
func RectOf(r image.Rectangle) Rect {
	return Rect{float64(r.Min.X), float64(r.Min.Y), float64(r.Max.X), float64(r.Max.Y)}
}

// Width returns X1 − X0 and Height Y1 − Y0; both may be negative.
func (r Rect) Width() float64  { return r.X1 - r.X0 }
func (r Rect) Height() float64 { return r.Y1 - r.Y0 }

// Area returns the area, 0 when the width or the height is negative.
func (r Rect) Area() float64 { return max(0, r.Width()) * max(0, r.Height()) }

// Centre returns the middle.
func (r Rect) Centre() Point { return Point{(r.X0 + r.X1) / 2, (r.Y0 + r.Y1) / 2} }

// Intersection returns the common part of two rectangles. If they have none, the result
// has a negative width or height, or no area.
func (r Rect) Intersection(o Rect) Rect {
	return Rect{max(r.X0, o.X0), max(r.Y0, o.Y0), min(r.X1, o.X1), min(r.Y1, o.Y1)}
}

// IoU returns intersection over union.
func (r Rect) IoU(o Rect) float64 {
	i := r.Intersection(o).Area()
	if u := r.Area() + o.Area() - i; u > 0 {
		return i / u
	}
	return 0
}

// Pixels returns the smallest pixel rectangle that encloses r.
func (r Rect) Pixels() image.Rectangle {
	return image.Rect(int(math.Floor(r.X0)), int(math.Floor(r.Y0)), int(math.Ceil(r.X1)), int(math.Ceil(r.Y1)))
}

// Bounding returns the smallest rectangle that encloses the points.
func Bounding(points []Point) Rect {
	r := Rect{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, p := range points {
		r.X0, r.Y0 = min(r.X0, p.X), min(r.Y0, p.Y)
		r.X1, r.Y1 = max(r.X1, p.X), max(r.Y1, p.Y)
	}
	return r
}
