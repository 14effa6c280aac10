package face

import (
	"context"
	"fmt"
	"image"
	"math"

	"deltaedit/engine/internal/geometry"
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
	u := geometry.Pt(cos, sin).Mul(r.side / 2)
	v := u.Rot90()
	return Alignment{Origin: r.centre.Sub(u).Sub(v), U: u.Mul(2), V: v.Mul(2)}
}

// mirrored returns the square as it looks in a mirror.
func (a Alignment) mirrored() Alignment {
	return Alignment{Origin: a.Origin.Add(a.U), U: a.U.Mul(-1), V: a.V}
}

// regionOfDetection is where to look for the landmarks of a detection.
func (m *meshModel) regionOfDetection(d detection) region {
	eyes := d.keys[1].Sub(d.keys[0])
	return region{
		centre: d.box.Centre(),
		side:   m.scale * max(d.box.Width(), d.box.Height()),
		angle:  math.Atan2(eyes.Y, eyes.X),
	}
}

// regionOfMesh is where to look again, given a first mesh: the landmarks' box
// in the face's own upright frame.
func (m *meshModel) regionOfMesh(points *[MeshPoints]Point) region {
	eyes := points[263].Sub(points[33])
	angle := math.Atan2(eyes.Y, eyes.X)
	sin, cos := math.Sincos(angle)
	turned := make([]Point, MeshPoints)
	for i, p := range points {
		turned[i] = geometry.Pt(cos*p.X+sin*p.Y, -sin*p.X+cos*p.Y)
	}
	b := geometry.Bounding(turned)
	c := b.Centre()
	return region{
		centre: geometry.Pt(cos*c.X-sin*c.Y, sin*c.X+cos*c.Y),
		side:   m.scale * max(b.Width(), b.Height()),
		angle:  angle,
	}
}

// near reports whether two regions are so alike that the same mesh is found in
// both.
func (r region) near(o region) bool {
	turn := math.Remainder(r.angle-o.angle, 2*math.Pi)
	return r.centre.Sub(o.centre).Norm() < 0.01*o.side && math.Abs(r.side-o.side) < 0.02*o.side && math.Abs(turn) < 0.02
}

// mesh is what the model found in a region.
type mesh struct {
	points [MeshPoints]Point   // in photo coordinates
	depths [MeshPoints]float64 // away from the camera, in photo pixels
	// presence is the logit of the probability that the region shows a face, NaN
	// where the mesh holds a value that is no number.
	presence float64
}

// run finds the landmarks in a region. When it is mirrored, the model sees it as in a
// mirror; the landmarks that come in pairs are then those of the other side, but for the
// few in [swapped].
func (m *meshModel) run(ctx context.Context, src *source, r region, mirrored bool) (found mesh, err error) {
	at := r.square()
	if mirrored {
		at = at.mirrored()
	}
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
	to := at.Square(m.side)
	for i := range found.points {
		p := points[3*i : 3*i+3]
		found.points[i] = to.Apply(geometry.Pt(float64(p[0]), float64(p[1])))
		found.depths[i] = float64(p[2]) * to.Scale()
	}
	found.presence = float64(presence[0])
	if mirrored {
		found.swap()
	}
	return found, nil
}

// swapped are the pairs of landmarks, left and right, that regions, poses and doubts rest
// on.
var swapped = [][2]int{
	{33, 263}, {160, 387}, {158, 385}, {133, 362}, {153, 380}, {144, 373}, // the eyes
	{leftMouth, rightMouth}, {leftCheek, rightCheek},
}

// swap gives the landmarks of a mesh that was found in a mirror their own sides.
func (m *mesh) swap() {
	for _, s := range swapped {
		a, b := s[0], s[1]
		m.points[a], m.points[b] = m.points[b], m.points[a]
		m.depths[a], m.depths[b] = m.depths[b], m.depths[a]
	}
}

// alignedSide bounds the side of the aligned squares that are searched, in pixels.
const alignedSide = 256

// Frame is where the outline of a face is looked for in pictures of an aligned square. Pictures of
// one face that are looked at in one frame can be compared: what the model gets wrong is the
// same in all.
type Frame struct{ region region } // in sides of the square

// Frame returns the frame of the face in an aligned square; false when no face is found. The
// picture is only read.
func (d *Detector) Frame(ctx context.Context, aligned *image.NRGBA) (Frame, bool, error) {
	src := newSource(aligned, alignedSide)
	side := float64(aligned.Rect.Dx())
	r := region{centre: geometry.Pt(0.5*side, 0.53*side), side: 0.8 * side}
	m, _, ok, err := d.settle(ctx, src, r, false)
	if err != nil || !ok {
		return Frame{}, false, err
	}
	r = d.mesh.regionOfMesh(&m.points)
	return Frame{region{r.centre.Mul(1 / side), r.side / side, r.angle}}, true, nil
}

// Outline returns the landmarks of the outline of the face in an aligned square, from the
// forehead's middle on around it, in sides of the square; false when no face is found. The
// picture is only read.
func (d *Detector) Outline(ctx context.Context, f Frame, aligned *image.NRGBA) ([]Point, bool, error) {
	src := newSource(aligned, alignedSide)
	side := float64(aligned.Rect.Dx())
	m, err := d.mesh.run(ctx, src, region{f.region.centre.Mul(side), f.region.side * side, f.region.angle}, false)
	if err != nil || !(m.presence >= leastPresence) {
		return nil, false, err
	}
	points := make([]Point, len(oval))
	for i, at := range oval {
		points[i] = m.points[at].Mul(1 / side)
	}
	return points, true, nil
}

// oval are the landmarks of the outline of a face, in order.
var oval = [...]int{
	10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
	152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
}
