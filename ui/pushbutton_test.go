package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"deltaedit/engine"
)

// Space on a button leaves the focus there: the next Tab goes to what the button has opened.
func TestButtonKeepsTheFocus(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	r.target("red hair")
	c, mask := r.editor.win.Canvas(), r.editor.panel.mask
	c.Focus(mask.toggle)
	c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if !r.editor.masking.on {
		t.Fatal("Space has not opened the mask")
	}
	if c.Focused() != fyne.Focusable(mask.toggle) {
		t.Fatalf("after Space the focus is on %T", c.Focused())
	}
	f := r.frame(engine.StageFinal)
	f.Regions = regionsOf(0)
	r.editor.Frame(f)
	c.FocusNext()
	if c.Focused() != fyne.Focusable(mask.regions[0]) {
		t.Errorf("the next Tab goes to %T, want the first region", c.Focused())
	}
}
