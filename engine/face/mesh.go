package face

import (
	"context"
	"fmt"
	"math"
)

// meshModel finds the landmarks of a face in a turned square of the photo.
type meshModel struct {
	model Model
	side  int
	scale float64 // of the square relative to the face's box
	image []float32
}

// region is a square around a face: centre, side and turn in radians, 0 when
// upright, positive clockwise on the screen.
type region struct {
	centre Point
	side   float64
	angle  float64
}

// square returns the region as a map from the unit square.
func (r region) square() Alignment {
	sin, cos := math.Sincos(r.angle)
	u := Point{cos, sin}.mul(r.side / 2)
	v := u.rot90()
	return Alignment{Origin: r.centre.sub(u).sub(v), U: u.mul(2), V: v.mul(2)}
}

// regionOfDetection is where to look for the landmarks of a detection.
func (m *meshModel) regionOfDetection(d detection) region {
	eyes := d.keys[1].sub(d.keys[0])
	return region{
		centre: d.box.centre(),
		side:   m.scale * max(d.box.width(), d.box.height()),
		angle:  math.Atan2(eyes.Y, eyes.X),
	}
}

// regionOfMesh is where to look again, given a first mesh: the landmarks' box
// in the face's own upright frame.
func (m *meshModel) regionOfMesh(points *[MeshPoints]Point) region {
	eyes := points[263].sub(points[33])
	angle := math.Atan2(eyes.Y, eyes.X)
	sin, cos := math.Sincos(angle)
	turned := make([]Point, MeshPoints)
	for i, p := range points {
		turned[i] = Point{cos*p.X + sin*p.Y, -sin*p.X + cos*p.Y}
	}
	b := bounding(turned)
	c := b.centre()
	return region{
		centre: Point{cos*c.X - sin*c.Y, sin*c.X + cos*c.Y},
		side:   m.scale * max(b.width(), b.height()),
		angle:  angle,
	}
}

// near reports whether two regions are so alike that the same mesh is found in
// both.
func (r region) near(o region) bool {
	turn := math.Remainder(r.angle-o.angle, 2*math.Pi)
	return r.centre.sub(o.centre).norm() < 0.01*o.side && math.Abs(r.side-o.side) < 0.02*o.side && math.Abs(turn) < 0.02
}

// mesh is what the model found in a region.
type mesh struct {
	points [MeshPoints]Point   // in photo coordinates
	depths [MeshPoints]float64 // away from the camera, in photo pixels
	// presence is the logit of the probability that the region shows a face, NaN
	// where the mesh holds a value that is no number.
	presence float64
}

// run finds the landmarks in a region.
func (m *meshModel) run(ctx context.Context, src *source, r region) (found mesh, err error) {
	at := r.square()
	m.image = interleaved(m.image, src.crop(at, m.side), 1.0/255, 0)
	out, err := m.model.Run(ctx, map[string][]float32{"image": m.image})
	if err != nil {
		return found, fmt.Errorf("find landmarks: %w", err)
	}
	points, presence := out["points"], out["score"]
	if len(points) != 3*MeshPoints || len(presence) != 1 {
		return found, fmt.Errorf("find landmarks: the model gave %d coordinates and %d scores, want %d and 1", len(points), len(presence), 3*MeshPoints)
	}
	if !finite(points) {
		return mesh{presence: math.NaN()}, nil
	}
	to := at.square(m.side)
	for i := range found.points {
		p := points[3*i : 3*i+3]
		found.points[i] = to.apply(Point{float64(p[0]), float64(p[1])})
		found.depths[i] = float64(p[2]) * to.scale()
	}
	found.presence = float64(presence[0])
	return found, nil
}
