package face

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"sort"

	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
	"deltaedit/engine/parallel"
)

// Matte tells of every part of an aligned square how far it belongs to the
// person: side × side shares in [0, 1], row by row.
type Matte struct {
	Side  int
	Alpha []float32
}

// Matter finds people's mattes. It is not safe for concurrent use.
type Matter struct {
	model Model
	side  int
	image []float32
	in    map[string][]float32 // of the model
	close func() error

	// Of the call of Picture in work: the picture, and the loop over it as a
	// function that is made once.
	planar []float32
	from   int // its side
	fill   func(from, to int)
}

// HasMatte reports whether a pack has the component "matte".
func HasMatte(p *pack.Pack) bool {
	_, err := p.Component("matte")
	return err == nil
}

// NewMatter opens the component "matte" of a pack. Close frees it.
func NewMatter(p *pack.Pack, o onnx.Options) (*Matter, error) {
	g, s, err := load(p, "matte", o, &struct{}{})
	if err != nil {
		return nil, err
	}
	side, err := squareInput("matte", g)
	if err == nil {
		err = wantLength("matte", g, "alpha", side*side)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &Matter{model: s, side: side, close: s.Close}, nil
}

// Close frees the model.
func (m *Matter) Close() error { return m.close() }

// Side returns the side of the aligned picture that Photo takes.
func (m *Matter) Side() int { return m.side }

// Photo returns the matte of an aligned photo of that side. It belongs to the
// caller.
func (m *Matter) Photo(ctx context.Context, aligned *image.RGBA) (Matte, error) {
	if aligned.Rect.Size() != image.Pt(m.side, m.side) {
		return Matte{}, fmt.Errorf("find the person: aligned picture of %v, want %d a side", aligned.Rect.Size(), m.side)
	}
	m.image = interleaved(m.image, aligned, 1.0/255, 0)
	out, err := m.run(ctx)
	out.Alpha = slices.Clone(out.Alpha)
	return out, err
}

// Picture returns the matte of a generator's picture: planar RGB in [-1, 1]. It is
// the Matter's own, valid until the next call.
func (m *Matter) Picture(ctx context.Context, side int, planar []float32) (Matte, error) {
	m.reduce(side, planar)
	return m.run(ctx)
}

// reduce turns a square planar picture into the model's input, each pixel of
// which is the mean of those it covers, or the nearest where it covers none.
func (m *Matter) reduce(side int, planar []float32) {
	m.image = slices.Grow(m.image[:0], 3*m.side*m.side)[:3*m.side*m.side]
	if m.fill == nil {
		m.fill = m.reduceRows
	}
	m.planar, m.from = planar, side
	parallel.Ranges(m.side, 32, m.fill)
	m.planar = nil
}

func (m *Matter) reduceRows(from, to int) {
	side := m.from
	if side == m.side {
		m.interleaveRows(from, to)
		return
	}
	span := func(i int) (int, int) {
		a := i * side / m.side
		return a, max((i+1)*side/m.side, a+1)
	}
	for y := from; y < to; y++ {
		y0, y1 := span(y)
		for x := range m.side {
			x0, x1 := span(x)
			for k := range 3 {
				var s float32
				for v := y0; v < y1; v++ {
					o := (k*side + v) * side
					for _, p := range m.planar[o+x0 : o+x1] {
						s += min(max(p, -1), 1)
					}
				}
				m.image[3*(y*m.side+x)+k] = 0.5 + 0.5*s/float32((y1-y0)*(x1-x0))
			}
		}
	}
}

// interleaveRows is reduceRows for a picture that has the model's side.
func (m *Matter) interleaveRows(from, to int) {
	n := m.side * m.side
	a, b := from*m.side, to*m.side
	red, green, blue := m.planar[a:b], m.planar[n+a:n+b], m.planar[2*n+a:2*n+b]
	out := m.image[3*a : 3*b]
	for i, r := range red {
		p := out[3*i : 3*i+3 : 3*i+3]
		p[0] = 0.5 + 0.5*min(max(r, -1), 1)
		p[1] = 0.5 + 0.5*min(max(green[i], -1), 1)
		p[2] = 0.5 + 0.5*min(max(blue[i], -1), 1)
	}
}

// run runs the model; the matte is the model's own.
func (m *Matter) run(ctx context.Context) (Matte, error) {
	if m.in == nil {
		m.in = map[string][]float32{}
	}
	m.in["image"] = m.image
	out, err := m.model.Run(ctx, m.in)
	if err != nil {
		return Matte{}, fmt.Errorf("find the person: %w", err)
	}
	alpha := out["alpha"]
	if len(alpha) != m.side*m.side || !finite(alpha) {
		return Matte{}, fmt.Errorf("find the person: the model gave no matte of %d×%d numbers", m.side, m.side)
	}
	return Matte{Side: m.side, Alpha: alpha}, nil
}

// Clear makes nobody of what lies in another square of the same photo, such as another
// person's head. on is the matte's own alignment.
func (m Matte) Clear(on, other Alignment) {
	to, ok := other.square(1).inverse()
	if !ok {
		return
	}
	from := on.square(m.Side)
	for y := range m.Side {
		for x := range m.Side {
			p := to.apply(from.apply(Point{float64(x) + 0.5, float64(y) + 0.5}))
			if p.within(rectangle{0, 0, 1, 1}) {
				m.Alpha[y*m.Side+x] = 0
			}
		}
	}
}

// Outline returns a matte of the given side that holds the face itself, from
// above the brows to the chin, in its aligned square.
func (f *Face) Outline(al Alignment, side int) Matte {
	out := Matte{Side: side, Alpha: make([]float32, side*side)}
	to, ok := al.square(side).inverse()
	if !ok {
		return out
	}
	points := make([]Point, MeshPoints)
	for i, p := range f.Points {
		points[i] = to.apply(p)
	}
	edge := hull(points)
	for y := range side {
		for x := range side {
			if holds(edge, Point{float64(x) + 0.5, float64(y) + 0.5}) {
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

// holds reports whether a convex polygon, clockwise on the screen, holds p.
func holds(polygon []Point, p Point) bool {
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
	u, v := b.sub(a), c.sub(a)
	return u.X*v.Y - u.Y*v.X
}
