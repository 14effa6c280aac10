package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/assets"
)

// emptyState invites the user to drop or open a photo while none is open.
type emptyState struct {
	content *fyne.Container
	icon    *canvas.Image // hidden in large text, which needs the room
	texts   []*widget.RichText
	open    *pushButton
	random  *pushButton
	thumbs  []*thumb
}

func newEmptyState(open, random func(), samples []assets.Sample, openSample func(assets.Sample)) *emptyState {
	e := &emptyState{
		open:   newButton(lang.L("Open…"), theme.FolderOpenIcon(), open),
		random: newButton(lang.L("Random face"), theme.ViewRefreshIcon(), random),
	}
	e.open.Importance = widget.HighImportance

	e.icon = canvas.NewImageFromResource(fyne.NewStaticResource("icon.png", assets.Icon))
	e.icon.FillMode = canvas.ImageFillContain
	e.icon.SetMinSize(fyne.NewSquareSize(72))

	column := &middleColumn{}
	steps := e.text(fyne.TextAlignLeading, theme.SizeNameText, colorMuted,
		lang.L("1. Open a photo"), lang.L("2. Say what it should become"), lang.L("3. Set the strength, and export"))
	rows := []fyne.CanvasObject{
		e.icon,
		e.text(fyne.TextAlignCenter, theme.SizeNameSubHeadingText, theme.ColorNameForeground, lang.L("Drop a photo here, or open one")),
		e.text(fyne.TextAlignCenter, theme.SizeNameText, colorMuted, lang.L("Nothing leaves this computer")),
		container.New(&block{steps}, steps),
		container.NewCenter(container.New(pairLayout{func() float32 { return column.width }}, e.open, e.random)),
	}
	if len(samples) > 0 {
		grid := container.New(layout.NewCustomPaddedHBoxLayout(spaceM))
		for _, s := range samples {
			t := newThumb(func() { openSample(s) })
			e.thumbs = append(e.thumbs, t)
			grid.Add(t)
		}
		rows = append(rows, e.text(fyne.TextAlignCenter, theme.SizeNameText, colorMuted, lang.L("Or try one of these")), container.NewCenter(grid))
	}
	// It is scrolled where large text does not fit.
	e.content = container.NewStack(container.NewVScroll(container.New(column, rows...)))
	e.restyle()
	return e
}

// text returns lines that are broken where they do not fit.
func (e *emptyState) text(at fyne.TextAlign, size fyne.ThemeSizeName, ink fyne.ThemeColorName, lines ...string) *widget.RichText {
	t := widget.NewRichText()
	for _, line := range lines {
		t.Segments = append(t.Segments, &widget.TextSegment{Text: line, Style: widget.RichTextStyle{Alignment: at, ColorName: ink, SizeName: size}})
	}
	t.Wrapping = fyne.TextWrapWord
	e.texts = append(e.texts, t)
	return t
}

// restyle applies a changed theme.
func (e *emptyState) restyle() {
	e.icon.Hidden = largeText()
	e.content.Refresh()
}

// block centres a text that is as wide as its longest line, at most as wide as there is room.
type block struct{ text *widget.RichText }

func (b *block) width() float32 {
	widest := float32(0)
	for _, s := range b.text.Segments {
		text := s.(*widget.TextSegment)
		size := b.text.Theme().Size(text.Style.SizeName)
		widest = fyne.Max(widest, fyne.MeasureText(text.Text, size, text.Style.TextStyle).Width)
	}
	return widest + 2*b.text.Theme().Size(theme.SizeNameInnerPadding) + 1
}

// MinSize implements fyne.Layout.
func (b *block) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

// Layout implements fyne.Layout.
func (b *block) Layout(o []fyne.CanvasObject, size fyne.Size) {
	width := fyne.Min(b.width(), size.Width)
	o[0].Move(fyne.NewPos((size.Width-width)/2, 0))
	o[0].Resize(fyne.NewSize(width, size.Height))
}

// middleColumn places objects below each other in the middle. Each gets the full width before it is
// asked for its height, since texts know theirs then.
type middleColumn struct{ width float32 }

// MinSize implements fyne.Layout.
func (l *middleColumn) MinSize(o []fyne.CanvasObject) (size fyne.Size) {
	for _, c := range o {
		if c.Visible() {
			least := c.MinSize()
			size.Width, size.Height = fyne.Max(size.Width, least.Width), size.Height+least.Height+spaceS
		}
	}
	return size.AddWidthHeight(2*spaceL, 2*spaceM)
}

// Layout implements fyne.Layout.
func (l *middleColumn) Layout(o []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width - 2*spaceL
	for range 2 { // a block knows the height of its text after it has its width
		for _, c := range o {
			c.Resize(fyne.NewSize(l.width, c.MinSize().Height))
		}
	}
	y := fyne.Max(spaceM, (size.Height-l.MinSize(o).Height)/2+spaceM)
	for _, c := range o {
		if !c.Visible() {
			continue
		}
		height := c.MinSize().Height
		c.Move(fyne.NewPos(spaceL, y))
		c.Resize(fyne.NewSize(l.width, height))
		y += height + spaceS
	}
}

// gap returns empty space of the given width and height.
func gap(size float32) fyne.CanvasObject {
	r := canvas.NewRectangle(nil)
	r.SetMinSize(fyne.NewSquareSize(size))
	return r
}
