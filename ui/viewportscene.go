package ui

import (
	"image"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"deltaedit/ui/comparison"
	"deltaedit/ui/zoom"
)

// scene is what the viewport displays of the photo. A picture that is alone and whole is
// given to the canvas as it is; everything else is drawn when the canvas is painted.
type scene struct {
	zoom          zoom.View
	mode          comparison.Mode
	before, after []comparison.Layer
	// divider is where the line of a split is, as a share of the viewport.
	divider float64
	// asked is the region that was asked for last.
	asked zoom.Region

	image   *image.RGBA   // the picture that is given to the canvas; nil for none
	picture *canvas.Image // its canvas object
	painter scenePainter  // draws everything else
}

func newScene() scene {
	return scene{
		divider: 0.5,
		picture: &canvas.Image{ScaleMode: canvas.ImageScaleFastest, FillMode: canvas.ImageFillStretch},
		painter: newScenePainter(),
	}
}

// any reports whether there is a picture.
func (s *scene) any() bool { return len(s.after) > 0 || len(s.before) > 0 }

// composed reports whether the painter draws the scene.
func (s *scene) composed() bool { return s.image == nil && s.any() }

// SetScene displays pictures, coarse ones first. When a whole picture replaces one of its
// size, as while a slider moves, only the image is painted again.
func (s *viewport) SetScene(mode comparison.Mode, before, after []comparison.Layer) {
	was, drawn := s.image, s.composed()
	if mode != s.mode {
		drawn = false // lines and labels are others
	}
	s.scene.mode, s.before, s.after = mode, before, after
	s.measure()
	s.choose()
	switch {
	case s.image != nil && was != nil && s.image.Rect.Size() == was.Rect.Size() && s.picture.Image != nil:
		s.picture.Image = s.image
		canvas.Refresh(s.picture)
	case s.composed() && drawn:
		s.paint()
	default:
		s.Refresh()
	}
	s.placeOverlay()
}

// choose decides whether a picture can be displayed as it is.
func (s *scene) choose() {
	s.image = nil
	layers := s.after
	if s.mode == comparison.Before {
		layers = s.before
	}
	if s.zoom.Fits() && !s.mode.Both() && len(layers) > 0 && layers[0].Part == (image.Rectangle{Max: s.zoom.Picture()}) {
		s.image = layers[0].Image
	}
}

// paint draws the scene again, where it is not a picture that is given to the canvas.
func (s *viewport) paint() {
	if !s.composed() {
		s.painter.hide()
		return
	}
	size, _ := s.pixels()
	s.painter.paint(comparison.Scene{
		Mode: s.scene.mode, View: &s.zoom, Divider: s.divider, Before: s.before, After: s.after,
	}, size, s.pixelsPerUnit())
}

// usePainter changes how the scene is drawn.
func (s *viewport) usePainter(p scenePainter) {
	s.painter, s.mask.drawn = p, overlayPlace{}
	s.Refresh()
}

// SetMode changes how the pictures are compared. OnResized is called when the picture then
// has another size.
func (s *viewport) SetMode(m comparison.Mode) {
	box := s.View()
	s.scene.mode = m
	s.measure()
	s.choose()
	s.Refresh()
	if s.View() != box && s.OnResized != nil {
		s.OnResized()
	}
}

// pixels returns the size of the viewport in device pixels: the area for the photo, and
// its margin.
func (s *viewport) pixels() (size image.Point, margin int) {
	scale := s.pixelsPerUnit()
	margin = int(math.Floor(float64(viewportMargin * scale)))
	inner := s.Size().SubtractWidthHeight(2*viewportMargin, 2*viewportMargin)
	at := func(v float32) int { return max(1, int(math.Floor(float64(v*scale)))) + 2*margin }
	return image.Pt(at(inner.Width), at(inner.Height)), margin
}

// measure tells the zoom how large the viewport is.
func (s *viewport) measure() {
	size, margin := s.pixels()
	_, half := comparison.Areas(s.scene.mode, size, s.zoom.Picture())
	s.zoom.SetArea(half.Size(), margin, maxEnlargement*float64(s.pixelsPerUnit()))
}

// View returns the size of the area for the photo in device pixels, at least 1×1.
func (s *viewport) View() image.Point {
	s.measure()
	return s.zoom.Box()
}

// Want returns the region of the photo to ask for.
func (s *viewport) Want() zoom.Region {
	s.measure()
	s.asked = s.zoom.Want(s.asked)
	return s.asked
}

// Fit displays the whole photo.
func (s *viewport) Fit() {
	s.zoom.Fit()
	s.viewed()
}

// ZoomBy multiplies the scale at the viewport's middle.
func (s *viewport) ZoomBy(factor float64) {
	s.zoom.ZoomAt(s.middle(), factor)
	s.viewed()
}

// ToggleZoom changes between the whole photo and 100 %.
func (s *viewport) ToggleZoom() {
	s.zoom.Toggle(s.middle())
	s.viewed()
}

// PanBy moves the photo by shares of the viewport.
func (s *viewport) PanBy(x, y float64) {
	size := s.zoom.Area()
	s.zoom.Pan(x*float64(size.X), y*float64(size.Y))
	s.viewed()
}

// MoveDivider moves the line of a split by a share of the viewport.
func (s *viewport) MoveDivider(by float64) { s.setDivider(s.divider + by) }

func (s *viewport) setDivider(at float64) {
	s.divider = min(max(at, 0), 1)
	s.moved()
}

func (s *viewport) middle() zoom.Point {
	size := s.zoom.Area()
	return zoom.Point{X: float64(size.X) / 2, Y: float64(size.Y) / 2}
}

// viewed displays the part of the photo that is seen now.
func (s *viewport) viewed() {
	composed := s.composed()
	s.choose()
	if composed != s.composed() {
		s.Refresh()
	} else {
		s.moved()
	}
	if s.OnView != nil {
		s.OnView()
	}
}

// moved displays what was displayed before at other places: no object is refreshed whose
// texture would be uploaded again.
func (s *viewport) moved() {
	if s.renderer == nil {
		return // it is not on a canvas yet
	}
	s.renderer.Layout(s.Size())
	s.paint()
}

// onPhoto returns where a pixel of the photo is in the viewport.
func (s *viewport) onPhoto(p image.Point) fyne.Position {
	if s.image != nil {
		pos, size := s.place(s.image.Rect.Dx(), s.image.Rect.Dy())
		return pos.AddXY(size.Width*float32(p.X)/float32(s.photo.X), size.Height*float32(p.Y)/float32(s.photo.Y))
	}
	at := s.zoom.Place().ToArea(zoom.Point{X: float64(p.X), Y: float64(p.Y)})
	_, half := s.halves()
	scale := s.pixelsPerUnit()
	return fyne.NewPos(float32(at.X+float64(half.Min.X))/scale, float32(at.Y+float64(half.Min.Y))/scale)
}

// halves returns the device pixels of the pictures before and after the edit.
func (s *viewport) halves() (before, after image.Rectangle) {
	size, _ := s.pixels()
	return comparison.Areas(s.scene.mode, size, s.zoom.Picture())
}

// inArea returns the device pixel of a picture's area under a position of the viewport.
func (s *viewport) inArea(pos fyne.Position) zoom.Point {
	scale := s.pixelsPerUnit()
	at := zoom.Point{X: float64(pos.X * scale), Y: float64(pos.Y * scale)}
	if _, after := s.halves(); at.X >= float64(after.Min.X) && at.Y >= float64(after.Min.Y) {
		at.X -= float64(after.Min.X)
		at.Y -= float64(after.Min.Y)
	}
	return at
}
