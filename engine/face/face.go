package face

import (
	"errors"
	"image"
	"math"
)

// ErrNoFace says that no face was found in the photo.
var ErrNoFace = errors.New("no face found: use a photo in which a face is clearly visible, from the front or a little from the side")

// MeshPoints is the number of landmarks of a face.
const MeshPoints = 468

// Point is a position in continuous photo coordinates.
type Point struct{ X, Y float64 }

func (p Point) add(q Point) Point   { return Point{p.X + q.X, p.Y + q.Y} }
func (p Point) sub(q Point) Point   { return Point{p.X - q.X, p.Y - q.Y} }
func (p Point) mul(s float64) Point { return Point{p.X * s, p.Y * s} }
func (p Point) norm() float64       { return math.Hypot(p.X, p.Y) }
func (p Point) rot90() Point        { return Point{-p.Y, p.X} }
func (p Point) within(r rectangle) bool {
	return p.X >= r.x0 && p.X < r.x1 && p.Y >= r.y0 && p.Y < r.y1
}

// Face is one detected face.
type Face struct {
	// Box encloses the landmarks, clipped to the photo.
	Box image.Rectangle
	// Score is the detector's probability, [0, 1].
	Score float64
	// Points are the mesh landmarks in photo coordinates. They may lie outside
	// the photo when the face is cut off.
	Points [MeshPoints]Point
	// Yaw and Pitch are the turn of the head to the picture's right and
	// downwards, in degrees, as the landmarks' depths tell it: 0 when it looks
	// into the camera. Beyond 45° they fall short of the truth.
	Yaw, Pitch float64
	// Doubt says why an edit of the face may go wrong, "" when nothing speaks
	// against it.
	Doubt Doubt

	presence float64 // logit of the mesh model's score
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

// Mesh indices of the landmarks that tell the head's turn.
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
		s = s.add(f.Points[i])
	}
	return s.mul(1 / float64(len(indices)))
}

// mouth returns the middle between the mouth's corners.
func (f *Face) mouth() Point { return f.Points[leftMouth].add(f.Points[rightMouth]).mul(0.5) }

// extent is the rectangle around the landmarks.
func (f *Face) extent() rectangle { return bounding(f.Points[:]) }

// rectangle is a rectangle in continuous coordinates.
type rectangle struct{ x0, y0, x1, y1 float64 }

func (r rectangle) width() float64  { return r.x1 - r.x0 }
func (r rectangle) height() float64 { return r.y1 - r.y0 }
func (r rectangle) area() float64   { return max(0, r.width()) * max(0, r.height()) }
func (r rectangle) centre() Point   { return Point{(r.x0 + r.x1) / 2, (r.y0 + r.y1) / 2} }

// intersection may be turned inside out, with no area, where nothing is common.
func (r rectangle) intersection(o rectangle) rectangle {
	return rectangle{max(r.x0, o.x0), max(r.y0, o.y0), min(r.x1, o.x1), min(r.y1, o.y1)}
}

// iou returns intersection over union.
func (r rectangle) iou(o rectangle) float64 {
	i := r.intersection(o).area()
	if u := r.area() + o.area() - i; u > 0 {
		return i / u
	}
	return 0
}

// pixels returns the smallest pixel rectangle that encloses r.
func (r rectangle) pixels() image.Rectangle {
	return image.Rect(int(math.Floor(r.x0)), int(math.Floor(r.y0)), int(math.Ceil(r.x1)), int(math.Ceil(r.y1)))
}

// bounding returns the smallest rectangle that encloses the points.
func bounding(points []Point) rectangle {
	r := rectangle{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, p := range points {
		r.x0, r.y0 = min(r.x0, p.X), min(r.y0, p.Y)
		r.x1, r.y1 = max(r.x1, p.X), max(r.y1, p.Y)
	}
	return r
}
