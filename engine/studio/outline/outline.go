// Package outline finds how an edit moves the outline of a face, by landmarks in the pictures
// that the generator draws before and after it.
package outline

import (
	"context"
	"image"
	"math"

	"deltaedit/engine/face"
	"deltaedit/engine/warp"
)

// Landmarks finds landmarks in aligned squares: see [face.Detector].
type Landmarks interface {
	Frame(ctx context.Context, aligned *image.NRGBA) (face.Frame, bool, error)
	Outline(ctx context.Context, f face.Frame, aligned *image.NRGBA) ([]face.Point, bool, error)
}

// Outline is the outline of a face before edits. It does not change.
type Outline struct {
	frame  face.Frame
	anchor *warp.Anchor // nil when no face was found
}

// Of returns the outline of a face in its reconstruction. bounds is the picture that edits bend,
// at the place of the square in it, and others are the squares of faces that must stay.
func Of(ctx context.Context, m Landmarks, reconstruction *image.NRGBA, bounds image.Rectangle, at face.Alignment, others ...face.Alignment) (*Outline, error) {
	o := &Outline{}
	frame, ok, err := m.Frame(ctx, reconstruction)
	if err != nil || !ok {
		return o, err
	}
	points, ok, err := m.Outline(ctx, frame, reconstruction)
	if err == nil && ok {
		o.frame, o.anchor = frame, warp.NewAnchor(points, roomIn(bounds, at, others))
	}
	return o, err
}

// Field returns how an edited picture of the face bends the photo: nil for not at all, and when
// no face is found.
func (o *Outline) Field(ctx context.Context, m Landmarks, edited *image.NRGBA) (*warp.Field, error) {
	if o.anchor == nil {
		return nil, nil
	}
	points, ok, err := m.Outline(ctx, o.frame, edited)
	if err != nil || !ok {
		return nil, err
	}
	return o.anchor.Field(points), nil
}

// A face is within this circle of its square.
const faceX, faceY, faceRadius = 0.5, 0.55, 0.4

// roomIn returns how far a place in the aligned square is from the edge of a picture and from other
// faces, in sides of the square.
func roomIn(bounds image.Rectangle, al face.Alignment, others []face.Alignment) func(face.Point) float64 {
	toPicture, side := al.Square(1), al.Side()
	return func(at face.Point) float64 {
		p := toPicture.Apply(at)
		room := min(p.X-float64(bounds.Min.X), float64(bounds.Max.X)-p.X, p.Y-float64(bounds.Min.Y), float64(bounds.Max.Y)-p.Y)
		for _, o := range others {
			if m, ok := o.Square(1).Inverse(); ok {
				q := m.Apply(p)
				room = min(room, (math.Hypot(q.X-faceX, q.Y-faceY)-faceRadius)*o.Side())
			}
		}
		return room / side
	}
}
