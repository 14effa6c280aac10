package ui

import (
	"runtime"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// showMenu opens a menu at a place of the window.
func (e *editor) showMenu(m *fyne.Menu, at fyne.Position) {
	widget.ShowPopUpMenuAtPosition(withKeys(m), e.win.Canvas(), at)
}

// withKeys returns a menu in which the shortcuts stand behind the texts of the items, in one column.
// Fyne draws shortcuts with a fifth of the text's opacity: a contrast of 1.5 to 1.
func withKeys(m *fyne.Menu) *fyne.Menu {
	size := fyne.CurrentApp().Settings().Theme().Size(theme.SizeNameText)
	width := func(text string) float32 { return fyne.MeasureText(text, size, fyne.TextStyle{}).Width }
	begins := func(it *fyne.MenuItem) float32 {
		if it.Icon == nil {
			return 0
		}
		return fyne.CurrentApp().Settings().Theme().Size(theme.SizeNameInlineIcon) + theme.InnerPadding()
	}
	column := float32(0)
	for _, it := range m.Items {
		if it.Shortcut != nil {
			column = fyne.Max(column, begins(it)+width(it.Label))
		}
	}
	space, out := width(" "), fyne.NewMenu(m.Label)
	for _, it := range m.Items {
		with := *it
		if keys, ok := it.Shortcut.(fyne.KeyboardShortcut); ok {
			gap := (column+2*spaceL-begins(it)-width(it.Label))/space + 0.5
			with.Label, with.Shortcut = it.Label+strings.Repeat(" ", int(gap))+keyText(keys), nil
		}
		out.Items = append(out.Items, &with)
	}
	return out
}

// keyText returns what a shortcut is called, such as "Ctrl+Shift+Z".
func keyText(s fyne.KeyboardShortcut) string {
	super := "Super"
	if runtime.GOOS == "darwin" {
		super = "Cmd"
	}
	text := ""
	for _, m := range []struct {
		modifier fyne.KeyModifier
		name     string
	}{
		{fyne.KeyModifierControl, "Ctrl"},
		{fyne.KeyModifierAlt, "Alt"},
		{fyne.KeyModifierShift, "Shift"},
		{fyne.KeyModifierSuper, super},
	} {
		if s.Mod()&m.modifier != 0 {
			text += m.name + "+"
		}
	}
	switch s.Key() {
	case fyne.KeyUp:
		return text + "↑"
	case fyne.KeyDown:
		return text + "↓"
	}
	return text + string(s.Key())
}
