package ui

import "fyne.io/fyne/v2"

// Fyne gives every key to the control that has the focus, and to the window only when none has it.
// Controls give the keys that they have no use for to the window by the two functions below, so that
// F1 and Escape work wherever the focus is.

// passKey gives a typed key that a control has no use for to its window.
func passKey(from fyne.CanvasObject, k *fyne.KeyEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(from); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(k)
	}
}

// passOwnKey is passKey for a control that uses most keys: it gives F1 and Escape alone to the window,
// and reports whether the key was one of these.
func passOwnKey(from fyne.CanvasObject, k *fyne.KeyEvent) bool {
	own := k.Name == fyne.KeyEscape || k.Name == fyne.KeyF1
	if own {
		passKey(from, k)
	}
	return own
}

// passRune gives a typed character to the window of a control. A space presses the control.
func passRune(from fyne.CanvasObject, r rune) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(from); c != nil && c.OnTypedRune() != nil && r != ' ' {
		c.OnTypedRune()(r)
	}
}

// pressed reports whether a key presses a control that has the focus.
func pressed(k *fyne.KeyEvent) bool {
	return k.Name == fyne.KeySpace || k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter
}
