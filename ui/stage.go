package ui

import (
	"image"
	"image/color"
	"math"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/engine"
)

var (
	_ fyne.Widget       = (*stage)(nil)
	_ fyne.Tappable     = (*stage)(nil)
	_ desktop.Hoverable = (*stage)(nil)
)

// stageMargin is the space around the photo in logical pixels.
const stageMargin = spaceL

// maxEnlargement is the most device pixels that a small photo's pixel may take
// in each direction, at a scale of 1. Photos that fill their space are shown one
// to one.
const maxEnlargement = 1.5

// stage shows the photo, and the faces in it that can be chosen. It belongs to
// the UI thread.
type stage struct {
	widget.BaseWidget

	// OnResized is called when the space for the photo changed.
	OnResized func()
	// OnFace is called with the index of a face that was tapped.
	OnFace func(int)

	image    *image.RGBA
	picture  *canvas.Image // what shows it
	photo    image.Point
	faces    []engine.FaceBox
	selected int
	hovered  bool
	badge    string
	last     fyne.Size
}

func newStage() *stage {
	s := &stage{picture: &canvas.Image{ScaleMode: canvas.ImageScaleFastest, FillMode: canvas.ImageFillStretch}}
	s.ExtendBaseWidget(s)
	return s
}

// SetImage shows a picture of any size; one that fits View is not resampled. After
// one of the same size only the picture is painted anew: while a slider moves that
// is all there is to do.
func (s *stage) SetImage(img *image.RGBA) {
	same := img != nil && s.image != nil && img.Rect.Size() == s.image.Rect.Size() && s.picture.Image != nil
	s.image = img
	if !same {
		s.Refresh()
		return
	}
	s.picture.Image = img
	canvas.Refresh(s.picture)
}

// SetFaces says where the faces are, in pixels of a photo of that size. With
// fewer than two there is nothing to choose.
func (s *stage) SetFaces(photo image.Point, faces []engine.FaceBox, selected int) {
	s.photo, s.faces, s.selected = photo, faces, selected
	s.Refresh()
}

// SetBadge shows a word in the photo's corner; "" shows none.
func (s *stage) SetBadge(text string) {
	if s.badge != text {
		s.badge = text
		s.Refresh()
	}
}

