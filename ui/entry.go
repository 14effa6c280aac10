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

// promptEntry is a line of text that lets the window's own shortcuts through
// while it has the focus; a plain Entry swallows them.
type promptEntry struct {
	widget.Entry

	// OnShortcut is offered shortcuts first and reports whether it took one.
	OnShortcut func(fyne.Shortcut) bool
	// OnEscape is called when Escape is typed.
	OnEscape func()

	// quiet keeps OnChanged silent while the program sets the text.
	quiet bool
}

func newPromptEntry(placeholder string) *promptEntry {
	e := &promptEntry{}
	e.PlaceHolder = placeholder
	e.Wrapping = fyne.TextWrapOff
	e.ExtendBaseWidget(e)
	return e
}

// Changed calls f for text that a person typed.
func (e *promptEntry) Changed(f func(string)) {
	e.OnChanged = func(text string) {
		if !e.quiet {
			f(text)
		}
	}
}

// SetSilently sets the text without calling anyone.
func (e *promptEntry) SetSilently(text string) {
	if e.Text == text {
		return
	}
	e.quiet = true
	e.SetText(text)
	e.quiet = false
}

// TypedShortcut offers custom shortcuts to the window; copying, pasting and
// undoing text stay with the entry.
func (e *promptEntry) TypedShortcut(s fyne.Shortcut) {
	if _, custom := s.(*desktop.CustomShortcut); custom && e.OnShortcut != nil && e.OnShortcut(s) {
		return
	}
	e.Entry.TypedShortcut(s)
}

// TypedKey gives Escape to the window.
func (e *promptEntry) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyEscape && e.OnEscape != nil {
		e.OnEscape()
		return
	}
	e.Entry.TypedKey(k)
}
