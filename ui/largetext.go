package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// textFactor returns how much larger text is than at the first start: 1 to 2.
func textFactor() float32 {
	if t, ok := fyne.CurrentApp().Settings().Theme().(*studioTheme); ok {
		return max(t.text, 1)
	}
	return 1
}

// largeText reports whether text is so large that what stands side by side in small text should
// stand below each other.
func largeText() bool { return textFactor() > 1.4 }

// panelSpace is the width of the controls. It grows less than the text does, so that the photo
// keeps about half of a small window.
func panelSpace() float32 { return panelWidth * fyne.Min(textFactor(), 1.3) }

// sheetSize returns the size of a dialog that wants a size at a text of 100 %, as far as the
// window allows.
func (e *editor) sheetSize(width, height float32) fyne.Size {
	size, factor := e.win.Canvas().Size(), textFactor()
	return fyne.NewSize(fyne.Min(width*factor, size.Width-4*spaceL), fyne.Min(height*factor, size.Height-2*spaceL))
}

// newForm returns a form. In large text its questions stand above the fields.
func newForm(items ...*widget.FormItem) *widget.Form {
	form := widget.NewForm(items...)
	if largeText() {
		form.Orientation = widget.Vertical
	}
	return form
}

// fittingTitle returns the title of a dialog about files: the long one where there is room for it
// beside the dialog's buttons. Fyne 2.8.1 makes a dialog as wide as its title.
func (e *editor) fittingTitle(long, short string) string {
	const buttons = 180
	size := fyne.CurrentApp().Settings().Theme().Size(theme.SizeNameText)
	width := fyne.MeasureText(long, size, fyne.TextStyle{Bold: true}).Width
	if width+buttons > fyne.Min(900, e.win.Canvas().Size().Width-4*spaceL) {
		return short
	}
	return long
}

var _ fyne.Layout = pairLayout{}

// pairLayout places buttons side by side: equally wide where they have room for it, as wide as they
// need where that fits, and otherwise below each other. width returns the room that there is.
type pairLayout struct{ width func() float32 }

// need returns how much room the buttons need side by side, and the widest of them.
func (pairLayout) need(o []fyne.CanvasObject) (all, widest float32) {
	for _, c := range o {
		w := c.MinSize().Width
		all, widest = all+w, fyne.Max(widest, w)
	}
	return all + spaceS*float32(len(o)-1), widest
}

// MinSize implements fyne.Layout.
func (l pairLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	all, widest := l.need(o)
	if all <= l.width() {
		return fyne.NewSize(all, tallest(o))
	}
	return fyne.NewSize(widest, (tallest(o)+spaceS)*float32(len(o))-spaceS)
}

// Layout implements fyne.Layout.
func (l pairLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	all, widest := l.need(o)
	n := float32(len(o))
	if all > l.width() { // below each other
		height := (size.Height+spaceS)/n - spaceS
		for i, c := range o {
			c.Move(fyne.NewPos(0, (height+spaceS)*float32(i)))
			c.Resize(fyne.NewSize(size.Width, height))
		}
		return
	}
	equal, x := (size.Width+spaceS)/n-spaceS, float32(0)
	for _, c := range o {
		width := equal
		if widest > equal {
			width = c.MinSize().Width + (size.Width-all)/n
		}
		c.Move(fyne.NewPos(x, 0))
		c.Resize(fyne.NewSize(width, size.Height))
		x += width + spaceS
	}
}
