package ui

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// CreateRenderer implements fyne.Widget.
func (s *viewport) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	r := &viewportRenderer{
		viewport: s,
		ground:   newGround(),
		photo:    s.picture,
		split:    newSplitMarks(),
		pill:     &canvas.Rectangle{},
		badge:    &canvas.Text{TextStyle: fyne.TextStyle{Bold: true}},
	}
	s.renderer = r
	r.Refresh()
	return r
}

type viewportRenderer struct {
	viewport *viewport
	ground   ground
	photo    *canvas.Image
	split    *splitMarks
	frames   []*canvas.Rectangle
	tags     []*canvas.Rectangle
	labels   []*canvas.Text
	pill     *canvas.Rectangle
	badge    *canvas.Text
}

func (r *viewportRenderer) Destroy() {}

// MinSize is lower in large text, which needs the room below the photo.
func (r *viewportRenderer) MinSize() fyne.Size {
	if largeText() {
		return fyne.NewSize(320, 120)
	}
	return fyne.NewSize(320, 240)
}

func (r *viewportRenderer) Objects() []fyne.CanvasObject {
	objects := append([]fyne.CanvasObject{r.ground.Raster, r.photo}, r.viewport.painter.objects()...)
	objects = append(objects, r.viewport.mask.objects()...)
	objects = append(objects, r.viewport.box.frame)
	for i := range r.frames {
		objects = append(objects, r.frames[i], r.tags[i], r.labels[i])
	}
	objects = append(objects, r.split.objects()...)
	return append(objects, r.pill, r.badge)
}

func (r *viewportRenderer) Layout(size fyne.Size) {
	s := r.viewport
	r.ground.Resize(size)
	if !s.any() {
		return
	}
	var pos fyne.Position
	if s.image != nil {
		var area fyne.Size
		pos, area = s.place(s.image.Rect.Dx(), s.image.Rect.Dy())
		r.photo.Move(pos)
		r.photo.Resize(area)
	} else {
		scale := s.pixelsPerUnit()
		seen := s.zoom.Shown().Min
		pos = fyne.NewPos(float32(seen.X)/scale, float32(seen.Y)/scale)
	}
	r.split.layout(s)
	s.placeOverlay()
	s.showRing()

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

func (r *viewportRenderer) Refresh() {
	s := r.viewport
	r.ground.SetColor(themeColor(s, colorViewport))

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

	r.split.refresh(s)
	r.pill.Hidden = s.badge == "" || !s.any()
	r.badge.Hidden = r.pill.Hidden
	r.badge.Text = s.badge
	r.badge.TextSize = s.Theme().Size(theme.SizeNameCaptionText)
	r.badge.Color = grey(0xff)
	r.pill.FillColor = veil(0x00, 0xb0)

	r.Layout(s.Size())
	if s.image != nil {
		canvas.Refresh(r.photo)
	}
	s.paint()
	canvas.Refresh(s)
}
