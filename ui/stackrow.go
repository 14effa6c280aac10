package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/ui/stack"
)

var (
	_ fyne.Widget       = (*stackRow)(nil)
	_ fyne.Tappable     = (*stackRow)(nil)
	_ fyne.Draggable    = (*stackRow)(nil)
	_ fyne.Focusable    = (*stackRow)(nil)
	_ desktop.Hoverable = (*stackRow)(nil)
)

// rowGap is the space between two rows in logical pixels.
const rowGap float32 = 2

// Sizes of a row in logical pixels. They grow with the text.
func rowHeight() float32  { return 30 * textFactor() }
func rowIcon() float32    { return 16 * textFactor() }
func eyeWidth() float32   { return rowIcon() + 2*spaceM } // the area that switches a row off
func gripWidth() float32  { return rowIcon() + spaceS }
func valueWidth() float32 { return 44 * textFactor() }
func maskWidth() float32  { return rowIcon() + spaceM } // the area that opens the mask

// stackRow displays one row of a stack: its eye, its title, the sign of its mask, its
// strength, and a grip. A tap takes it in hand, a tap on the eye switches it off, one on the
// mask opens that, dragging moves it. It belongs to the UI thread.
type stackRow struct {
	widget.BaseWidget

	// OnTaken is called when the row is tapped, OnEye when its eye is, OnMask when the sign
	// of its mask is.
	OnTaken, OnEye, OnMask func()
	// OnDragged is called with the number of places that the row has been dragged from
	// where the dragging began, OnDropped at the end.
	OnDragged func(places int)
	OnDropped func()
	// OnKey receives the keys that are typed while the row has the focus, and reports whether it
	// used one.
	OnKey func(*fyne.KeyEvent) bool

	row                       stack.Row
	title                     string
	inHand                    bool
	hovered, focused, dragged bool
	moved                     float32 // since the dragging began
}

func newStackRow() *stackRow {
	r := &stackRow{}
	r.ExtendBaseWidget(r)
	return r
}

// SetRow displays a row; title is what it is called, "" for one that asks for nothing.
func (r *stackRow) SetRow(row stack.Row, title string, inHand bool) {
	if r.row != row || r.title != title || r.inHand != inHand {
		r.row, r.title, r.inHand = row, title, inHand
		r.Refresh()
	}
}

// Tapped takes the row in hand or, on the eye, switches it off or on, or opens its mask.
func (r *stackRow) Tapped(e *fyne.PointEvent) {
	mask := maskLeft(r.Size().Width)
	switch {
	case e.Position.X < eyeWidth():
		r.OnEye()
	case e.Position.X >= mask && e.Position.X < mask+maskWidth():
		r.OnMask()
	default:
		r.OnTaken()
	}
}

// maskLeft is where the sign of the mask begins in a row of the given width.
func maskLeft(width float32) float32 {
	return width - gripWidth() - spaceS - valueWidth() - maskWidth()
}

// Dragged moves the row.
func (r *stackRow) Dragged(e *fyne.DragEvent) {
	r.moved += e.Dragged.DY
	if !r.dragged {
		r.dragged = true
		r.Refresh()
	}
	places := r.moved / (rowHeight() + rowGap)
	if places < 0 {
		places -= 0.5
	} else {
		places += 0.5
	}
	r.OnDragged(int(places))
}

// DragEnd ends the dragging.
func (r *stackRow) DragEnd() {
	r.moved, r.dragged = 0, false
	r.Refresh()
	r.OnDropped()
}

// TypedKey passes keys on: to the list, and what that has no use for to the window.
func (r *stackRow) TypedKey(k *fyne.KeyEvent) {
	if !r.OnKey(k) {
		passKey(r, k)
	}
}

// TypedRune passes a typed character on.
func (r *stackRow) TypedRune(c rune) { passRune(r, c) }

// FocusGained shows the focus ring.
func (r *stackRow) FocusGained() { r.focused = true; r.Refresh() }

// FocusLost hides the focus ring.
func (r *stackRow) FocusLost() { r.focused = false; r.Refresh() }

// MouseIn highlights the row.
func (r *stackRow) MouseIn(*desktop.MouseEvent) { r.hovered = true; r.Refresh() }

// MouseMoved does nothing.
func (r *stackRow) MouseMoved(*desktop.MouseEvent) {}

