package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// keyRow is a line of the sheet of keys.
type keyRow struct{ keys, does string }

// keyGroup is a part of the sheet of keys.
type keyGroup struct {
	title string
	rows  []keyRow
}

// keyGroups returns the sheet of keys.
func keyGroups() []keyGroup {
	return []keyGroup{
		{lang.L("Photo"), []keyRow{
			{"Ctrl+O", lang.L("Open a photo")},
			{"Ctrl+R", lang.L("Random face")},
			{"Ctrl+V", lang.L("Paste a picture")},
			{"Ctrl+C", lang.L("Copy the picture")},
			{"Ctrl+E", lang.L("Export")},
			{"Ctrl+Shift+S", lang.L("Save a copy beside the photo")},
			{"Ctrl+B", lang.L("Show or hide the batch")},
		}},
		{lang.L("Edit"), []keyRow{
			{"Ctrl+Z", lang.L("Undo")},
			{"Ctrl+Shift+Z", lang.L("Redo")},
			{"Ctrl+H", lang.L("Show or hide the history")},
			{"Ctrl+T", lang.L("Show or hide variants: other strengths, presets on this face")},
			{"Ctrl+K", lang.L("Keep this result and go on from it")},
			{"Ctrl+N", lang.L("Add a change")},
			{"Ctrl+D", lang.L("Duplicate the change in hand")},
			{"Alt+↑ ↓", lang.L("Move the change in hand up or down")},
			{"1 – 9", lang.L("Choose a face")},
			{"F", lang.L("Mark a face that was missed with a box, or end that")},
			{"↓ ↑ ↵", lang.L("Take a completion of the prompt")},
			{"← →", lang.L("Move the focused slider, or the zoomed photo")},
			{"Tab", lang.L("Go to the next control")},
			{"Esc", lang.L("Cancel what is running")},
		}},
		{lang.L("Mask"), []keyRow{
			{"M", lang.L("Paint the mask of the change in hand, or end that")},
			{"[ ]", lang.L("Smaller or larger brush")},
			{"{ }", lang.L("Harder or softer brush")},
			{"X", lang.L("Brush or eraser")},
			{"I", lang.L("Invert the mask")},
			{"O", lang.L("Show or hide the mask")},
		}},
		{lang.L("View"), []keyRow{
			{lang.L("Space") + ", \\", lang.L("Held: show the photo as it was")},
			{"C", lang.L("Compare in the next way")},
			{", .", lang.L("Move the line of a split")},
			{"+ − 0", lang.L("Zoom; whole photo or 100 %")},
		}},
		{lang.L("Program"), []keyRow{
			{"F1", lang.L("Help")},
			{"?", lang.L("Keyboard")},
			{"Ctrl+,", lang.L("Preferences")},
			{"Ctrl+Q", lang.L("Quit")},
		}},
	}
}

// keySheet returns the sheet of keys in two columns, or in one of large text.
func keySheet() fyne.CanvasObject {
	columns := []*fyne.Container{container.NewVBox(), container.NewVBox()}
	if largeText() {
		columns = columns[:1]
	}
	sheet := container.NewGridWithColumns(len(columns))
	for _, c := range columns {
		sheet.Add(c)
	}
	for i, g := range keyGroups() {
		column := columns[i%len(columns)]
		title := widget.NewLabelWithStyle(g.title, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
		column.Add(title)
		rows := container.New(layout.NewFormLayout())
		for _, r := range g.rows {
			keys := widget.NewLabelWithStyle(r.keys, fyne.TextAlignLeading, fyne.TextStyle{Monospace: true})
			does := widget.NewLabel(r.does)
			does.Wrapping = fyne.TextWrapWord
			rows.Add(tight(keys))
			rows.Add(tight(does))
		}
		column.Add(rows)
	}
	return container.NewVScroll(sheet)
}

// tight takes away most of the space above and below a label.
func tight(o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(-spaceS-1, -spaceS-1, 0, 0), o)
}

// helpTopics returns the page of help: titles, and a text for each.
func helpTopics() [][2]string {
	return [][2]string{
		{lang.L("1. Open a photo"), lang.L("Drop one on the window, paste it, or take a sample. Faces that are seen from the front work best. If there are several, click the one to edit.")},
		{lang.L("2. Say what it should become"), lang.L("Type it, such as “smiling face with blond hair”, or press a preset. English is understood best; in Chinese, French, German, Japanese and Spanish the usual words are known. The edit is the difference between the two texts, so “face” is mostly enough for what it is.")},
		{lang.L("3. Set the strength, and export"), lang.L("1 is clearly visible, 0 changes nothing, negative goes the other way. The export never replaces your photo.")},
		{lang.L("Change a part only"), lang.L("Open “Mask” below the strength: choose regions such as the hair, or paint on the photo. The change then reaches only so far, and every change has a mask of its own.")},
		{lang.L("While you type"), lang.L("The list below the field shows what the model pack knows. A check mark means that it can be drawn; a warning sign, that the generator cannot. Other words are tried too, and the window says what it left out.")},
		{lang.L("Compare and zoom"), lang.L("Hold the space bar to see the photo as it was, or choose a comparison below the photo. The wheel zooms; a double click shows the photo's own pixels.")},
		{lang.L("If an edit looks wrong"), lang.L("Use less strength, or more focus under “Advanced”. “Refine the likeness” fits the face better to the photo, and the diffusion keeps more of it.")},
	}
}

// helpPage returns the page of help.
func helpPage() fyne.CanvasObject {
	page := container.NewVBox()
	for _, topic := range helpTopics() {
		text := widget.NewLabel(topic[1])
		text.Wrapping = fyne.TextWrapWord
		page.Add(container.New(layout.NewCustomPaddedVBoxLayout(-spaceM),
			widget.NewLabelWithStyle(topic[0], fyne.TextAlignLeading, fyne.TextStyle{Bold: true}), text))
	}
	return container.NewVScroll(page)
}

// showHelp opens the page of help, or the sheet of keys.
func (e *editor) showHelp(keys bool) {
	if e.dialogOpen() {
		return
	}
	tabs := container.NewAppTabs(
		container.NewTabItemWithIcon(lang.L("First steps"), theme.HelpIcon(), helpPage()),
		container.NewTabItemWithIcon(lang.L("Keyboard"), theme.ListIcon(), keySheet()))
	if keys {
		tabs.SelectIndex(1)
	}
	d := dialog.NewCustom(lang.L("Help"), lang.L("Close"), tabs, e.win)
	d.Resize(e.sheetSize(820, 620))
	e.showSheet(d)
}

// showSheet opens a dialog that asks nothing, which Escape closes.
func (e *editor) showSheet(d dialog.Dialog) {
	e.sheet = d
	d.SetOnClosed(func() { e.sheet = nil })
	d.Show()
}
