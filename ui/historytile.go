package ui

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Widget            = (*historyTile)(nil)
	_ fyne.Tappable          = (*historyTile)(nil)
	_ fyne.SecondaryTappable = (*historyTile)(nil)
	_ fyne.Focusable         = (*historyTile)(nil)
	_ desktop.Hoverable      = (*historyTile)(nil)
)

// tileSide is the side of a tile's picture in logical pixels.
const tileSide float32 = 64

// historyTile is one state in the strip: its thumbnail, a star, and its name if it has
// one. It belongs to the UI thread.
type historyTile struct {
	widget.BaseWidget
	attention

	// OnTapped is called by a tap or Enter, OnMenu by a secondary tap or M, with where to
	// show the menu.
	OnTapped func()
	OnMenu   func(fyne.Position)

	face tileFace
}

// tileFace is what a tile displays.
type tileFace struct {
	picture image.Image // nil while there is none
	title   string
	starred bool
	// present marks the state that is displayed, against the one it is compared with.
	present, against bool
}

func newHistoryTile() *historyTile {
	t := &historyTile{}
	t.changed = t.Refresh
	t.ExtendBaseWidget(t)
	return t
}

// SetFace changes what the tile displays.
func (t *historyTile) SetFace(f tileFace) {
	if t.face != f {
		t.face = f
		t.Refresh()
	}
}

// Tapped goes to the state.
func (t *historyTile) Tapped(*fyne.PointEvent) { t.OnTapped() }

// TappedSecondary opens the menu of the state.
func (t *historyTile) TappedSecondary(e *fyne.PointEvent) { t.OnMenu(e.AbsolutePosition) }

// TypedKey goes to the state on Enter or Space, opens its menu on M, and passes other keys on.
func (t *historyTile) TypedKey(k *fyne.KeyEvent) {
	switch {
	case pressed(k):
		t.OnTapped()
	case k.Name == fyne.KeyM:
		t.OnMenu(fyne.CurrentApp().Driver().AbsolutePositionForObject(t))
	default:
		passKey(t, k)
	}
}

// TypedRune passes characters on but for M, which opens the menu.
func (t *historyTile) TypedRune(r rune) {
	if r != 'm' && r != 'M' {
		passRune(t, r)
	}
}

// CreateRenderer implements fyne.Widget.
func (t *historyTile) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	r := &tileRenderer{
		tile:    t,
		ground:  &canvas.Rectangle{CornerRadius: spaceS},
		picture: &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleSmooth},
		veil:    &canvas.Rectangle{FillColor: veil(0, 0xb0)},
		title:   &canvas.Text{Alignment: fyne.TextAlignCenter, Color: grey(0xff), TextSize: 10},
		star:    &canvas.Text{Text: "★", Color: color.NRGBA{0xff, 0xcc, 0x33, 0xff}, TextSize: 14},
		border:  &canvas.Rectangle{CornerRadius: spaceS, StrokeWidth: 2},
	}
	r.paint()
	return r
}

type tileRenderer struct {
	tile                 *historyTile
	ground, veil, border *canvas.Rectangle
	picture              *canvas.Image
	title, star          *canvas.Text
}

func (r *tileRenderer) Destroy()           {}
func (r *tileRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(tileSide + 2*spaceS) }

func (r *tileRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.picture, r.veil, r.title, r.star, r.border}
}

func (r *tileRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.border.Resize(size)
	r.picture.Move(fyne.NewPos(spaceS, spaceS))
	r.picture.Resize(size.SubtractWidthHeight(2*spaceS, 2*spaceS))
	text := r.title.MinSize()
	r.veil.Move(fyne.NewPos(spaceS, size.Height-spaceS-text.Height))
	r.veil.Resize(fyne.NewSize(size.Width-2*spaceS, text.Height))
	r.title.Move(fyne.NewPos(spaceS, size.Height-spaceS-text.Height))
	r.title.Resize(fyne.NewSize(size.Width-2*spaceS, text.Height))
	r.star.Move(fyne.NewPos(size.Width-spaceS-r.star.MinSize().Width-2, spaceS))
	r.star.Resize(r.star.MinSize())
}

// fitted cuts a text of a size at the end until it is no wider.
func fitted(text string, size, width float32) string {
	whole := []rune(text)
	for n := len(whole); n > 0; n-- {
		out := string(whole[:n])
		if n < len(whole) {
			out += "…"
		}
		if fyne.MeasureText(out, size, fyne.TextStyle{}).Width <= width {
			return out
		}
	}
	return ""
}

func (r *tileRenderer) paint() {
	t := r.tile
	r.picture.Image, r.picture.Hidden = t.face.picture, t.face.picture == nil
	r.title.Text = fitted(t.face.title, r.title.TextSize, tileSide-spaceS)
	r.title.Hidden = t.face.title == ""
	r.veil.Hidden = r.title.Hidden
	r.star.Hidden = !t.face.starred
	r.ground.FillColor = themeColor(t, theme.ColorNameButton)
	if t.hovered {
		r.ground.FillColor = themeColor(t, theme.ColorNameInputBorder)
	}
	r.border.FillColor, r.border.StrokeColor = color.Transparent, color.Transparent
	switch {
	case t.focused:
		r.border.StrokeColor = themeColor(t, theme.ColorNameForeground)
	case t.face.present:
		r.border.StrokeColor = themeColor(t, theme.ColorNamePrimary)
	case t.face.against:
		r.border.StrokeColor = themeColor(t, theme.ColorNameWarning)
	}
}

func (r *tileRenderer) Refresh() {
	r.paint()
	r.Layout(r.tile.Size())
	r.picture.Refresh()
	canvas.Refresh(r.tile)
}
