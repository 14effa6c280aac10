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
	content  *fyne.Container
	headline *canvas.Text
	hint     *canvas.Text
	caption  *canvas.Text
	steps    []*canvas.Text
	open     *pushButton
	random   *pushButton
	thumbs   []*thumb
}

func newEmptyState(open, random func(), samples []assets.Sample, openSample func(assets.Sample)) *emptyState {
	e := &emptyState{
		headline: canvas.NewText(lang.L("Drop a photo here, or open one"), nil),
		hint:     canvas.NewText(lang.L("Nothing leaves this computer"), nil),
		caption:  canvas.NewText(lang.L("Or try one of these"), nil),
		open:     newButton(lang.L("Open…"), theme.FolderOpenIcon(), open),
		random:   newButton(lang.L("Random face"), theme.ViewRefreshIcon(), random),
	}
	e.open.Importance = widget.HighImportance
	for _, t := range []*canvas.Text{e.headline, e.hint, e.caption} {
		t.Alignment = fyne.TextAlignCenter
	}

	icon := canvas.NewImageFromResource(fyne.NewStaticResource("icon.png", assets.Icon))
	icon.FillMode = canvas.ImageFillContain
	icon.SetMinSize(fyne.NewSquareSize(72))

	steps := container.New(layout.NewCustomPaddedVBoxLayout(2))
	for _, text := range []string{
		lang.L("1. Open a photo"), lang.L("2. Say what it should become"), lang.L("3. Set the strength, and export"),
	} {
		step := canvas.NewText(text, nil)
		e.steps = append(e.steps, step)
		steps.Add(step)
	}

	rows := []fyne.CanvasObject{
		icon, gap(spaceM), e.headline, e.hint, gap(spaceM),
		container.NewCenter(steps), gap(spaceM),
		container.NewCenter(container.NewHBox(e.open, e.random)),
	}
	if len(samples) > 0 {
		grid := container.New(layout.NewCustomPaddedHBoxLayout(spaceM))
		for _, s := range samples {
			t := newThumb(func() { openSample(s) })
			e.thumbs = append(e.thumbs, t)
			grid.Add(t)
		}
		rows = append(rows, gap(spaceL), e.caption, gap(spaceS), container.NewCenter(grid))
	}
	// It is scrolled where large text does not fit.
	e.content = container.NewStack(container.NewScroll(
		container.NewCenter(container.New(layout.NewCustomPaddedVBoxLayout(spaceS), rows...))))
	e.restyle()
	return e
}

// restyle applies a changed theme.
func (e *emptyState) restyle() {
	th := e.open.Theme()
	e.headline.Color = themeColor(e.open, theme.ColorNameForeground)
	e.headline.TextSize = th.Size(theme.SizeNameSubHeadingText)
	for _, t := range append([]*canvas.Text{e.hint, e.caption}, e.steps...) {
		t.Color = themeColor(e.open, colorMuted)
		t.TextSize = th.Size(theme.SizeNameText)
	}
	e.content.Refresh()
}

// gap returns empty space of the given width and height.
func gap(size float32) fyne.CanvasObject {
	r := canvas.NewRectangle(nil)
	r.SetMinSize(fyne.NewSquareSize(size))
	return r
}
