package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"deltaedit/ui/savedstate"
	"deltaedit/ui/zoom"
)

// shortcut returns a key with Ctrl, or Command on a Mac.
func shortcut(key fyne.KeyName, more fyne.KeyModifier) *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault | more}
}

// alt returns a key with Alt.
func alt(key fyne.KeyName) *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierAlt}
}

// bindKeys installs the window's keyboard shortcuts.
func (e *editor) bindKeys() {
	e.shortcuts = map[string]func(){}
	for s, f := range map[fyne.Shortcut]func(){
		shortcut(fyne.KeyO, 0):                     e.showOpen,
		shortcut(fyne.KeyE, 0):                     e.showExport,
		shortcut(fyne.KeyS, 0):                     e.showExport,
		shortcut(fyne.KeyS, fyne.KeyModifierShift): e.saveBeside,
		&fyne.ShortcutCopy{}:                       e.copyImage,
		&fyne.ShortcutPaste{}:                      e.paste,
		shortcut(fyne.KeyR, 0):                     e.randomFace,
		shortcut(fyne.KeyComma, 0):                 e.showPreferences,
		shortcut(fyne.KeyQ, 0):                     e.quit,
		shortcut(fyne.KeyZ, fyne.KeyModifierShift): e.redo,
		shortcut(fyne.KeyN, 0):                     e.addRow,
		shortcut(fyne.KeyH, 0):                     e.toggleHistory,
		shortcut(fyne.KeyT, 0):                     e.toggleVariants,
		shortcut(fyne.KeyB, 0):                     e.toggleBatch,
		shortcut(fyne.KeyK, 0):                     e.keep,
		shortcut(fyne.KeyD, 0):                     e.duplicateRow,
		alt(fyne.KeyUp):                            func() { e.moveRow(-1) },
		alt(fyne.KeyDown):                          func() { e.moveRow(1) },
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

// typedShortcut runs one of the window's shortcuts and reports whether it is one.
func (e *editor) typedShortcut(s fyne.Shortcut) bool {
	f, ok := e.shortcuts[s.ShortcutName()]
	if ok {
		f()
	}
	return ok
}

// keyDown displays the photo without edits while Space or \ is down. While Space is down,
// the pointer moves the photo.
func (e *editor) keyDown(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace:
		e.viewport.gesture.panKey = true
		e.hold(true)
	case fyne.KeyBackslash:
		e.hold(true)
	}
}

func (e *editor) keyUp(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace:
		e.viewport.gesture.panKey = false
		e.hold(false)
	case fyne.KeyBackslash:
		e.hold(false)
	}
}

// leave ends the hold of Space when another window takes the keyboard focus, because
// the key's release would not be reported.
func (e *editor) leave() {
	e.viewport.gesture.panKey = false
	e.hold(false)
}

// panStep is the part of the viewport that an arrow key moves the photo by.
const panStep = 0.15

func (e *editor) typedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyF1:
		e.showHelp(false)
	case fyne.KeyEscape:
		e.escape()
	case fyne.KeyLeft:
		e.viewport.PanBy(panStep, 0)
	case fyne.KeyRight:
		e.viewport.PanBy(-panStep, 0)
	case fyne.KeyUp:
		e.viewport.PanBy(0, panStep)
	case fyne.KeyDown:
		e.viewport.PanBy(0, -panStep)
	}
}

// dividerStep is the part of the viewport that a key moves the line of a split by.
const dividerStep = 0.05

// typedRune selects a face by its number, marks one, zooms, changes the comparison, or paints
// a mask.
func (e *editor) typedRune(r rune) {
	if r == '?' {
		e.showHelp(true)
		return
	}
	if !e.open() || e.maskRune(r) {
		return
	}
	switch {
	case r == 'm':
		e.toggleMasking()
	case r == 'f':
		e.toggleMarking()
	case r >= '1' && r <= '9' && !e.settings.Aligned:
		e.chooseFace(int(r - '1'))
	case r == '+' || r == '=':
		e.viewport.ZoomBy(zoom.Step)
	case r == '-':
		e.viewport.ZoomBy(1 / zoom.Step)
	case r == '0':
		e.viewport.ToggleZoom()
	case r == 'c':
		e.nextMode()
	case r == ',':
		e.viewport.MoveDivider(-dividerStep)
	case r == '.':
		e.viewport.MoveDivider(dividerStep)
	}
}

// escape gives up the box around a face, cancels the engine's work, or otherwise leaves the
// mask or the text field.
func (e *editor) escape() {
	if e.sheet != nil {
		e.sheet.Hide()
		return
	}
	if e.marking.on {
		e.toggleMarking()
		return
	}
	if e.activity.Busy() || e.animation.path != "" || e.contact.ctx != nil {
		e.cancel()
		return
	}
	if e.masking.on {
		e.toggleMasking()
		return
	}
	if e.batch.shown() {
		e.toggleBatch()
		return
	}
	e.win.Canvas().Unfocus()
}

// cancel stops the engine's work.
func (e *editor) cancel() {
	e.backend.Cancel()
	e.keepDone(false)
	e.past.going = nil
	e.marking.photo = savedstate.Photo{}
	e.refineOver()
	e.endAnimation()
	e.endContactSheet()
}
