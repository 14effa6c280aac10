package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Widget       = (*variantTile)(nil)
	_ fyne.Tappable     = (*variantTile)(nil)
	_ fyne.Focusable    = (*variantTile)(nil)
	_ desktop.Hoverable = (*variantTile)(nil)
)

// variantSide is the side of a variant's picture in logical pixels.
const variantSide float32 = 92

// variantTile is one variant: its picture and below it what it is. A tap, Enter or Space
// picks it. It belongs to the UI thread.
type variantTile struct {
	widget.BaseWidget
	attention
	onPicked func()
	face     variantFace
}

func newVariantTile(picked func()) *variantTile {
	t := &variantTile{onPicked: picked}
	t.changed = t.Refresh
	t.ExtendBaseWidget(t)
	return t
}

// SetFace changes what the tile displays.
func (t *variantTile) SetFace(f variantFace) {
	if t.face != f {
		t.face = f
		t.Refresh()
	}
}

// Tapped picks the variant.
func (t *variantTile) Tapped(*fyne.PointEvent) { t.onPicked() }

// TypedKey picks the variant on Enter or Space, and passes other keys on.
func (t *variantTile) TypedKey(k *fyne.KeyEvent) {
	if pressed(k) {
		t.onPicked()
		return
	}
	passKey(t, k)
}

// TypedRune passes a typed character on.
func (t *variantTile) TypedRune(r rune) { passRune(t, r) }

// CreateRenderer implements fyne.Widget.
func (t *variantTile) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	r := &variantRenderer{
		tile:    t,
		ground:  &canvas.Rectangle{CornerRadius: spaceS},
		picture: &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleSmooth},
		title:   &canvas.Text{Alignment: fyne.TextAlignCenter},
		border:  &canvas.Rectangle{CornerRadius: spaceS, StrokeWidth: 2},
	}
	r.paint()
	return r
}

type variantRenderer struct {
	tile           *variantTile
	ground, border *canvas.Rectangle
	picture        *canvas.Image
	title          *canvas.Text
}

func (r *variantRenderer) Destroy() {}

func (r *variantRenderer) MinSize() fyne.Size {
	return fyne.NewSize(variantSide+2*spaceS, variantSide+2*spaceS+r.title.MinSize().Height)
}

func (r *variantRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.picture, r.title, r.border}
}

func (r *variantRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.border.Resize(size)
	text := r.title.MinSize().Height
	r.picture.Move(fyne.NewPos(spaceS, spaceS))
	r.picture.Resize(size.SubtractWidthHeight(2*spaceS, 2*spaceS+text))
	r.title.Move(fyne.NewPos(spaceS, size.Height-text-spaceS/2))
	r.title.Resize(fyne.NewSize(size.Width-2*spaceS, text))
}

func (r *variantRenderer) paint() {
	t := r.tile
	r.picture.Image, r.picture.Hidden = t.face.picture, t.face.picture == nil
	r.title.TextSize = t.Theme().Size(theme.SizeNameCaptionText)
	r.title.TextStyle.Bold = t.face.picked
	r.title.Text = fitted(t.face.title, r.title.TextSize, variantSide)
	r.title.Color = themeColor(t, theme.ColorNameForeground)
	r.ground.FillColor = themeColor(t, theme.ColorNameButton)
	if t.hovered {
		r.ground.FillColor = themeColor(t, theme.ColorNameInputBorder)
	}
	r.border.FillColor, r.border.StrokeColor = color.Transparent, color.Transparent
	switch {
	case t.focused:
		r.border.StrokeColor = themeColor(t, theme.ColorNameForeground)
	case t.face.picked:
		r.border.StrokeColor = themeColor(t, theme.ColorNamePrimary)
	}
}

func (r *variantRenderer) Refresh() {
	r.paint()
	r.Layout(r.tile.Size())
	r.picture.Refresh()
	canvas.Refresh(r.tile)
}
