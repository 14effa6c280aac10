package ui

import (
	"math"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
)

func TestKeyText(t *testing.T) {
	for want, s := range map[string]fyne.KeyboardShortcut{
		"F1":           &desktop.CustomShortcut{KeyName: fyne.KeyF1},
		"Ctrl+Shift+S": &desktop.CustomShortcut{KeyName: fyne.KeyS, Modifier: fyne.KeyModifierShift | fyne.KeyModifierControl},
		"Alt+↑":        &desktop.CustomShortcut{KeyName: fyne.KeyUp, Modifier: fyne.KeyModifierAlt},
		"Ctrl+,":       &desktop.CustomShortcut{KeyName: fyne.KeyComma, Modifier: fyne.KeyModifierControl},
	} {
		if got := keyText(s); got != want {
			t.Errorf("want %q, got %q", want, got)
		}
	}
}

// TestShortcutsOfMenusAreReadable: they are drawn as the text is, and begin at one place.
func TestShortcutsOfMenusAreReadable(t *testing.T) {
	r := newRig(t)
	want := map[string]string{"Undo": "Ctrl+Z", "History": "Ctrl+H", "Preferences…": "Ctrl+,", "Quit": "Ctrl+Q", "Mark a face": "F", "Paste a picture": "Ctrl+V"}
	size := r.app.Settings().Theme().Size(theme.SizeNameText)
	column := float64(0)
	for _, item := range withKeys(r.editor.moreMenu()).Items {
		if item.Shortcut != nil {
			t.Errorf("Fyne draws the shortcut of %q", item.Label)
		}
		title, keys, ok := strings.Cut(item.Label, "  ")
		if !ok {
			continue
		}
		if w, ok := want[title]; ok && w == strings.TrimSpace(keys) {
			delete(want, title)
		}
		if item.Icon != nil {
			continue
		}
		at := float64(fyne.MeasureText(strings.TrimSuffix(item.Label, strings.TrimSpace(keys)), size, fyne.TextStyle{}).Width)
		if column == 0 {
			column = at
		}
		if !(math.Abs(at-column) < 4) {
			t.Errorf("the shortcut of %q begins at %.1f, another at %.1f", title, at, column)
		}
	}
	if len(want) > 0 || column == 0 {
		t.Errorf("not in the menu: %v", want)
	}
}
