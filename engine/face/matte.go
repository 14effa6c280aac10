package face

import (
	"image"
	"sort"

	"deltaedit/engine/internal/geometry"
)

// Matte is the alpha matte of a person on an aligned square.
type Matte struct {
	// Side of the matte in pixels.
	Side int
	// Alpha has side × side values in [0, 1], row by row: how much of the pixel is the
	// person.
	Alpha []float32
}

// Clear sets the matte to 0 inside another square of the same photo, such as the head of
// another person. on is the alignment of the matte.
func (m Matte) Clear(on, other Alignment) {
	to, ok := other.Square(1).Inverse()
	if !ok {
		return
	}
	from := on.Square(m.Side)
	for y := range m.Side {
		for x := range m.Side {
			p := to.Apply(from.Apply(geometry.Pt(float64(x)+0.5, float64(y)+0.5)))
			if p.Within(geometry.R(0, 0, 1, 1)) {
				m.Alpha[y*m.Side+x] = 0
			}
		}
	}
}

// Beyond returns a matte on a square that is 1 where the square reaches beyond a picture with the
// given bounds, and 0 elsewhere: an aligned picture shows its mirror image there.
func Beyond(side int, on Alignment, bounds image.Rectangle) Matte {
	out := Matte{Side: side, Alpha: make([]float32, side*side)}
	to, in := on.Square(side), geometry.RectOf(bounds)
	for i := range out.Alpha {
		if !to.Apply(geometry.Pt(float64(i%side)+0.5, float64(i/side)+0.5)).Within(in) {
			out.Alpha[i] = 1
		}
	}
	return out
}

// Outline returns a matte of the given side that is 1 inside the outline of the face, from
// above the eyebrows to the chin, and 0 elsewhere.
func (f *Face) Outline(al Alignment, side int) Matte { return within(f.Points[:], al, side) }

// Chin returns a matte of the given side that is 1 where a beard may be: from below the nose
// between the corners of the jaw to a little below the chin, and 0 elsewhere.
func (f *Face) Chin(al Alignment, side int) Matte {
	points := make([]Point, 0, 2*len(beard))
	down := f.Points[chin].Sub(f.Points[noseBase]).Mul(belowChin)
	for _, at := range beard {
		points = append(points, f.Points[at])
		if at != noseBase {
			points = append(points, f.Points[at].Add(down))
		}
	}
	return within(points, al, side)
}

// Landmarks of the chin: below the nose, the corners of the mouth, and the jaw from side to
// side. belowChin is how far a beard reaches below them, as a share of the way from the nose to
// the chin.
const (
	noseBase  = 2
	belowChin = 0.25
)

var beard = [...]int{noseBase, 61, 291, 207, 427, 214, 434, 136, 150, 149, 176, 148, chin, 377, 400, 378, 379, 365}

// within returns a matte of the given side that is 1 inside the hull of points of the photo.
func within(photo []Point, al Alignment, side int) Matte {
	out := Matte{Side: side, Alpha: make([]float32, side*side)}
	to, ok := al.Square(side).Inverse()
	if !ok {
		return out
	}
	points := make([]Point, len(photo))
	for i, p := range photo {
		points[i] = to.Apply(p)
	}
	edge := hull(points)
	for y := range side {
		for x := range side {
			if contains(edge, geometry.Pt(float64(x)+0.5, float64(y)+0.5)) {
				out.Alpha[y*side+x] = 1
			}
		}
	}
	return out
}

// hull returns the corners of the smallest convex polygon around the points,
// clockwise on the screen (Andrew's monotone chains).
func hull(points []Point) []Point {
	ps := append([]Point(nil), points...)
	sort.Slice(ps, func(i, j int) bool { return ps[i].X < ps[j].X || ps[i].X == ps[j].X && ps[i].Y < ps[j].Y })
	chain := func(at func(int) Point) []Point {
		var c []Point
		for i := range ps {
			for len(c) > 1 && cross(c[len(c)-2], c[len(c)-1], at(i)) <= 0 {
				c = c[:len(c)-1]
			}
			c = append(c, at(i))
		}
		return c[:len(c)-1]
	}
	upper := chain(func(i int) Point { return ps[i] })
	return append(upper, chain(func(i int) Point { return ps[len(ps)-1-i] })...)
}

// contains reports whether p is inside a convex polygon, clockwise on the screen.
func contains(polygon []Point, p Point) bool {
	for i, a := range polygon {
		if cross(a, polygon[(i+1)%len(polygon)], p) < 0 {
			return false
		}
	}
	return len(polygon) > 2
}

// cross is positive where a path from a over b to c turns clockwise on the
// screen.
func cross(a, b, c Point) float64 {
	u, v := b.Sub(a), c.Sub(a)
	return u.X*v.Y - u.Y*v.X
}
