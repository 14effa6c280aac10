package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// mostDetails is the height that details take at most in logical pixels; longer ones are
// scrolled.
const mostDetails = 140

// detailsBox returns a bar's details, folded, with buttons to unfold and to copy them.
// It is always the same object, since renderers are made again.
func (b *noticeBar) detailsBox() fyne.CanvasObject {
	if b.box == nil {
		b.box = b.newDetails()
	}
	return b.box
}

func (b *noticeBar) newDetails() fyne.CanvasObject {
	label := widget.NewLabel(b.details)
	label.Wrapping = fyne.TextWrapBreak
	label.Selectable = true
	label.TextStyle = fyne.TextStyle{Monospace: true}
	scroll := container.NewVScroll(label)
	scroll.SetMinSize(fyne.NewSize(0, mostDetails))
	scroll.Hide()

	fold := newButton(lang.L("Details"), theme.MenuExpandIcon(), nil)
	fold.Importance = widget.LowImportance
	copied := newButton(lang.L("Copy"), theme.ContentCopyIcon(), func() {
		fyne.CurrentApp().Clipboard().SetContent(b.details)
	})
	copied.Importance = widget.LowImportance
	copied.Hide()
	fold.OnTapped = func() {
		if scroll.Visible() {
			scroll.Hide()
			copied.Hide()
			fold.SetIcon(theme.MenuExpandIcon())
		} else {
			scroll.Show()
			copied.Show()
			fold.SetIcon(theme.MenuDropDownIcon())
		}
		b.Refresh()
		if b.unfolded != nil {
			b.unfolded()
		}
	}
	return container.NewVBox(scroll, container.NewHBox(fold, copied))
}
