package face

import (
	"image"
	"math"
)

// Doubt says why edits of a face may go wrong. Its text completes a sentence
// that begins with the face, without the full stop.
type Doubt string

// Doubts about a face, the gravest first.
const (
	// DoubtTurned is a head in profile or nearly so, or looking far up or down:
	// the generator knows faces from the front.
	DoubtTurned Doubt = "is turned too far away from the camera"
	// DoubtHidden is a face of which the landmarks' model is not sure: behind a
	// hand, a hat or hair, or in the dark.
	DoubtHidden Doubt = "is partly hidden or hard to make out"
	// DoubtCut is a face whose eyes or mouth lie beyond the photo's edge.
	DoubtCut Doubt = "is cut off by the photo's edge"
	// DoubtSmall is a face of fewer pixels than an edit needs.
	DoubtSmall Doubt = "is very small in the photo"
)

const (
	// farYaw and farPitch are the angles in degrees from which a head is turned
	// too far.
	farYaw   = 40
	farPitch = 38
	// clearPresence is the logit of the mesh model's score from which a face is
	// plainly seen. Of sixty portraits those in plain view have 13.8 and more.
	clearPresence = 12
	// smallFace is the width in pixels below which a face is very small.
	smallFace = 32
)

// pose takes the head's turn from a mesh that was found in a region.
func (f *Face) pose(m mesh, r region) {
	f.presence = m.presence
	sin, cos := math.Sincos(r.angle)
	turn := func(from, to int, along Point) float64 {
		d := m.points[to].sub(m.points[from])
		return math.Atan2(m.depths[to]-m.depths[from], d.X*along.X+d.Y*along.Y) * 180 / math.Pi
	}
	f.Yaw = turn(leftCheek, rightCheek, Point{cos, sin})
	f.Pitch = turn(forehead, chin, Point{-sin, cos})
}

// judge fills in the face's Doubt, for a photo of the given size whose corner is
// the points' origin.
func (f *Face) judge(size image.Point) {
	photo := rectangle{0, 0, float64(size.X), float64(size.Y)}
	e := f.extent()
	switch {
	case math.Abs(f.Yaw) >= farYaw || math.Abs(f.Pitch) >= farPitch:
		f.Doubt = DoubtTurned
	case !(f.presence >= clearPresence):
		f.Doubt = DoubtHidden
	case !f.mean(leftEye[:]).within(photo) || !f.mean(rightEye[:]).within(photo) || !f.mouth().within(photo):
		f.Doubt = DoubtCut
	case max(e.width(), e.height()) < smallFace:
		f.Doubt = DoubtSmall
	default:
		f.Doubt = ""
	}
}
