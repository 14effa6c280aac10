package ui

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"deltaedit/engine/mask"
	"deltaedit/ui/comparison"
	"deltaedit/ui/maskview"
	"deltaedit/ui/zoom"
)

// maskLayer is what the viewport shows of a mask, and what the pointer does to it. It belongs
// to the UI thread.
type maskLayer struct {
	// OnPaint is called with a place of the photo while the pointer paints; begin is true
	// where a stroke begins. OnPainted is called at its end.
	OnPaint   func(at mask.Point, begin bool)
	OnPainted func()

	// on is true while the pointer paints instead of selecting faces.
	on       bool
	painting bool
	overlay  *maskview.Overlay // nil shows none
	drawn    overlayPlace      // of the overlay that the painter shows
	// radius is the brush's, in pixels of the photo. ring and halo show it at the pointer.
	radius     float64
	ring, halo *canvas.Circle
	inside     bool // the pointer is over the viewport
}

// overlayPlace is where an overlay was drawn.
type overlayPlace struct {
	pos  fyne.Position
	size image.Point
	view maskview.View
}

func newMaskLayer() maskLayer {
	l := maskLayer{
		ring: &canvas.Circle{StrokeColor: color.White, StrokeWidth: 1.5},
		halo: &canvas.Circle{StrokeColor: veil(0x00, 0xa0), StrokeWidth: 3.5},
	}
	for _, o := range l.objects() {
		o.Hide()
	}
	return l
}

func (l *maskLayer) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{l.halo, l.ring}
}

// SetPainting lets the pointer paint, or select faces.
func (s *viewport) SetPainting(on bool) {
	s.mask.on = on
	s.endStroke()
	s.showRing()
}

// SetBrush sets the radius of the ring at the pointer, in pixels of the photo.
func (s *viewport) SetBrush(radius float64) {
	s.mask.radius = radius
	s.showRing()
}

// SetOverlay displays a mask over the photo; nil displays none. The overlay must stay as it is until
// another one is set.
func (s *viewport) SetOverlay(o *maskview.Overlay) {
	if s.mask.overlay == nil && o == nil {
		return
	}
	s.mask.overlay = o
	s.mask.drawn = overlayPlace{}
	s.placeOverlay()
}

// placeOverlay draws the overlay unless it is there already.
func (s *viewport) placeOverlay() {
	l := &s.mask
	shown := l.overlay != nil && s.any() && s.scene.mode != comparison.Before
	if !shown {
		s.painter.hideOverlay()
		l.drawn = overlayPlace{}
		return
	}
	want := s.seen()
	if want == l.drawn || want.size.X <= 0 || want.size.Y <= 0 {
		return
	}
	l.drawn = want
	s.painter.overlay(l.overlay, want, s.pixelsPerUnit())
}

// seen returns the area of the viewport that shows the photo after the edit, and which part
// of the photo it shows.
func (s *viewport) seen() overlayPlace {
	scale := s.pixelsPerUnit()
	if s.image != nil {
		pos, size := s.place(s.image.Rect.Dx(), s.image.Rect.Dy())
		pixels := image.Pt(int(math.Round(float64(size.Width*scale))), int(math.Round(float64(size.Height*scale))))
		return overlayPlace{pos, pixels, maskview.View{Scale: float64(s.photo.X) / float64(max(pixels.X, 1))}}
	}
	_, half := s.halves()
	place := s.zoom.Place()
	origin := place.ToPicture(zoom.Point{})
	return overlayPlace{
		fyne.NewPos(float32(half.Min.X)/scale, float32(half.Min.Y)/scale), half.Size(),
		maskview.View{Origin: mask.Point{X: origin.X, Y: origin.Y}, Scale: 1 / place.Scale},
	}
}

// toPhoto returns the place of the photo under a position of the viewport.
func (s *viewport) toPhoto(pos fyne.Position) mask.Point {
	if s.image != nil {
		on, scale := s.seen(), s.pixelsPerUnit()
		d := pos.Subtract(on.pos)
		return mask.Point{X: float64(d.X*scale) * on.view.Scale, Y: float64(d.Y*scale) * on.view.Scale}
	}
	at := s.zoom.Place().ToPicture(s.inArea(pos))
	return mask.Point{X: at.X, Y: at.Y}
}

// paints reports whether the pointer would paint with the button that is down.
func (s *viewport) paints() bool {
	return s.mask.on && s.any() && !s.gesture.panKey && s.mask.OnPaint != nil
}

// stroke paints at a position.
func (s *viewport) stroke(pos fyne.Position, begin bool) {
	s.gesture.at = pos
	s.mask.painting = true
	s.showRing()
	s.mask.OnPaint(s.toPhoto(pos), begin)
}

// endStroke ends a stroke, if one is painted.
func (s *viewport) endStroke() {
	if s.mask.painting {
		s.mask.painting = false
		if s.mask.OnPainted != nil {
			s.mask.OnPainted()
		}
	}
}

// showRing moves the brush's ring to the pointer.
func (s *viewport) showRing() {
	l := &s.mask
	visible := l.on && s.any() && (l.inside || l.painting)
	for _, c := range []*canvas.Circle{l.halo, l.ring} {
		if !visible {
			if c.Visible() {
				c.Hide()
			}
			continue
		}
		r := float32(l.radius/s.seen().view.Scale) / s.pixelsPerUnit()
		c.Move(s.gesture.at.SubtractXY(r, r))
		c.Resize(fyne.NewSquareSize(2 * r))
		c.Show()
		canvas.Refresh(c)
	}
}
