package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
)

// connectRows sets the callbacks of the list of rows.
func (e *editor) connectRows() {
	l := e.panel.rows
	l.add.OnTapped = e.addRow
	l.duplicate.OnTapped = e.duplicateRow
	l.remove.OnTapped = e.deleteRowInHand
	l.more.OnTapped = e.showRowMenu
	l.OnTaken, l.OnEye, l.OnDelete = e.takeRow, e.toggleRow, e.deleteRow
	l.OnDragged, l.OnDropped = e.dragRow, e.rowDropped
}

// rowMenu returns the commands on rows that have no button.
func (e *editor) rowMenu() *fyne.Menu {
	st := e.settings.stack()
	up := fyne.NewMenuItem(lang.L("Move up"), func() { e.moveRow(-1) })
	up.Shortcut, up.Disabled = alt(fyne.KeyUp), st.Hand() == 0
	down := fyne.NewMenuItem(lang.L("Move down"), func() { e.moveRow(1) })
	down.Shortcut, down.Disabled = alt(fyne.KeyDown), st.Hand() == st.Len()-1
	every := fyne.NewMenuItem(lang.L("Apply to every face"), e.everyFace)
	every.Disabled = len(e.subject.Faces) < 2 || e.settings.Aligned
	return fyne.NewMenu("", up, down, every, fyne.NewMenuItemSeparator(), e.keepItem())
}

func (e *editor) showRowMenu() {
	b := e.panel.rows.more
	below := fyne.CurrentApp().Driver().AbsolutePositionForObject(b).AddXY(0, b.Size().Height)
	e.showMenu(e.rowMenu(), below)
}
