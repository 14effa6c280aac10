package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// pushButton is a button that keeps the focus when it is pressed by a key. Fyne 2.8.1 takes it away
// then, as for a click, so that the next Tab would begin at the window's first control.
type pushButton struct{ widget.Button }

// newButton returns a button; icon may be nil.
func newButton(title string, icon fyne.Resource, tapped func()) *pushButton {
	b := &pushButton{widget.Button{Text: title, Icon: icon, OnTapped: tapped}}
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey presses the button on Space, and passes other keys on.
func (b *pushButton) TypedKey(k *fyne.KeyEvent) {
	if k.Name != fyne.KeySpace {
		passKey(b, k)
		return
	}
	c := fyne.CurrentApp().Driver().CanvasForObject(b)
	b.Button.TypedKey(k)
	if c != nil && c.Focused() == nil { // what was pressed has not moved the focus
		c.Focus(b)
	}
}

// TypedRune passes a typed character on.
func (b *pushButton) TypedRune(r rune) { passRune(b, r) }
