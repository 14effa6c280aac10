package ui

import "fyne.io/fyne/v2/driver/desktop"

// attention is whether a widget has the focus and the pointer. A widget embeds it, sets
// changed to its Refresh, and is a fyne.Focusable and a desktop.Hoverable but for the keys.
// It belongs to the UI thread.
type attention struct {
	hovered, focused bool
	changed          func()
}

// FocusGained shows the focus ring.
func (a *attention) FocusGained() { a.focused = true; a.changed() }

// FocusLost hides the focus ring.
func (a *attention) FocusLost() { a.focused = false; a.changed() }

// MouseIn highlights the widget.
func (a *attention) MouseIn(*desktop.MouseEvent) { a.hovered = true; a.changed() }

// MouseMoved does nothing.
func (a *attention) MouseMoved(*desktop.MouseEvent) {}

// MouseOut removes the highlight.
func (a *attention) MouseOut() { a.hovered = false; a.changed() }
