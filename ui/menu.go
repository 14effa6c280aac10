package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// appearances by the name kept in the preferences.
var appearances = map[string]*fyne.ThemeVariant{
	"":      nil,
	"dark":  variant(theme.VariantDark),
	"light": variant(theme.VariantLight),
}

func variant(v fyne.ThemeVariant) *fyne.ThemeVariant { return &v }

// setAppearance changes between dark, light and what the system says.
func (e *editor) setAppearance(name string) {
	e.app.Preferences().SetString(prefAppearance, name)
	e.app.Settings().SetTheme(newTheme(appearances[name]))
	e.restyle()
}

// showMore shows what has no button of its own.
func (e *editor) showMore() {
	current := e.app.Preferences().String(prefAppearance)
	looks := fyne.NewMenuItem(lang.L("Appearance"), nil)
	looks.ChildMenu = fyne.NewMenu("")
	for _, look := range []struct{ name, title string }{
		{"", lang.L("As the system")}, {"dark", lang.L("Dark")}, {"light", lang.L("Light")},
	} {
		item := fyne.NewMenuItem(look.title, func() { e.setAppearance(look.name) })
		item.Checked = look.name == current
		looks.ChildMenu.Items = append(looks.ChildMenu.Items, item)
	}

	undo := fyne.NewMenuItem(lang.L("Undo"), e.undo)
	undo.Shortcut, undo.Disabled = shortcut(fyne.KeyZ, 0), len(e.history.past) == 0
	redo := fyne.NewMenuItem(lang.L("Redo"), e.redo)
	redo.Shortcut, redo.Disabled = shortcut(fyne.KeyZ, fyne.KeyModifierShift), len(e.history.future) == 0
	quit := fyne.NewMenuItem(lang.L("Quit"), e.win.Close)
	quit.Shortcut = shortcut(fyne.KeyQ, 0)

	packs := fyne.NewMenuItem(lang.L("Model pack"), nil)
	packs.ChildMenu = e.packMenu()

	providers := fyne.NewMenuItem(lang.L("Runs on"), nil)
	providers.ChildMenu = e.providerMenu()

	strip := e.app.Preferences().Bool(prefStripPrivate)
	private := fyne.NewMenuItem(lang.L("Export without place, names and serial numbers"), func() { e.setStripPrivate(!strip) })
	private.Checked = strip

	menu := fyne.NewMenu("", undo, redo, fyne.NewMenuItemSeparator(), packs, providers, private, looks,
		fyne.NewMenuItem(lang.L("Keyboard"), e.showKeyboard), fyne.NewMenuItemSeparator(), quit)
	below := fyne.CurrentApp().Driver().AbsolutePositionForObject(e.panel.more).AddXY(0, e.panel.more.Size().Height)
	widget.ShowPopUpMenuAtPosition(menu, e.win.Canvas(), below)
}

// showKeyboard lists the keys.
func (e *editor) showKeyboard() {
	form := widget.NewForm()
	for _, row := range [][2]string{
		{"Ctrl+O", lang.L("Open a photo")},
		{"Ctrl+R", lang.L("Random face")},
		{"Ctrl+E", lang.L("Export PNG")},
		{"Ctrl+Z", lang.L("Undo")},
		{"Ctrl+Shift+Z", lang.L("Redo")},
		{lang.L("Space (hold)"), lang.L("Show the photo as it was")},
		{"1 – 9", lang.L("Choose a face")},
		{"← →", lang.L("Move the focused slider")},
		{"Esc", lang.L("Cancel what is running")},
		{"Ctrl+Q", lang.L("Quit")},
	} {
		form.Append(row[0], widget.NewLabel(row[1]))
	}
	dialog.ShowCustom(lang.L("Keyboard"), lang.L("Close"), form, e.win)
}
