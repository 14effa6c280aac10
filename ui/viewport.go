package ui

import (
	"image"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"deltaedit/engine"
)

var (
	_ fyne.Widget        = (*viewport)(nil)
	_ fyne.Tappable      = (*viewport)(nil)
	_ fyne.Scrollable    = (*viewport)(nil)
	_ fyne.Draggable     = (*viewport)(nil)
	_ desktop.Hoverable  = (*viewport)(nil)
	_ desktop.Mouseable  = (*viewport)(nil)
	_ desktop.Cursorable = (*viewport)(nil)
)

// viewportMargin is the space around the photo in logical pixels.
const viewportMargin = spaceL

// maxEnlargement is the maximum factor by which a small photo is enlarged, at a scale
// of 1.
const maxEnlargement = 1.5

// viewport displays the photo, and boxes around the faces that can be selected. It
// belongs to the UI thread.
type viewport struct {
	widget.BaseWidget

	// OnResized is called when the space for the photo has changed.
	OnResized func()
	// OnFace is called with the index of a face that was tapped.
	OnFace func(int)
	// OnView is called when another part of the photo is seen than before.
	OnView func()
	// OnPan is called when the photo begins to be moved by the pointer.
	OnPan func()

	scene
	renderer *viewportRenderer

	photo    image.Point
	faces    []engine.FaceBox
	selected int
	hovered  bool
	badge    string
	last     fyne.Size
	gesture  gesture
	mask     maskLayer
	box      boxLayer
}

func newViewport() *viewport {
	s := &viewport{scene: newScene(), mask: newMaskLayer(), box: newBoxLayer()}
	s.ExtendBaseWidget(s)
	return s
}

// SetFaces sets the size of the photo, and its faces in pixels. Boxes are displayed only
// for two faces or more. A photo of another size than before is displayed as a whole.
func (s *viewport) SetFaces(photo image.Point, faces []engine.FaceBox, selected int) {
	s.photo, s.faces, s.selected = photo, faces, selected
	s.zoom.SetPicture(photo)
	s.Refresh()
}

// SetBadge displays a label in the corner of the photo; "" displays none.
func (s *viewport) SetBadge(text string) {
	if s.badge != text {
		s.badge = text
		s.Refresh()
	}
}

// pixelsPerUnit is the number of device pixels in a logical pixel.
func (s *viewport) pixelsPerUnit() float32 {
	c := fyne.CurrentApp().Driver().CanvasForObject(s)
	if c == nil {
		return 1
	}
	const probe = 1 << 12
	x, _ := c.PixelCoordinateForPosition(fyne.NewPos(probe, 0))
	if x <= 0 {
		return 1
	}
	return float32(x) / probe
}

// place returns the position and size of an image of w×h pixels: centred on whole
// device pixels, reduced if it does not fit, and enlarged within limits if it is small.
func (s *viewport) place(w, h int) (fyne.Position, fyne.Size) {
	if w <= 0 || h <= 0 {
		return fyne.Position{}, fyne.Size{}
	}
	scale := s.pixelsPerUnit()
	view := s.View()
	fit := math.Min(float64(view.X)/float64(w), float64(view.Y)/float64(h))
	fit = math.Min(fit, math.Max(1, maxEnlargement*float64(scale)))
	if w == view.X && h <= view.Y || h == view.Y && w <= view.X {
		fit = 1 // without rounding
	}
	size := fyne.NewSize(
		float32(math.Round(float64(w)*fit))/scale,
		float32(math.Round(float64(h)*fit))/scale)
	whole := func(v float32) float32 { return float32(math.Floor(float64(v*scale))) / scale }
	return fyne.NewPos(whole((s.Size().Width-size.Width)/2), whole((s.Size().Height-size.Height)/2)), size
}

// boxes returns the rectangles of the faces in the viewport, or nil for fewer than two
// faces.
func (s *viewport) boxes() []fyne.Position {
	if !s.any() || len(s.faces) < 2 || s.photo.X <= 0 || s.photo.Y <= 0 {
		return nil
	}
	at := s.onPhoto
	corners := make([]fyne.Position, 0, 2*len(s.faces))
	for _, f := range s.faces {
		box := f.Box.Intersect(image.Rectangle{Max: s.photo})
		corners = append(corners, at(box.Min), at(box.Max))
	}
	return corners
}

// tapFace selects the smallest face under the pointer.
func (s *viewport) tapFace(e *fyne.PointEvent) {
	corners := s.boxes()
	best, area := -1, float32(math.Inf(1))
	for i := 0; i+1 < len(corners); i += 2 {
		a, b := corners[i], corners[i+1]
		if e.Position.X < a.X || e.Position.X > b.X || e.Position.Y < a.Y || e.Position.Y > b.Y {
			continue
		}
		if here := (b.X - a.X) * (b.Y - a.Y); here < area {
			best, area = i/2, here
		}
	}
	if best >= 0 && s.OnFace != nil {
		s.OnFace(best)
	}
}

func (s *viewport) hover(on bool) {
	s.hovered = on
	if len(s.faces) > 1 {
		s.Refresh()
	}
}

// Resize calls OnResized when the space for the photo has changed.
func (s *viewport) Resize(size fyne.Size) {
	s.BaseWidget.Resize(size)
	if size != s.last {
		s.last = size
		s.measure()
		s.moved()
		if s.OnResized != nil {
			s.OnResized()
		}
	}
}
