// Package geometry has points, rectangles and affine maps in continuous image
// coordinates: pixel (i, j) covers [i, i+1) × [j, j+1) and its centre is (i+0.5,
// j+0.5).
package geometry

import "math"

// Affine maps (x, y) to (A·x + B·y + C, D·x + E·y + F).
type Affine struct{ A, B, C, D, E, F float64 }

// Apply returns the point that p is mapped to.
func (m Affine) Apply(p Point) Point {
	return Point{m.A*p.X + m.B*p.Y + m.C, m.D*p.X + m.E*p.Y + m.F}
}

// Then returns the map that applies m first and n after it.
func (m Affine) Then(n Affine) Affine {
	return Affine{
		n.A*m.A + n.B*m.D, n.A*m.B + n.B*m.E, n.A*m.C + n.B*m.F + n.C,
		n.D*m.A + n.E*m.D, n.D*m.B + n.E*m.E, n.D*m.C + n.E*m.F + n.F,
	}
}

// Scale returns how many pixels after the map one pixel before it spans along a side:
// the square root of the change in area.
func (m Affine) Scale() float64 { return math.Sqrt(math.Abs(m.A*m.E - m.B*m.D)) }

// Inverse returns the inverse map, or false when m has none.
func (m Affine) Inverse() (Affine, bool) {
	det := m.A*m.E - m.B*m.D
	if !(math.Abs(det) > 1e-12) {
		return Affine{}, false
	}
	i := Affine{A: m.E / det, B: -m.B / det, D: -m.D / det, E: m.A / det}
	i.C = -(i.A*m.C + i.B*m.F)
	i.F = -(i.D*m.C + i.E*m.F)
	return i, true
}

// Scaling maps (x, y) to (sx·x, sy·y), for the factors sx and sy.
func Scaling(sx, sy float64) Affine { return Affine{A: sx, E: sy} }

// Moving maps (x, y) to (x+dx, y+dy), for the distances dx and dy.
func Moving(dx, dy float64) Affine { return Affine{A: 1, E: 1, C: dx, F: dy} }
