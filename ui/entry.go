package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Shortcutable = (*promptEntry)(nil)
	_ fyne.Focusable    = (*promptEntry)(nil)
)

// promptEntry is a one-line text field that passes the window's own shortcuts on while
// it has the focus; a plain Entry swallows them.
type promptEntry struct {
	widget.Entry

	// OnShortcut receives shortcuts first and reports whether it handled one.
	OnShortcut func(fyne.Shortcut) bool

	// OnTyped is called with a text that the user has typed, after what Changed has set.
	OnTyped func(string)
	// OnKey receives typed keys first and reports whether it used one.
	OnKey func(*fyne.KeyEvent) bool
	// OnLeft is called when the entry loses the focus.
	OnLeft func()

	// quiet suppresses OnChanged while the program sets the text.
	quiet bool
}

func newPromptEntry(placeholder string) *promptEntry {
	e := &promptEntry{}
	e.PlaceHolder = placeholder
	e.Wrapping = fyne.TextWrapOff
	e.ExtendBaseWidget(e)
	return e
}

// Changed sets f to be called for text that the user types.
func (e *promptEntry) Changed(f func(string)) {
	e.OnChanged = func(text string) {
		if !e.quiet {
			f(text)
			if e.OnTyped != nil {
				e.OnTyped(text)
			}
		}
	}
}

// SetSilently sets the text without calling any callback.
func (e *promptEntry) SetSilently(text string) {
	if e.Text == text {
		return
	}
	e.quiet = true
	e.SetText(text)
	e.quiet = false
}

// TypedShortcut offers custom shortcuts to the window. Copy, paste and undo stay with
// the entry.
func (e *promptEntry) TypedShortcut(s fyne.Shortcut) {
	if _, custom := s.(*desktop.CustomShortcut); custom && e.OnShortcut != nil && e.OnShortcut(s) {
		return
	}
	e.Entry.TypedShortcut(s)
}

// TypedKey passes on what a text field has no use for: Escape and F1.
func (e *promptEntry) TypedKey(k *fyne.KeyEvent) {
	if e.OnKey != nil && e.OnKey(k) {
		return
	}
	if !passOwnKey(e, k) {
		e.Entry.TypedKey(k)
	}
}

// FocusLost implements fyne.Focusable.
func (e *promptEntry) FocusLost() {
	e.Entry.FocusLost()
	if e.OnLeft != nil {
		e.OnLeft()
	}
}
