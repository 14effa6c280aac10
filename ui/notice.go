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

// noticeKind says how much a notice matters.
type noticeKind int

const (
	noticeInfo noticeKind = iota
	noticeSuccess
	noticeWarning
	noticeError
)

// noticeKey is what a notice is about: a newer one on the same subject replaces the older.
type noticeKey string

const (
	noticeProvider noticeKey = "provider"
	noticePrompt   noticeKey = "prompt"
	noticeFailure  noticeKey = "failure"
	noticeExport   noticeKey = "export"
	noticeOpen     noticeKey = "open"
	noticePhoto    noticeKey = "photo"
	noticeRefine   noticeKey = "refine"
	noticeFace     noticeKey = "face"
	noticeSession  noticeKey = "session"
)

// noticeBoard stacks bars that stay until they are dismissed or replaced. It
// never takes the focus. It belongs to the UI thread.
type noticeBoard struct {
	box  *fyne.Container
	bars map[noticeKey]*noticeBar
	// OnLayout is called when the board's height changed.
	OnLayout func()
}

func newNoticeBoard() *noticeBoard {
	return &noticeBoard{box: container.NewVBox(), bars: map[noticeKey]*noticeBar{}}
}

// Show puts up a notice in place of an older one on the same subject. The
// same text again changes nothing.
func (b *noticeBoard) Show(key noticeKey, kind noticeKind, text string) {
	if old, ok := b.bars[key]; ok {
		if old.text == text && old.kind == kind {
			return
		}
		b.box.Remove(old)
	}
	b.put(key, newNoticeBar(kind, text, func() { b.Clear(key) }))
}

// noticeAction is a button on a notice.
type noticeAction struct {
	Title string
	// Main is the answer that most people will want.
	Main bool
	Do   func()
}

// Ask puts up a notice with buttons, in place of an older one on the same
// subject. It stays until one of them takes it down.
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

// Tell shows sentences about a subject, a line each, or takes the notice down
// when there are none.
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

// Clear takes the notice on that subject down.
func (b *noticeBoard) Clear(key noticeKey) {
	if bar, ok := b.bars[key]; ok {
		delete(b.bars, key)
		b.box.Remove(bar)
		b.layout()
	}
}

// Text returns the notice on that subject, "" for none.
func (b *noticeBoard) Text(key noticeKey) string {
	if bar, ok := b.bars[key]; ok {
		return bar.text
	}
	return ""
}

var _ fyne.Widget = (*noticeBar)(nil)

// noticeBar is one notice: a coloured edge, an icon, the text and a button
// to dismiss it, or the buttons of a question.
type noticeBar struct {
	widget.BaseWidget
	kind    noticeKind
	text    string
	dismiss func()
	actions []noticeAction
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

// CreateRenderer makes the bar's look.
func (b *noticeBar) CreateRenderer() fyne.WidgetRenderer {
	b.ExtendBaseWidget(b)
	icon, edge := b.accent()
	r := &noticeRenderer{bar: b, edgeName: edge}
	r.ground = &canvas.Rectangle{CornerRadius: spaceM, StrokeWidth: 1}
	label := widget.NewLabel(b.text)
	label.Wrapping = fyne.TextWrapWord
	label.Selectable = true
	r.content = container.New(
		layout.NewCustomPaddedLayout(spaceS, spaceS, spaceM, spaceS),
		container.NewBorder(nil, nil, container.NewCenter(widget.NewIcon(icon)), container.NewCenter(b.buttons()), label),
	)
	r.paint()
	return r
}

// buttons are those at the bar's end.
func (b *noticeBar) buttons() fyne.CanvasObject {
	if len(b.actions) == 0 {
		close := widget.NewButtonWithIcon("", theme.CancelIcon(), b.dismiss)
		close.Importance = widget.LowImportance
		return close
	}
	row := container.NewHBox()
	for _, a := range b.actions {
		button := widget.NewButton(a.Title, a.Do)
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