// MouseOut removes the highlight.
func (r *stackRow) MouseOut() { r.hovered = false; r.Refresh() }

// CreateRenderer implements fyne.Widget.
func (r *stackRow) CreateRenderer() fyne.WidgetRenderer {
	r.ExtendBaseWidget(r)
	view := &stackRowRenderer{
		row:    r,
		ground: &canvas.Rectangle{CornerRadius: spaceS},
		state:  &canvas.Rectangle{CornerRadius: spaceS},
		eye:    widget.NewIcon(nil),
		mask:   widget.NewIcon(nil),
		grip:   widget.NewIcon(theme.NewColoredResource(theme.MenuIcon(), colorMuted)),
		title:  widget.NewRichText(&widget.TextSegment{}),
		value:  &canvas.Text{Alignment: fyne.TextAlignTrailing},
	}
	view.title.Truncation = fyne.TextTruncateEllipsis
	view.paint()
	return view
}

type stackRowRenderer struct {
	row           *stackRow
	ground, state *canvas.Rectangle
	eye, grip     *widget.Icon
	mask          *widget.Icon
	title         *widget.RichText
	value         *canvas.Text
}

func (r *stackRowRenderer) Destroy()           {}
func (r *stackRowRenderer) MinSize() fyne.Size { return fyne.NewSize(180, rowHeight()) }

func (r *stackRowRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.state, r.eye, r.title, r.mask, r.value, r.grip}
}

func (r *stackRowRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.state.Resize(size)
	icon, top := fyne.NewSquareSize(rowIcon()), (size.Height-rowIcon())/2
	r.eye.Resize(icon)
	r.eye.Move(fyne.NewPos(spaceM, top))
	r.grip.Resize(icon)
	r.grip.Move(fyne.NewPos(size.Width-gripWidth(), top))
	r.mask.Resize(icon)
	r.mask.Move(fyne.NewPos(maskLeft(size.Width)+(maskWidth()-rowIcon())/2, top))
	right := size.Width - gripWidth() - spaceS
	height := r.value.MinSize().Height
	r.value.Resize(fyne.NewSize(valueWidth(), height))
	r.value.Move(fyne.NewPos(right-valueWidth(), (size.Height-height)/2))
	height = r.title.MinSize().Height
	r.title.Resize(fyne.NewSize(maskLeft(size.Width)-eyeWidth()+spaceM, height))
	r.title.Move(fyne.NewPos(eyeWidth()-spaceM, (size.Height-height)/2))
}

func (r *stackRowRenderer) paint() {
	w := r.row
	th := w.Theme()
	r.eye.SetResource(theme.VisibilityIcon())
	mask := colorMuted
	if !w.row.Mask.IsZero() {
		mask = theme.ColorNamePrimary
	}
	r.mask.SetResource(theme.NewColoredResource(iconMask(), mask))
	ink := theme.ColorNameForeground
	if w.row.Off {
		r.eye.SetResource(theme.NewColoredResource(theme.VisibilityOffIcon(), colorMuted))
	}
	if !w.inHand && (w.row.Off || w.title == "") {
		ink = colorMuted // on the ground of the row in hand it would be hard to read
	}
	text := w.title
	r.value.Text = signed(w.row.Strength)
	if text == "" {
		text, r.value.Text = lang.L("New change"), ""
	}
	title := r.title.Segments[0].(*widget.TextSegment)
	title.Text, title.Style.ColorName, title.Style.TextStyle.Bold = text, ink, w.inHand
	r.title.Refresh()
	r.value.Color, r.value.TextSize = themeColor(w, ink), th.Size(theme.SizeNameText)

	r.ground.FillColor, r.ground.StrokeColor, r.ground.StrokeWidth = color.Transparent, color.Transparent, 0
	if w.inHand {
		r.ground.FillColor = themeColor(w, theme.ColorNameSelection)
	}
	r.state.FillColor = color.Transparent
	if w.hovered {
		r.state.FillColor = themeColor(w, theme.ColorNameHover)
	}
	if w.dragged {
		r.state.FillColor = themeColor(w, theme.ColorNamePressed)
	}
	if w.focused {
		r.ground.StrokeColor, r.ground.StrokeWidth = themeColor(w, theme.ColorNamePrimary), 2
	}
}

func (r *stackRowRenderer) Refresh() {
	r.paint()
	canvas.Refresh(r.row)
}
