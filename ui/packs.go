package ui

import (
	"path/filepath"

	"fyne.io/fyne/v2"

	"deltaedit/engine/pack"
)

// packMenu lists the model packs; the one in use is checked, and one whose
// manifest cannot be used cannot be chosen.
func (e *editor) packMenu() *fyne.Menu {
	menu := fyne.NewMenu("")
	for _, l := range e.packs() {
		item := fyne.NewMenuItem(packTitle(l), func() { e.usePack(l) })
		item.Checked = e.inUse(l)
		item.Disabled = l.Err != nil
		menu.Items = append(menu.Items, item)
	}
	return menu
}

// packTitle is such as "Faces (faces)".
func packTitle(l pack.Listing) string {
	if l.Title == "" || l.Title == l.Name {
		return l.Name
	}
	return l.Title + " (" + l.Name + ")"
}

// inUse reports whether the pack is the one in use. What was asked for on the
// command line may be a folder.
func (e *editor) inUse(l pack.Listing) bool {
	used := e.status.Pack
	if used == "" {
		used = pack.Default
	}
	return l.Name == used || l.Dir == filepath.Clean(used)
}

// usePack changes to another pack. Its relevance threshold is its own: scores of
// one pack mean nothing to another.
func (e *editor) usePack(l pack.Listing) {
	if e.inUse(l) {
		return
	}
	e.settings.Threshold = packThreshold
	o := e.options()
	o.Pack = l.Dir
	e.backend.Use(o)
}
