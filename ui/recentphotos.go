package ui

import (
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"deltaedit/ui/recent"
)

// prefRecent is the preference that holds the paths of the photos opened last.
const prefRecent = "photos.recent"

// rememberPhoto puts an opened photo in front of the recent ones.
func (e *editor) rememberPhoto(path string) {
	if abs, err := filepath.Abs(path); path != "" && err == nil {
		e.app.Preferences().SetStringList(prefRecent, recent.Add(e.app.Preferences().StringList(prefRecent), abs))
	}
}

// recentMenu returns the menu of photos opened last.
func (e *editor) recentMenu() *fyne.Menu {
	menu := fyne.NewMenu("")
	for _, path := range e.app.Preferences().StringList(prefRecent) {
		// The folder's name tells photos of one name apart.
		title := filepath.Base(path) + " – " + filepath.Base(filepath.Dir(path))
		menu.Items = append(menu.Items, fyne.NewMenuItem(title, func() { e.openPath(path) }))
	}
	if len(menu.Items) == 0 {
		none := fyne.NewMenuItem(lang.L("None yet"), nil)
		none.Disabled = true
		menu.Items = append(menu.Items, none)
		return menu
	}
	menu.Items = append(menu.Items, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(lang.L("Forget these"), e.forgetRecent))
	return menu
}

// forgetRecent empties the list.
func (e *editor) forgetRecent() { e.app.Preferences().SetStringList(prefRecent, nil) }
