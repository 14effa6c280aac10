package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// noticeKind is the severity of a notice.
type noticeKind int

const (
	noticeInfo noticeKind = iota
	noticeSuccess
	noticeWarning
	noticeError
)

// noticeKey is the subject of a notice. A new notice replaces an older one with the
// same key.
type noticeKey string

const (
	noticeProvider  noticeKey = "provider"
	noticePrompt    noticeKey = "prompt"
	noticeSpelling  noticeKey = "spelling"
	noticeFailure   noticeKey = "failure"
	noticeExport    noticeKey = "export"
	noticeOpen      noticeKey = "open"
	noticePhoto     noticeKey = "photo"
	noticeRefine    noticeKey = "refine"
	noticeFace      noticeKey = "face"
	noticeState     noticeKey = "state"
	noticeRecipe    noticeKey = "recipe"
	noticeAnimation noticeKey = "animation"
	noticeMask      noticeKey = "mask"
	noticeMark      noticeKey = "mark"
	noticeContact   noticeKey = "contact"
	noticeBatch     noticeKey = "batch"
)

// noticeBoard is a stack of bars that stay until they are dismissed or replaced. It
// never takes the focus. It belongs to the UI thread.
type noticeBoard struct {
	box  *fyne.Container
	bars map[noticeKey]*noticeBar
	// OnLayout is called when the board's height has changed.
	OnLayout func()
}

func newNoticeBoard() *noticeBoard {
	return &noticeBoard{box: container.NewVBox(), bars: map[noticeKey]*noticeBar{}}
}

// Show adds a notice and replaces an older one with the same key. The same text again
// changes nothing.
func (b *noticeBoard) Show(key noticeKey, kind noticeKind, text string) {
	b.ShowDetails(key, kind, text, "")
}

// ShowError is ShowDetails for an error.
func (b *noticeBoard) ShowError(key noticeKey, text, details string) {
	b.ShowDetails(key, noticeError, text, details)
}

// ShowDetails is Show with details that can be unfolded and copied.
func (b *noticeBoard) ShowDetails(key noticeKey, kind noticeKind, text, details string) {
	if old, ok := b.bars[key]; ok {
		if old.text == text && old.kind == kind && old.details == details {
			return
		}
		b.box.Remove(old)
	}
	bar := newNoticeBar(kind, text, func() { b.Clear(key) })
	bar.details, bar.unfolded = details, b.layout
	b.put(key, bar)
}

// noticeAction is a button on a notice.
type noticeAction struct {
	Title string
	// Main marks the default answer.
	Main bool
	Do   func()
}

// Ask adds a notice with buttons and replaces an older one with the same key. It stays
// until one of the buttons removes it.
func (b *noticeBoard) Ask(key noticeKey, kind noticeKind, text string, actions ...noticeAction) {
	b.Clear(key)
	bar := newNoticeBar(kind, text, nil)
	bar.actions = actions
	b.put(key, bar)
}

func (b *noticeBoard) put(key noticeKey, bar *noticeBar) {
	b.bars[key] = bar
	b.box.Add(bar)
	b.layout()
}

// Tell displays sentences on a subject, one per line, or removes the notice when there
// are none.
func (b *noticeBoard) Tell(key noticeKey, kind noticeKind, lines []string) {
	if len(lines) == 0 {
		b.Clear(key)
		return
	}
	b.Show(key, kind, strings.Join(lines, "\n"))
}

func (b *noticeBoard) layout() {
	if b.OnLayout != nil {
		b.OnLayout()
	}
}

// Clear removes the notice with that key.
func (b *noticeBoard) Clear(key noticeKey) {
	if bar, ok := b.bars[key]; ok {
		delete(b.bars, key)
		b.box.Remove(bar)
		b.layout()
	}
}

// Text returns the text of the notice with that key, or "" for none.
func (b *noticeBoard) Text(key noticeKey) string {
	if bar, ok := b.bars[key]; ok {
		return bar.text
	}
	return ""
}

