package ui

import (
	"path/filepath"

	"fyne.io/fyne/v2"

	"deltaedit/engine/pack"
	"deltaedit/ui/stack"
)

// packMenu lists the model packs. The one in use is checked; one whose manifest is
// invalid is disabled.
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

// packTitle returns a title such as "Faces (faces)".
func packTitle(l pack.Listing) string {
	if l.Title == "" || l.Title == l.Name {
		return l.Name
	}
	return l.Title + " (" + l.Name + ")"
}

// inUse reports whether the pack is the one in use. The command line may have given a
// folder.
func (e *editor) inUse(l pack.Listing) bool {
	used := e.status.Pack
	if used == "" {
		used = pack.Default
	}
	return l.Name == used || l.Dir == filepath.Clean(used)
}

// usePack switches to another pack. The relevance thresholds are reset, because scores of
// different packs are not comparable.
func (e *editor) usePack(l pack.Listing) {
	if e.inUse(l) {
		return
	}
	e.settings = e.settings.mapRows(func(r stack.Row) stack.Row {
		r.Threshold = stack.OwnThreshold
		return r
	})
	clear(e.ownThresholds)
	o := e.options()
	o.Pack = l.Dir
	e.backend.Use(o)
}
