package ui

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// leastBox is the side in pixels of the photo below which a box is taken for a click.
const leastBox = 3

// boxLayer is a box that the pointer draws on the photo. It belongs to the UI thread.
type boxLayer struct {
	// OnBox is called with the box in pixels of the photo when it is drawn.
	OnBox func(image.Rectangle)

	// on is true while the pointer draws a box instead of selecting faces.
	on      bool
	drawing bool
	from    fyne.Position
	frame   *canvas.Rectangle
}

func newBoxLayer() boxLayer {
	frame := &canvas.Rectangle{StrokeColor: color.White, StrokeWidth: 2}
	frame.Hide()
	return boxLayer{frame: frame}
}

// SetMarking lets the pointer draw a box, or select faces.
func (s *viewport) SetMarking(on bool) {
	s.box.on, s.box.drawing = on, false
	s.box.frame.Hide()
}

// beginBox begins a box at a position.
func (s *viewport) beginBox(pos fyne.Position) {
	s.box.drawing, s.box.from = true, pos
}

// extendBox moves the corner of the box that the pointer holds.
func (s *viewport) extendBox(pos fyne.Position) {
	s.gesture.at = pos
	b := &s.box
	a := fyne.NewPos(min(b.from.X, pos.X), min(b.from.Y, pos.Y))
	b.frame.Move(a)
	b.frame.Resize(fyne.NewSize(max(b.from.X, pos.X)-a.X, max(b.from.Y, pos.Y)-a.Y))
	b.frame.Show()
	canvas.Refresh(b.frame)
}

// endBox ends a box, if one is drawn.
func (s *viewport) endBox() {
	b := &s.box
	if !b.drawing {
		return
	}
	b.drawing = false
	b.frame.Hide()
	from, to := s.toPhoto(b.from), s.toPhoto(s.gesture.at)
	pixel := func(v float64) int { return int(math.Round(v)) }
	box := image.Rect(pixel(from.X), pixel(from.Y), pixel(to.X), pixel(to.Y)).Intersect(image.Rectangle{Max: s.photo})
	if min(box.Dx(), box.Dy()) >= leastBox && b.OnBox != nil {
		b.OnBox(box)
	}
}
