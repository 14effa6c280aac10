package face

import (
	"errors"
	"image"

	"deltaedit/engine/internal/geometry"
)

// ErrNoFace says that no face was found in the photo.
var ErrNoFace = errors.New("no face found: use a photo in which a face is clearly visible, from the front or a little from the side")

// Errors about a box in which a face is looked for.
var (
	// ErrNoFaceInBox says that the box shows no face.
	ErrNoFaceInBox = errors.New("no face in the box")
	// ErrBox says that no face can be looked for in the box.
	ErrBox = errors.New("the box cannot be searched")
)

// MeshPoints is the number of landmarks of a face.
const MeshPoints = 468

// Point is a position in continuous photo coordinates.
type Point = geometry.Point

// Face is one detected face.
type Face struct {
	// Box encloses the landmarks, clipped to the photo.
	Box image.Rectangle
	// Score is the detector's probability, [0, 1]; 0 when only the landmarks were found,
	// in a box that a person has drawn.
	Score float64
	// Points are the mesh landmarks in photo coordinates. They may lie outside
	// the photo when the face is cut off.
	Points [MeshPoints]Point
	// Yaw and Pitch are the angles of the head to the picture's right and downwards, in
	// degrees, computed from the depths of the landmarks: 0 when it looks into the
	// camera. Angles beyond 45° are underestimated.
	Yaw, Pitch float64
	// Doubt says why an edit of the face may look wrong, "" for no reason.
	Doubt Doubt

	presence float64  // logit of the mesh model's score
	marks    [3]Point // left eye, right eye and mouth, for judging
	beyond   bool     // found only when the photo was continued beyond its edge
}

// Mesh indices of the landmarks that the FFHQ alignment rests on. Left and
// right are those of the picture, not of the person.
var (
	leftEye  = [6]int{33, 160, 158, 133, 153, 144}
	rightEye = [6]int{362, 385, 387, 263, 373, 380}
)

const (
	leftMouth  = 61
	rightMouth = 291
)

// Mesh indices of the landmarks that Yaw and Pitch are computed from.
const (
	forehead   = 10
	chin       = 152
	leftCheek  = 234
	rightCheek = 454
)

// mean returns the mean position of the landmarks at the given indices.
func (f *Face) mean(indices []int) Point {
	var s Point
	for _, i := range indices {
		s = s.Add(f.Points[i])
	}
	return s.Mul(1 / float64(len(indices)))
}

// mouth returns the middle between the mouth's corners.
func (f *Face) mouth() Point { return f.Points[leftMouth].Add(f.Points[rightMouth]).Mul(0.5) }

// extent is the rectangle around the landmarks.
func (f *Face) extent() geometry.Rect { return geometry.Bounding(f.Points[:]) }

// marksOf returns the middles of the left eye, the right eye and the mouth.
func marksOf(points *[MeshPoints]Point) [3]Point {
	f := Face{Points: *points}
	return [3]Point{f.mean(leftEye[:]), f.mean(rightEye[:]), f.mouth()}
}
