package ui

import (
	"testing"

	"fyne.io/fyne/v2"
)

// TestFileDialogsOpen in the size that the window allows.
func TestFileDialogsOpen(t *testing.T) {
	r := large(t)
	r.win.Resize(fyne.NewSize(1280, 800))
	for name, open := range map[string]func(){
		"open": r.editor.showOpen, "export": r.editor.showExport, "folder": r.editor.showAddFolder,
	} {
		open()
		top := r.win.Canvas().Overlays().Top()
		if top == nil {
			t.Fatalf("%s: no dialog is open", name)
		}
		r.win.Canvas().Overlays().Remove(top)
	}
}
