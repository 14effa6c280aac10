package ui

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/ui/comparison"
	"deltaedit/ui/zoom"
)

// viewbar is the bar below the photo: how it is compared, and how large it is seen. It
// belongs to the UI thread.
type viewbar struct {
	content *fyne.Container
	ground  ground
	flow    *flowLayout

	compare      *pushButton
	out, percent *pushButton
	in           *pushButton
	percentSpace *fixedSize // of the percentage, which must not push the buttons about
	// OnLayout is called when the bar may need another height.
	OnLayout func()
	// shown is the percentage that is displayed.
	shown int
}

func newViewbar() *viewbar {
	b := &viewbar{
		ground:  newGround(),
		compare: newButton("", iconCompare(), nil),
		out:     newButton("", theme.ZoomOutIcon(), nil),
		percent: newButton("100 %", nil, nil),
		in:      newButton("", theme.ZoomInIcon(), nil),
	}
	for _, button := range b.buttons() {
		button.Importance = widget.LowImportance
	}
	b.ShowMode(comparison.After)
	b.percentSpace, b.flow = &fixedSize{}, &flowLayout{gap: spaceS}
	b.content = container.NewStack(b.ground.Raster, container.New(
		layout.NewCustomPaddedLayout(0, 0, spaceM, spaceM),
		container.New(b.flow, container.NewHBox(b.compare), container.NewHBox(b.out, container.New(b.percentSpace, b.percent), b.in))))
	b.restyle()
	return b
}

func (b *viewbar) buttons() []*pushButton {
	return []*pushButton{b.compare, b.out, b.percent, b.in}
}

// restyle applies a changed theme.
func (b *viewbar) restyle() {
	b.ground.SetColor(themeColor(b.compare, colorPanel))
	b.percentSpace.size = newButton("3200 %", nil, nil).MinSize()
	b.content.Refresh()
}

// Enable enables or disables the controls.
func (b *viewbar) Enable(photo bool) {
	for _, button := range b.buttons() {
		if photo {
			button.Enable()
		} else {
			button.Disable()
		}
	}
}

// ShowMode displays how the pictures are compared.
func (b *viewbar) ShowMode(m comparison.Mode) {
	title := sentence(modeTitle(m))
	if m == comparison.After {
		title = lang.L("Compare: {{.How}}", map[string]any{"How": modeTitle(m)})
	}
	b.compare.SetText(title)
	if b.content != nil {
		b.content.Refresh() // the button has another width
		if b.OnLayout != nil {
			b.OnLayout()
		}
	}
}

// ShowPercent displays the scale, in device pixels for a pixel of the photo.
func (b *viewbar) ShowPercent(percent int) {
	if b.shown != percent {
		b.shown = percent
		b.percent.SetText(strconv.Itoa(percent) + " %")
	}
}

// modeTitle returns the name of a way to compare.
func modeTitle(m comparison.Mode) string {
	switch m {
	case comparison.Split:
		return lang.L("split")
	case comparison.SplitAcross:
		return lang.L("split across")
	case comparison.SideBySide:
		return lang.L("side by side")
	case comparison.Difference:
		return lang.L("difference")
	}
	return lang.L("off")
}

// modes are the ways to compare, in the order of the menu.
var modes = []comparison.Mode{comparison.After, comparison.Split, comparison.SplitAcross, comparison.SideBySide, comparison.Difference}

// connectView sets the callbacks of the viewport and its bar.
func (e *editor) connectView() {
	e.viewport.OnResized = e.resized
	e.viewport.OnFace = e.chooseFace
	e.viewport.OnView = e.viewed
	e.viewport.OnPan = func() { e.hold(false) }
	e.viewbar.compare.OnTapped = e.showModes
	e.viewbar.out.OnTapped = func() { e.viewport.ZoomBy(1 / zoom.Step) }
	e.viewbar.in.OnTapped = func() { e.viewport.ZoomBy(zoom.Step) }
	e.viewbar.percent.OnTapped = e.viewport.ToggleZoom
}

// showModes opens the menu of ways to compare.
func (e *editor) showModes() {
	menu := fyne.NewMenu("")
	for _, m := range modes {
		item := fyne.NewMenuItem(sentence(modeTitle(m)), func() { e.compareBy(m) })
		item.Checked = m == e.compare.mode
		menu.Items = append(menu.Items, item)
	}
	popUp := widget.NewPopUpMenu(menu, e.win.Canvas())
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(e.viewbar.compare)
	popUp.ShowAtPosition(at.SubtractXY(0, popUp.MinSize().Height))
}

// nextMode changes to the next way to compare.
func (e *editor) nextMode() {
	for i, m := range modes {
		if m == e.compare.mode {
			e.compareBy(modes[(i+1)%len(modes)])
			return
		}
	}
}

// viewed is called when another part of the photo is seen. The part is asked for once the
// hand is still.
func (e *editor) viewed() {
	e.viewbar.ShowPercent(e.viewport.zoom.Percent())
	if e.open() && !e.viewport.zoom.Serves(e.viewport.asked) {
		e.resized()
	}
}
