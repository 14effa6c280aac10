package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

var _ desktop.Mouseable = (*holdButton)(nil)

// holdButton acts while it is pressed.
type holdButton struct {
	widget.Button

	// OnHold is called with true at the press and with false at the release.
	OnHold func(bool)
}

func newHoldButton(text string, icon fyne.Resource, hold func(bool)) *holdButton {
	b := &holdButton{OnHold: hold}
	b.Text, b.Icon = text, icon
	b.ExtendBaseWidget(b)
	return b
}

// MouseDown begins the hold.
func (b *holdButton) MouseDown(e *desktop.MouseEvent) {
	if e.Button == desktop.MouseButtonPrimary && !b.Disabled() {
		b.OnHold(true)
	}
}

// MouseUp ends the hold.
func (b *holdButton) MouseUp(*desktop.MouseEvent) { b.OnHold(false) }

// MouseOut ends a hold that is released elsewhere.
func (b *holdButton) MouseOut() {
	b.Button.MouseOut()
	b.OnHold(false)
}
