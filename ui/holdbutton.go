package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

var _ desktop.Mouseable = (*holdButton)(nil)

// holdButton is a button that is active while it is pressed.
type holdButton struct {
	widget.Button

	// OnHold is called with true on press and with false on release.
	OnHold func(bool)
}

func newHoldButton(text string, icon fyne.Resource, hold func(bool)) *holdButton {
	b := &holdButton{OnHold: hold}
	b.Text, b.Icon = text, icon
	b.ExtendBaseWidget(b)
	return b
}

// MouseDown starts the hold.
func (b *holdButton) MouseDown(e *desktop.MouseEvent) {
	if e.Button == desktop.MouseButtonPrimary && !b.Disabled() {
		b.OnHold(true)
	}
}

// MouseUp ends the hold.
func (b *holdButton) MouseUp(*desktop.MouseEvent) { b.OnHold(false) }

// MouseOut ends a hold when the pointer leaves the button.
func (b *holdButton) MouseOut() {
	b.Button.MouseOut()
	b.OnHold(false)
}

// TypedKey passes keys on.
func (b *holdButton) TypedKey(k *fyne.KeyEvent) { passKey(b, k) }

// TypedRune passes a typed character on.
func (b *holdButton) TypedRune(r rune) { passRune(b, r) }