// pixelsPerUnit is the number of device pixels in a logical pixel.
func (s *stage) pixelsPerUnit() float32 {
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

// View is the space for the photo in device pixels, at least 1×1.
func (s *stage) View() image.Point {
	scale := s.pixelsPerUnit()
	size := s.Size().SubtractWidthHeight(2*stageMargin, 2*stageMargin)
	return image.Pt(
		max(1, int(math.Floor(float64(size.Width*scale)))),
		max(1, int(math.Floor(float64(size.Height*scale)))),
	)
}

// place returns where a picture of w×h pixels goes: centred, on whole device
// pixels, shrunk if it does not fit and enlarged within limits if it is small.
func (s *stage) place(w, h int) (fyne.Position, fyne.Size) {
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

// boxes returns the faces' rectangles on the stage, nil when there is nothing
// to choose.
func (s *stage) boxes() []fyne.Position {
	if s.image == nil || len(s.faces) < 2 || s.photo.X <= 0 || s.photo.Y <= 0 {
		return nil
	}
	pos, size := s.place(s.image.Rect.Dx(), s.image.Rect.Dy())
	at := func(p image.Point) fyne.Position {
		return pos.AddXY(
			size.Width*float32(p.X)/float32(s.photo.X),
			size.Height*float32(p.Y)/float32(s.photo.Y))
	}
	corners := make([]fyne.Position, 0, 2*len(s.faces))
	for _, f := range s.faces {
		box := f.Box.Intersect(image.Rectangle{Max: s.photo})
		corners = append(corners, at(box.Min), at(box.Max))
	}
	return corners
}

// Tapped chooses the smallest face under the pointer.
func (s *stage) Tapped(e *fyne.PointEvent) {
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

// MouseIn shows the faces.
func (s *stage) MouseIn(*desktop.MouseEvent) { s.hover(true) }

// MouseMoved does nothing.
func (s *stage) MouseMoved(*desktop.MouseEvent) {}

// MouseOut hides the faces.
func (s *stage) MouseOut() { s.hover(false) }

func (s *stage) hover(on bool) {
	s.hovered = on
	if len(s.faces) > 1 {
		s.Refresh()
	}
}

// Resize tells OnResized when the space for the photo changed.
func (s *stage) Resize(size fyne.Size) {
	s.BaseWidget.Resize(size)
	if size != s.last {
		s.last = size
		if s.OnResized != nil {
			s.OnResized()
		}
	}
}

// CreateRenderer makes the stage's look.
func (s *stage) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	r := &stageRenderer{
		stage:  s,
		ground: &canvas.Rectangle{},
		photo:  s.picture,
		pill:   &canvas.Rectangle{},
		badge:  &canvas.Text{TextStyle: fyne.TextStyle{Bold: true}},
	}
	r.Refresh()
	return r
}

type stageRenderer struct {
	stage  *stage
	ground *canvas.Rectangle
	photo  *canvas.Image
	frames []*canvas.Rectangle
	tags   []*canvas.Rectangle
	labels []*canvas.Text
	pill   *canvas.Rectangle
	badge  *canvas.Text
}

func (r *stageRenderer) Destroy() {}

func (r *stageRenderer) MinSize() fyne.Size { return fyne.NewSize(320, 240) }

func (r *stageRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.ground, r.photo}
	for i := range r.frames {
		objects = append(objects, r.frames[i], r.tags[i], r.labels[i])
	}
	return append(objects, r.pill, r.badge)
}

func (r *stageRenderer) Layout(size fyne.Size) {
	s := r.stage
	r.ground.Resize(size)
	if s.image == nil {
		return
	}
	pos, area := s.place(s.image.Rect.Dx(), s.image.Rect.Dy())
	r.photo.Move(pos)
	r.photo.Resize(area)

	corners := s.boxes()
	for i := range r.frames {
		if 2*i+1 >= len(corners) {
			break
		}
		a, b := corners[2*i], corners[2*i+1]
		r.frames[i].Move(a)
		r.frames[i].Resize(fyne.NewSize(b.X-a.X, b.Y-a.Y))
		text := r.labels[i].MinSize()
		r.tags[i].Move(a.AddXY(spaceS, spaceS))
		r.tags[i].Resize(text.AddWidthHeight(2*spaceS+2, 2))
		r.labels[i].Move(a.AddXY(2*spaceS+1, spaceS+1))
		r.labels[i].Resize(text)
	}

	text := r.badge.MinSize()
	r.pill.Resize(text.AddWidthHeight(2*spaceM+spaceS, spaceM))
	r.pill.CornerRadius = r.pill.Size().Height / 2
	r.pill.Move(pos.AddXY(spaceM, spaceM))
	r.badge.Resize(text)
	r.badge.Move(r.pill.Position().AddXY(spaceM+spaceS/2, spaceS))
}

func (r *stageRenderer) Refresh() {
	s := r.stage
	r.ground.FillColor = themeColor(s, colorStage)

	r.photo.Hidden = s.image == nil
	if s.image == nil {
		r.photo.Image = nil
	} else if r.photo.Image != s.image {
		r.photo.Image = s.image
	}

	choices := 0
	if s.boxes() != nil && s.hovered {
		choices = len(s.faces)
	}
	for len(r.frames) < choices {
		r.frames = append(r.frames, &canvas.Rectangle{StrokeWidth: 2, CornerRadius: spaceM})
		r.tags = append(r.tags, &canvas.Rectangle{CornerRadius: spaceS})
		r.labels = append(r.labels, &canvas.Text{TextStyle: fyne.TextStyle{Bold: true}})
	}
	r.frames, r.tags, r.labels = r.frames[:choices], r.tags[:choices], r.labels[:choices]
	for i := range r.frames {
		frame, text := color.Color(grey(0xff)), color.Color(grey(0x10))
		if s.faces[i].Doubt != "" {
			frame = themeColor(s, theme.ColorNameWarning)
		}
		if i == s.selected {
			frame = themeColor(s, theme.ColorNamePrimary)
			text = themeColor(s, theme.ColorNameForegroundOnPrimary)
		}
		r.frames[i].StrokeColor, r.tags[i].FillColor, r.labels[i].Color = frame, frame, text
		r.labels[i].TextSize = s.Theme().Size(theme.SizeNameText)
		r.labels[i].Text = strconv.Itoa(i + 1)
	}

	r.pill.Hidden = s.badge == "" || s.image == nil
	r.badge.Hidden = r.pill.Hidden
	r.badge.Text = s.badge
	r.badge.TextSize = s.Theme().Size(theme.SizeNameCaptionText)
	r.badge.Color = grey(0xff)
	r.pill.FillColor = veil(0x00, 0xb0)

	r.Layout(s.Size())
	if s.image != nil {
		canvas.Refresh(r.photo)
	}
	canvas.Refresh(s)
}
