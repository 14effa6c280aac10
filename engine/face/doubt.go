package face

import (
	"image"
	"math"

	"deltaedit/engine/internal/geometry"
)

// Doubt says why edits of a face may look wrong. Its text is the rest of a sentence that
// begins with "the face", without the full stop.
type Doubt string

// Doubts about a face, the most serious first.
const (
	// DoubtTurned is a head in or near profile, or one that looks far up or down. The
	// generator was trained on faces from the front.
	DoubtTurned Doubt = "is turned too far away from the camera"
	// DoubtCut is a face whose eyes or mouth lie beyond the photo's edge.
	DoubtCut Doubt = "is cut off by the photo's edge"
	// DoubtMouth is a hidden face whose mouth lies behind something: a mask, a scarf, a
	// microphone.
	DoubtMouth Doubt = "has something that covers the mouth"
	// DoubtEyes is a hidden face whose eyes lie behind something.
	DoubtEyes Doubt = "has something that covers the eyes"
	// DoubtHidden is any other face that the landmark model is not sure of: behind a
	// hand, a hat or hair, or in the dark.
	DoubtHidden Doubt = "is partly hidden or hard to make out"
	// DoubtSmall is a face of fewer pixels than an edit needs.
	DoubtSmall Doubt = "is very small in the photo"
)

const (
	// farYaw and farPitch are the angles in degrees from which a head is turned
	// too far.
	farYaw   = 40
	farPitch = 38
	// clearPresence is the logit of the mesh model's score of a face that is clearly
	// visible. In sixty portraits such faces had 13.8 and more.
	clearPresence = 12
	// smallFace is the width in pixels below which a face is very small.
	smallFace = 32
)

// pose takes the head's turn from a mesh that was found in a region.
func (f *Face) pose(m mesh, r region) {
	f.presence = m.presence
	sin, cos := math.Sincos(r.angle)
	turn := func(from, to int, along Point) float64 {
		d := m.points[to].Sub(m.points[from])
		return math.Atan2(m.depths[to]-m.depths[from], d.X*along.X+d.Y*along.Y) * 180 / math.Pi
	}
	f.Yaw = turn(leftCheek, rightCheek, geometry.Pt(cos, sin))
	f.Pitch = turn(forehead, chin, geometry.Pt(-sin, cos))
}

// How near to a limit, in logits, degrees and shares of the face's width, a doubt hangs by
// little.
const (
	nearPresence = 5
	nearAngle    = 8
	nearEdge     = 0.15
)

// borderline reports whether a doubt about the face hangs by little, in a photo of the
// given size.
func (f *Face) borderline(size image.Point) bool {
	within := func(v, limit, reach float64) bool { return math.Abs(math.Abs(v)-limit) < reach }
	if within(f.presence, clearPresence, nearPresence) || within(f.Yaw, farYaw, nearAngle) || within(f.Pitch, farPitch, nearAngle) {
		return true
	}
	reach := nearEdge * f.extent().Width()
	photo := geometry.R(0, 0, float64(size.X), float64(size.Y))
	for _, p := range f.marks {
		in := p.Within(geometry.R(photo.X0+reach, photo.Y0+reach, photo.X1-reach, photo.Y1-reach))
		out := !p.Within(geometry.R(photo.X0-reach, photo.Y0-reach, photo.X1+reach, photo.Y1+reach))
		if !in && !out {
			return true
		}
	}
	return false
}

// alsoMirrored takes what the doubts rest on as the mean of what was found and of what was
// found in a mirror. found is false when no face was seen there; then only the certainty
// counts.
func (f *Face) alsoMirrored(m mesh, r region, found bool) {
	other := Face{}
	other.pose(m, r)
	f.presence = (f.presence + other.presence) / 2
	if !found {
		return
	}
	f.Yaw, f.Pitch = (f.Yaw+other.Yaw)/2, (f.Pitch+other.Pitch)/2
	for i, p := range marksOf(&m.points) {
		f.marks[i] = f.marks[i].Add(p).Mul(0.5)
	}
}

// Turned reports whether the head is in or near profile, or looks far up or down.
func (f *Face) Turned() bool {
	return math.Abs(f.Yaw) >= farYaw || math.Abs(f.Pitch) >= farPitch
}

// judge fills in the face's Doubt, for a photo of the given size whose corner is
// the points' origin.
func (f *Face) judge(size image.Point) {
	photo := geometry.R(0, 0, float64(size.X), float64(size.Y))
	e := f.extent()
	switch {
	case f.beyond:
		f.Doubt = DoubtCut
	case f.Turned():
		f.Doubt = DoubtTurned
	case !f.marks[0].Within(photo) || !f.marks[1].Within(photo) || !f.marks[2].Within(photo):
		f.Doubt = DoubtCut
	case !(f.presence >= clearPresence):
		f.Doubt = DoubtHidden
	case max(e.Width(), e.Height()) < smallFace:
		f.Doubt = DoubtSmall
	default:
		f.Doubt = ""
	}
}
