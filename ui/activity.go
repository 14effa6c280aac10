package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/engine"
)

// activity is the card that shows what the engine is doing and offers to cancel it. It
// is hidden while the engine is idle. It belongs to the UI thread.
type activity struct {
	card     *fyne.Container
	ground   *canvas.Rectangle
	label    *widget.Label
	fraction *widget.ProgressBar
	endless  *widget.ProgressBarInfinite
	cancel   *pushButton
	// OnLayout is called when the card is shown or hidden.
	OnLayout func()
}

func newActivity(cancel func()) *activity {
	a := &activity{
		ground:   &canvas.Rectangle{CornerRadius: spaceM},
		label:    widget.NewLabel(""),
		fraction: widget.NewProgressBar(),
		endless:  widget.NewProgressBarInfinite(),
		cancel:   newButton(lang.L("Cancel"), nil, cancel),
	}
	a.label.Truncation = fyne.TextTruncateEllipsis
	a.fraction.TextFormatter = func() string { return "" }
	a.endless.Stop()
	a.endless.Hide()
	a.card = container.NewStack(a.ground, container.New(
		layout.NewCustomPaddedLayout(spaceS, spaceM, spaceM, spaceM),
		container.NewBorder(nil, nil, nil, container.NewCenter(a.cancel),
			container.NewVBox(a.label, container.New(&fixedHeight{spaceM + spaceS}, a.fraction, a.endless)))))
	a.card.Hide()
	a.restyle()
	return a
}

// restyle applies a changed theme.
func (a *activity) restyle() {
	a.ground.FillColor = themeColor(a.label, theme.ColorNameOverlayBackground)
	a.ground.StrokeColor = themeColor(a.label, theme.ColorNameSeparator)
	a.ground.StrokeWidth = 1
	a.ground.Refresh()
}

// Show displays the progress, or hides the card when the work is done.
func (a *activity) Show(p engine.Progress) {
	if p.Done {
		a.endless.Stop()
		a.setVisible(false)
		return
	}
	a.label.SetText(progressText(p))
	if p.Fraction < 0 || p.Fraction != p.Fraction {
		a.fraction.Hide()
		if !a.endless.Visible() || !a.card.Visible() {
			a.endless.Show()
			a.endless.Start()
		}
	} else {
		a.endless.Stop()
		a.endless.Hide()
		a.fraction.Show()
		a.fraction.SetValue(min(1, p.Fraction))
	}
	a.setVisible(true)
}

// progressText returns a text such as "Drawing by diffusion: step 5 of 20, 3 s left".
func progressText(p engine.Progress) string {
	if p.Steps == 0 {
		return taskText(p.Task)
	}
	about := map[string]any{"Task": taskText(p.Task), "Step": p.Step, "Steps": p.Steps}
	if left := p.Left.Round(time.Second); left > 0 {
		about["Seconds"] = int(left.Seconds())
		return lang.L("{{.Task}}: step {{.Step}} of {{.Steps}}, {{.Seconds}} s left", about)
	}
	return lang.L("{{.Task}}: step {{.Step}} of {{.Steps}}", about)
}

func (a *activity) setVisible(on bool) {
	if a.card.Visible() == on {
		return
	}
	a.card.Hidden = !on
	a.card.Refresh()
	if a.OnLayout != nil {
		a.OnLayout()
	}
}

// Busy reports whether the card is visible.
func (a *activity) Busy() bool { return a.card.Visible() }

// fixedHeight gives every object the full width and the same height.
type fixedHeight struct{ height float32 }

func (l *fixedHeight) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(1, l.height)
}

func (l *fixedHeight) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(fyne.NewSize(size.Width, l.height))
	}
}
