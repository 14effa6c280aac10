package face

import "math"

// affine maps (x, y) to (a·x + b·y + c, d·x + e·y + f).
type affine struct{ a, b, c, d, e, f float64 }

func (m affine) apply(p Point) Point {
	return Point{m.a*p.X + m.b*p.Y + m.c, m.d*p.X + m.e*p.Y + m.f}
}

// then returns the map that applies m first and n after it.
func (m affine) then(n affine) affine {
	return affine{
		n.a*m.a + n.b*m.d, n.a*m.b + n.b*m.e, n.a*m.c + n.b*m.f + n.c,
		n.d*m.a + n.e*m.d, n.d*m.b + n.e*m.e, n.d*m.c + n.e*m.f + n.f,
	}
}

// scale returns how many target pixels one source pixel spans, as the square
// root of the change in area.
func (m affine) scale() float64 { return math.Sqrt(math.Abs(m.a*m.e - m.b*m.d)) }

// inverse reports false when m has no inverse.
func (m affine) inverse() (affine, bool) {
	det := m.a*m.e - m.b*m.d
	if !(math.Abs(det) > 1e-12) {
		return affine{}, false
	}
	i := affine{a: m.e / det, b: -m.b / det, d: -m.d / det, e: m.a / det}
	i.c = -(i.a*m.c + i.b*m.f)
	i.f = -(i.d*m.c + i.e*m.f)
	return i, true
}

// scaling and moving are the elementary maps.
func scaling(x, y float64) affine { return affine{a: x, e: y} }
func moving(x, y float64) affine  { return affine{a: 1, e: 1, c: x, f: y} }
