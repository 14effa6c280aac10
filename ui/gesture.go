package ui

import (
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"deltaedit/ui/comparison"
	"deltaedit/ui/zoom"
)

const (
	// doublePause and doubleReach are how soon and how near a second click has to come.
	doublePause = 400 * time.Millisecond
	doubleReach = 6
	// handleReach is how near to the line of a split the pointer takes it, in logical
	// pixels.
	handleReach = 14
	// notch is the length of one step of the wheel in logical pixels.
	notch = 25
	// maxNotches is how many steps one event of the wheel counts for at most.
	maxNotches = 3
)

// gesture is what the pointer does in the viewport.
type gesture struct {
	button   desktop.MouseButton
	dragging bool
	// handle is true while the line of a split is dragged.
	handle bool
	// panKey is true while the key is down that lets the primary button move the photo.
	panKey bool
	at     fyne.Position
	tapped time.Time
	tapAt  fyne.Position
	now    func() time.Time
}

func (g *gesture) time() time.Time {
	if g.now != nil {
		return g.now()
	}
	return time.Now()
}

// Tapped selects a face, or with a second tap shortly after changes between the whole
// photo and 100 %.
func (s *viewport) Tapped(e *fyne.PointEvent) {
	if s.mask.on || s.box.on {
		return // MouseDown has painted, or begun a box
	}
	g, now := &s.gesture, s.gesture.time()
	d := e.Position.Subtract(g.tapAt)
	if now.Sub(g.tapped) < doublePause && math.Hypot(float64(d.X), float64(d.Y)) < doubleReach {
		g.tapped = time.Time{}
		if !s.onHandle(e.Position) {
			s.zoom.Toggle(s.inArea(e.Position))
			s.viewed()
		}
		return
	}
	g.tapped, g.tapAt = now, e.Position
	s.tapFace(e)
}

// Scrolled zooms at the pointer.
func (s *viewport) Scrolled(e *fyne.ScrollEvent) {
	if !s.any() {
		return
	}
	steps := min(max(float64(e.Scrolled.DY)/notch, -maxNotches), maxNotches)
	s.zoom.ZoomAt(s.inArea(e.Position), math.Pow(zoom.Step, steps))
	s.viewed()
}

// MouseDown notes what a drag that begins here is to do, or begins to paint or a box.
func (s *viewport) MouseDown(e *desktop.MouseEvent) {
	s.gesture.button, s.gesture.at = e.Button, e.Position
	if s.box.on && s.any() && !s.gesture.panKey && e.Button == desktop.MouseButtonPrimary {
		s.beginBox(e.Position)
		return
	}
	if s.paints() && e.Button == desktop.MouseButtonPrimary && !s.onHandle(e.Position) {
		s.stroke(e.Position, true)
	}
}

// MouseUp forgets the button, and ends painting and the box.
func (s *viewport) MouseUp(*desktop.MouseEvent) {
	s.gesture.button = 0
	s.endStroke()
	s.endBox()
}

// Dragged moves the line of a split, or the photo.
func (s *viewport) Dragged(e *fyne.DragEvent) {
	if s.mask.painting {
		s.stroke(e.Position, false)
		return
	}
	if s.box.drawing {
		s.extendBox(e.Position)
		return
	}
	g := &s.gesture
	if !g.dragging {
		g.dragging = true
		start := e.Position.Subtract(fyne.NewPos(e.Dragged.DX, e.Dragged.DY))
		if g.button != 0 {
			start = g.at
		}
		g.handle = g.button != desktop.MouseButtonTertiary && !g.panKey && s.onHandle(start)
		if !g.handle && s.OnPan != nil {
			s.OnPan()
		}
	}
	if g.handle {
		s.dragDivider(e.Position)
		return
	}
	scale := float64(s.pixelsPerUnit())
	s.zoom.Pan(float64(e.Dragged.DX)*scale, float64(e.Dragged.DY)*scale)
	s.viewed()
}

// DragEnd ends the drag.
func (s *viewport) DragEnd() {
	s.endStroke()
	s.endBox()
	s.gesture.dragging, s.gesture.handle = false, false
	s.Refresh()
}

// dragDivider moves the line of a split to the pointer.
func (s *viewport) dragDivider(to fyne.Position) {
	size := s.Size()
	if s.scene.mode == comparison.SplitAcross {
		s.setDivider(float64(to.Y / size.Height))
	} else {
		s.setDivider(float64(to.X / size.Width))
	}
}

// onHandle reports whether the line of a split is at a position.
func (s *viewport) onHandle(pos fyne.Position) bool {
	size := s.Size()
	switch {
	case !s.any():
	case s.scene.mode == comparison.Split:
		return math.Abs(float64(pos.X)-s.divider*float64(size.Width)) <= handleReach
	case s.scene.mode == comparison.SplitAcross:
		return math.Abs(float64(pos.Y)-s.divider*float64(size.Height)) <= handleReach
	}
	return false
}

// Cursor says what a drag would do.
func (s *viewport) Cursor() desktop.Cursor {
	switch {
	case s.box.on:
		return desktop.CrosshairCursor
	case s.mask.on && !s.onHandle(s.gesture.at):
		return desktop.CrosshairCursor
	case s.gesture.dragging && !s.gesture.handle || !s.onHandle(s.gesture.at) && !s.gesture.handle:
		return desktop.DefaultCursor
	case s.scene.mode == comparison.SplitAcross:
		return desktop.VResizeCursor
	}
	return desktop.HResizeCursor
}

// MouseIn displays the face boxes.
func (s *viewport) MouseIn(e *desktop.MouseEvent) {
	s.gesture.at, s.mask.inside = e.Position, true
	s.showRing()
	s.hover(true)
}

// MouseMoved notes where the pointer is.
func (s *viewport) MouseMoved(e *desktop.MouseEvent) {
	s.gesture.at = e.Position
	s.showRing()
}

// MouseOut hides the face boxes.
func (s *viewport) MouseOut() {
	s.mask.inside = false
	s.showRing()
	s.hover(false)
}
