package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"
)

// Words of Fyne, which has them in all languages.
const (
	wordYes = "Yes"
	wordNo  = "No"
)

// confirmWidth is the width of a question's text in logical pixels.
const confirmWidth float32 = 460

// confirm asks whether something is to be done, and does it then.
func (e *editor) confirm(title, text string, do func()) {
	e.ask(title, text, lang.L(wordYes), lang.L(wordNo), func(yes bool) {
		if yes {
			do()
		}
	})
}

// ask asks a question; answer is called with the choice. Fyne's own dialog for it draws a large
// question mark behind the end of the text.
func (e *editor) ask(title, text, yes, no string, answer func(bool)) {
	label := widget.NewLabel(text)
	label.Wrapping = fyne.TextWrapWord
	label.Resize(fyne.NewSize(e.sheetSize(confirmWidth, 0).Width, 0)) // its height is known from now on
	d := dialog.NewCustomConfirm(title, yes, no, label, answer, e.win)
	d.Resize(fyne.NewSize(label.Size().Width+2*spaceL, d.MinSize().Height))
	d.Show()
}
