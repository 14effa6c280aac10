package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"deltaedit/engine"
)

// controls gives the focus to every control of the window in turn.
func (r *rig) controls(visit func(fyne.Focusable)) {
	c := r.editor.win.Canvas()
	c.Unfocus()
	c.FocusNext()
	for first := c.Focused(); ; {
		at := c.Focused()
		visit(at)
		c.Focus(at)
		c.FocusNext()
		if c.Focused() == first {
			return
		}
	}
}

// TestHelpWhereverTheFocusIs: F1 opens the help and Escape closes it, whatever control has the focus.
func TestHelpWhereverTheFocusIs(t *testing.T) {
	key := func(at fyne.Focusable, name fyne.KeyName) { at.TypedKey(&fyne.KeyEvent{Name: name}) }
	for name, prepare := range map[string]func(*rig){
		"empty": func(*rig) {},
		"photo": func(r *rig) {
			r.photo(engine.Subject{})
			r.target("red hair")
			r.editor.toggleHistory()
			r.editor.toggleVariants()
			r.editor.toggleMasking()
			r.editor.panel.toggleAdvanced()
		},
		"batch": func(r *rig) { r.editor.toggleBatch() },
	} {
		r := newRig(t)
		prepare(r)
		seen := map[fyne.Focusable]bool{}
		r.controls(func(at fyne.Focusable) {
			seen[at] = true
			key(at, fyne.KeyF1)
			if r.editor.sheet == nil {
				t.Errorf("%s: F1 on %T opens no help", name, at)
				return
			}
			key(at, fyne.KeyEscape)
			if r.editor.sheet != nil {
				t.Errorf("%s: Escape on %T does not close it", name, at)
				r.editor.sheet.Hide()
			}
		})
		if len(seen) < 20 {
			t.Errorf("%s: found only %d controls", name, len(seen))
		}
	}
}
