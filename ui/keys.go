package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// shortcut is Ctrl, or Command on a Mac, with a key.
func shortcut(key fyne.KeyName, more fyne.KeyModifier) *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault | more}
}

// bindKeys makes the window answer to the keyboard.
func (e *editor) bindKeys() {
	e.shortcuts = map[string]func(){}
	for s, f := range map[fyne.Shortcut]func(){
		shortcut(fyne.KeyO, 0):                     e.showOpen,
		shortcut(fyne.KeyE, 0):                     e.showExport,
		shortcut(fyne.KeyS, 0):                     e.showExport,
		shortcut(fyne.KeyR, 0):                     e.randomFace,
		shortcut(fyne.KeyQ, 0):                     e.win.Close,
		shortcut(fyne.KeyZ, fyne.KeyModifierShift): e.redo,
		&fyne.ShortcutUndo{}:                       e.undo,
		&fyne.ShortcutRedo{}:                       e.redo,
	} {
		e.shortcuts[s.ShortcutName()] = f
		e.win.Canvas().AddShortcut(s, func(fyne.Shortcut) { f() })
	}
	c := e.win.Canvas()
	c.SetOnTypedKey(e.typedKey)
	c.SetOnTypedRune(e.typedRune)
	if d, ok := c.(desktop.Canvas); ok {
		d.SetOnKeyDown(e.keyDown)
		d.SetOnKeyUp(e.keyUp)
	}
}

// typedShortcut runs a shortcut of the window and reports whether it is one.
func (e *editor) typedShortcut(s fyne.Shortcut) bool {
	f, ok := e.shortcuts[s.ShortcutName()]
	if ok {
		f()
	}
	return ok
}

// keyDown shows the photo without edits while Space is down.
func (e *editor) keyDown(k *fyne.KeyEvent) {
	if k.Name == fyne.KeySpace {
		e.hold(true)
	}
}

func (e *editor) keyUp(k *fyne.KeyEvent) {
	if k.Name == fyne.KeySpace {
		e.hold(false)
	}
}

// leave lets Space go when another window takes the keyboard: its release would
// never be told.
func (e *editor) leave() { e.hold(false) }

func (e *editor) typedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyEscape {
		e.escape()
	}
}

// typedRune chooses a face by its number.
func (e *editor) typedRune(r rune) {
	if r >= '1' && r <= '9' && !e.settings.Aligned {
		e.chooseFace(int(r - '1'))
	}
}

// escape cancels what the engine is busy with, or else leaves the field.
func (e *editor) escape() {
	if e.activity.Busy() {
		e.cancel()
		return
	}
	e.win.Canvas().Unfocus()
}

// cancel stops the engine's work.
func (e *editor) cancel() {
	e.backend.Cancel()
	e.refineOver()
}
