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
	_ fyne.Widget        = (*chip)(nil)
	_ fyne.Tappable      = (*chip)(nil)
	_ fyne.Focusable     = (*chip)(nil)
	_ fyne.Disableable   = (*chip)(nil)
	_ desktop.Hoverable  = (*chip)(nil)
	_ desktop.Cursorable = (*chip)(nil)
)

// chip is a small pill-shaped button with a label that can be selected.
type chip struct {
	widget.BaseWidget
	attention

	Text     string
	OnTapped func()

	selected, disabled bool
}

func newChip(text string, tapped func()) *chip {
	c := &chip{Text: text, OnTapped: tapped}
	c.changed = c.Refresh
	c.ExtendBaseWidget(c)
	return c
}

// Select marks the chip as selected or not.
func (c *chip) Select(on bool) {
	if c.selected != on {
		c.selected = on
		c.Refresh()
	}
}

// SetText changes the label.
func (c *chip) SetText(text string) {
	if c.Text != text {
		c.Text = text
		c.Refresh()
	}
}

// Enable allows the chip to be selected.
func (c *chip) Enable() { c.disable(false) }

// Disable prevents the chip from being selected.
func (c *chip) Disable() { c.disable(true) }

// Disabled reports whether the chip cannot be selected.
func (c *chip) Disabled() bool { return c.disabled }

func (c *chip) disable(on bool) {
	if c.disabled != on {
		c.disabled = on
		c.Refresh()
	}
}

// Tapped selects the chip.
func (c *chip) Tapped(*fyne.PointEvent) {
	if c.OnTapped != nil && !c.disabled {
		c.OnTapped()
	}
}

// TypedKey selects the chip on Space or Enter, and passes other keys on.
func (c *chip) TypedKey(k *fyne.KeyEvent) {
	if pressed(k) {
		c.Tapped(nil)
		return
	}
	passKey(c, k)
}

// TypedRune passes a typed character on.
func (c *chip) TypedRune(r rune) { passRune(c, r) }

// Cursor returns the pointing hand.
func (c *chip) Cursor() desktop.Cursor {
	if c.disabled {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// CreateRenderer implements fyne.Widget.
func (c *chip) CreateRenderer() fyne.WidgetRenderer {
	c.ExtendBaseWidget(c)
	r := &chipRenderer{
		chip:  c,
		pill:  &canvas.Rectangle{StrokeWidth: 1},
		state: &canvas.Rectangle{},
		text:  &canvas.Text{Alignment: fyne.TextAlignCenter},
	}
	r.paint()
	return r
}

type chipRenderer struct {
	chip        *chip
	pill, state *canvas.Rectangle
	text        *canvas.Text
}

func (r *chipRenderer) Destroy() {}

func (r *chipRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.pill, r.state, r.text}
}

func (r *chipRenderer) MinSize() fyne.Size {
	return r.text.MinSize().Add(fyne.NewSize(2*spaceM+spaceS, spaceM))
}

func (r *chipRenderer) Layout(size fyne.Size) {
	for _, rect := range []*canvas.Rectangle{r.pill, r.state} {
		rect.CornerRadius = size.Height / 2
		rect.Resize(size)
	}
	text := r.text.MinSize()
	r.text.Resize(fyne.NewSize(size.Width, text.Height))
	r.text.Move(fyne.NewPos(0, (size.Height-text.Height)/2))
}

func (r *chipRenderer) paint() {
	c := r.chip
	r.text.Text = c.Text
	r.text.TextSize = c.Theme().Size(theme.SizeNameCaptionText)
	fill, stroke, text := theme.ColorNameButton, theme.ColorNameInputBorder, theme.ColorNameForeground
	if c.selected {
		fill, stroke, text = theme.ColorNamePrimary, theme.ColorNamePrimary, theme.ColorNameForegroundOnPrimary
	}
	if c.disabled {
		fill, stroke, text = theme.ColorNameDisabledButton, theme.ColorNameInputBorder, theme.ColorNameDisabled
		if c.selected {
			fill, stroke = theme.ColorNameInputBorder, theme.ColorNameDisabled
		}
	}
	r.pill.FillColor, r.text.Color = themeColor(c, fill), themeColor(c, text)
	r.pill.StrokeColor, r.pill.StrokeWidth = themeColor(c, stroke), 1
	if c.focused {
		r.pill.StrokeColor, r.pill.StrokeWidth = themeColor(c, theme.ColorNamePrimary), 2
		if c.selected {
			r.pill.StrokeColor = themeColor(c, theme.ColorNameForeground)
		}
	}
	r.state.FillColor = color.Transparent
	if c.hovered && !c.disabled {
		r.state.FillColor = themeColor(c, theme.ColorNameHover)
	}
}

func (r *chipRenderer) Refresh() {
	r.paint()
	canvas.Refresh(r.chip)
}
