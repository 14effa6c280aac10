package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
)

// appearances maps the name stored in the preferences to a theme variant.
var appearances = map[string]*fyne.ThemeVariant{
	"":      nil,
	"dark":  themeVariant(theme.VariantDark),
	"light": themeVariant(theme.VariantLight),
}

func themeVariant(v fyne.ThemeVariant) *fyne.ThemeVariant { return &v }

// setAppearance switches between dark, light and the system's setting.
func (e *editor) setAppearance(name string) {
	e.app.Preferences().SetString(prefAppearance, name)
	e.applyTheme()
}

// applyTheme displays the window as the preferences say.
func (e *editor) applyTheme() {
	e.app.Settings().SetTheme(preferredTheme(e.app.Preferences()))
	e.restyle()
}

// preferredTheme returns the theme that the preferences ask for.
func preferredTheme(p fyne.Preferences) *studioTheme {
	t := newTheme(appearances[p.String(prefAppearance)])
	t.text = float32(textPercent(p)) / 100
	t.han = fontFor(windowLanguage(p))
	return t
}

// showMore opens the menu of commands that have no button.
func (e *editor) showMore() {
	below := fyne.CurrentApp().Driver().AbsolutePositionForObject(e.panel.more).AddXY(0, e.panel.more.Size().Height)
	e.showMenu(e.moreMenu(), below)
}

func (e *editor) moreMenu() *fyne.Menu {
	undo := fyne.NewMenuItem(lang.L("Undo"), e.undo)
	undo.Shortcut, undo.Disabled = shortcut(fyne.KeyZ, 0), !e.canUndo()
	redo := fyne.NewMenuItem(lang.L("Redo"), e.redo)
	redo.Shortcut, redo.Disabled = shortcut(fyne.KeyZ, fyne.KeyModifierShift), !e.canRedo()
	quit := fyne.NewMenuItem(lang.L("Quit"), e.quit)
	quit.Shortcut = shortcut(fyne.KeyQ, 0)

	packs := fyne.NewMenuItem(lang.L("Model pack"), nil)
	packs.ChildMenu = e.packMenu()

	providers := fyne.NewMenuItem(lang.L("Runs on"), nil)
	providers.ChildMenu = e.providerMenu()

	recent := fyne.NewMenuItem(lang.L("Open recent"), nil)
	recent.ChildMenu = e.recentMenu()
	paste := fyne.NewMenuItem(lang.L("Paste a picture"), e.paste)
	paste.Shortcut = &fyne.ShortcutPaste{}
	copied := fyne.NewMenuItem(lang.L("Copy the picture"), e.copyImage)
	copied.Shortcut, copied.Disabled = &fyne.ShortcutCopy{}, !e.open()
	beside := fyne.NewMenuItem(lang.L("Save a copy beside the photo"), e.saveBeside)
	beside.Shortcut, beside.Disabled = shortcut(fyne.KeyS, fyne.KeyModifierShift), !e.open()
	mark := fyne.NewMenuItem(lang.L("Mark a face"), e.toggleMarking)
	mark.Shortcut, mark.Disabled = &desktop.CustomShortcut{KeyName: fyne.KeyF}, !e.canMark()
	animate := fyne.NewMenuItem(lang.L("Animate the strength…"), e.showAnimate)
	animate.Disabled = !e.open()
	contact := fyne.NewMenuItem(lang.L("Contact sheet…"), e.showContactSheet)
	contact.Disabled = !e.open()

	help := fyne.NewMenuItem(lang.L("Help"), func() { e.showHelp(false) })
	help.Shortcut = &desktop.CustomShortcut{KeyName: fyne.KeyF1}
	keys := fyne.NewMenuItem(lang.L("Keyboard"), func() { e.showHelp(true) })
	about := fyne.NewMenuItem(lang.L("About…"), e.showAbout)
	preferences := fyne.NewMenuItem(lang.L("Preferences…"), e.showPreferences)
	preferences.Shortcut = shortcut(fyne.KeyComma, 0)

	return fyne.NewMenu("", undo, redo, e.historyItem(), e.variantsItem(), e.keepItem(), e.clearHistoryItem(), fyne.NewMenuItemSeparator(),
		recent, paste, copied, beside, mark, animate, contact, e.batchItem(), fyne.NewMenuItemSeparator(), packs, providers,
		preferences, help, keys, about, fyne.NewMenuItemSeparator(), quit)
}