var _ fyne.Widget = (*noticeBar)(nil)

// noticeBar is one notice: a coloured edge, an icon, the text, and a button to dismiss
// it or the buttons of a question.
type noticeBar struct {
	widget.BaseWidget
	kind    noticeKind
	text    string
	dismiss func()
	actions []noticeAction
	// details is what can be unfolded below the text; "" for nothing. unfolded is called
	// when it was unfolded or folded.
	details  string
	unfolded func()
	box      fyne.CanvasObject // of the details, once there is one
}

func newNoticeBar(kind noticeKind, text string, dismiss func()) *noticeBar {
	b := &noticeBar{kind: kind, text: text, dismiss: dismiss}
	b.ExtendBaseWidget(b)
	return b
}

func (b *noticeBar) accent() (fyne.Resource, fyne.ThemeColorName) {
	switch b.kind {
	case noticeError:
		return theme.NewErrorThemedResource(theme.ErrorIcon()), theme.ColorNameError
	case noticeWarning:
		return theme.NewWarningThemedResource(theme.WarningIcon()), theme.ColorNameWarning
	case noticeSuccess:
		return theme.NewSuccessThemedResource(theme.ConfirmIcon()), theme.ColorNameSuccess
	default:
		return theme.NewPrimaryThemedResource(theme.InfoIcon()), theme.ColorNamePrimary
	}
}

// CreateRenderer implements fyne.Widget.
func (b *noticeBar) CreateRenderer() fyne.WidgetRenderer {
	b.ExtendBaseWidget(b)
	icon, edge := b.accent()
	r := &noticeRenderer{bar: b, edgeName: edge}
	r.ground = &canvas.Rectangle{CornerRadius: spaceM, StrokeWidth: 1}
	label := widget.NewLabel(b.text)
	label.Wrapping = fyne.TextWrapWord
	label.Selectable = true
	var text, end fyne.CanvasObject = label, container.NewCenter(b.buttons())
	switch {
	case b.details != "":
		text = container.NewVBox(label, b.detailsBox())
	case len(b.actions) > 0 && largeText():
		text, end = container.NewVBox(label, container.NewHBox(layout.NewSpacer(), b.buttons())), nil
	}
	r.content = container.New(
		layout.NewCustomPaddedLayout(spaceS, spaceS, spaceM, spaceS),
		container.NewBorder(nil, nil, container.NewCenter(widget.NewIcon(icon)), end, text),
	)
	r.paint()
	return r
}

// buttons returns the buttons at the end of the bar.
func (b *noticeBar) buttons() fyne.CanvasObject {
	if len(b.actions) == 0 {
		close := newButton("", theme.CancelIcon(), b.dismiss)
		close.Importance = widget.LowImportance
		return close
	}
	row := container.NewHBox()
	if largeText() {
		row = container.NewVBox()
	}
	for _, a := range b.actions {
		button := newButton(a.Title, nil, a.Do)
		if a.Main {
			button.Importance = widget.HighImportance
		}
		row.Add(button)
	}
	return row
}

type noticeRenderer struct {
	bar      *noticeBar
	edgeName fyne.ThemeColorName
	ground   *canvas.Rectangle
	content  *fyne.Container
}

func (r *noticeRenderer) Destroy()           {}
func (r *noticeRenderer) MinSize() fyne.Size { return r.content.MinSize() }

func (r *noticeRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.content}
}

func (r *noticeRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.content.Resize(size)
}

func (r *noticeRenderer) paint() {
	r.ground.FillColor = themeColor(r.bar, theme.ColorNameOverlayBackground)
	r.ground.StrokeColor = themeColor(r.bar, r.edgeName)
}

func (r *noticeRenderer) Refresh() {
	r.paint()
	r.content.Refresh()
	canvas.Refresh(r.bar)
}
