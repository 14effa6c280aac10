package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/ui/queue"
)

// batchPage is the batch in the place of the photo: what is asked, the photos, and how far
// they are. It has no logic of its own: the editor sets the callbacks. It belongs to the
// UI thread.
type batchPage struct {
	content *fyne.Container
	ground  *canvas.Rectangle

	addPhoto, addFolder, close *pushButton
	// edits chooses what is done: the changes in the list, or a preset.
	edits    *dropDown
	template *promptEntry
	folder   *widget.Label
	choose   *pushButton

	list     *keyedList
	hint     *widget.Label
	progress *widget.ProgressBar
	status   *widget.Label
	start    *pushButton // starts, pauses and goes on
	retry    *pushButton
	clear    *pushButton

	shown queue.Snapshot
	// OnRow displays a photo in a row of the list.
	OnRow func(queue.Item, *batchRow)
	// OnPicked is called with a photo that was tapped.
	OnPicked func(queue.Item)
	rows     map[fyne.CanvasObject]*batchRow
}

// newBatchPage returns the page. notices are drawn over its head, and it leaves them the room.
func newBatchPage(presets []string, notices fyne.CanvasObject) *batchPage {
	p := &batchPage{ground: canvas.NewRectangle(nil), rows: map[fyne.CanvasObject]*batchRow{}}
	low := func(title string, icon fyne.Resource) *pushButton {
		b := newButton(title, icon, nil)
		b.Importance = widget.LowImportance
		return b
	}
	p.addPhoto, p.addFolder = low(lang.L("Add a photo…"), theme.FileImageIcon()), low(lang.L("Add a folder…"), theme.FolderOpenIcon())
	p.close = low("", theme.CancelIcon())
	title := widget.NewLabelWithStyle(lang.L("Batch"), fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	flow := &flowLayout{gap: spaceS}
	head := container.New(flow, title, p.addPhoto, p.addFolder, p.close)

	p.edits = newDropDown(append([]string{lang.L("The changes in the list")}, presets...))
	p.edits.SetSelectedIndex(0)
	p.template = newPromptEntry("")
	p.template.SetText(queue.DefaultTemplate)
	p.template.Validator = queue.CheckTemplate
	p.folder = widget.NewLabel("")
	p.folder.Truncation = fyne.TextTruncateEllipsis
	p.choose = newButton(lang.L("Choose…"), nil, nil)
	caption := func(text string) fyne.CanvasObject { return widget.NewLabel(text) }
	form := container.New(layout.NewFormLayout(),
		caption(lang.L("What is done")), p.edits,
		caption(lang.L("Names")), p.template,
		caption(lang.L("Folder")), container.NewBorder(nil, nil, nil, p.choose, p.folder))

	p.list = newKeyedList(func() int { return len(p.shown.Items) },
		func() fyne.CanvasObject {
			r := newBatchRow()
			p.rows[r.content] = r
			return r.content
		},
		func(i widget.ListItemID, o fyne.CanvasObject) {
			if i < len(p.shown.Items) {
				p.OnRow(p.shown.Items[i], p.rows[o])
			}
		})
	p.list.OnSelected = func(i widget.ListItemID) {
		p.list.Unselect(i)
		if i < len(p.shown.Items) {
			p.OnPicked(p.shown.Items[i])
		}
	}
	p.hint = widget.NewLabelWithStyle(lang.L("Drop photos or a folder here. Each gets the same changes; the photos themselves stay as they are."), fyne.TextAlignCenter, fyne.TextStyle{})
	p.hint.Wrapping = fyne.TextWrapWord

	p.progress = widget.NewProgressBar()
	p.progress.TextFormatter = func() string { return "" }
	p.status = widget.NewLabel("")
	p.status.Truncation = fyne.TextTruncateEllipsis
	p.start = newButton("", theme.MediaPlayIcon(), nil)
	p.start.Importance = widget.HighImportance
	p.retry, p.clear = low(lang.L("Retry"), theme.ViewRefreshIcon()), low(lang.L("Clear"), theme.DeleteIcon())
	foot := container.New(flow, p.status, p.retry, p.clear, p.start)

	// It is scrolled where large text leaves too little room for the list.
	p.content = container.NewStack(p.ground, container.New(&belowNotices{notices}, container.NewVScroll(container.New(
		layout.NewCustomPaddedLayout(spaceM, spaceM, spaceL, spaceL),
		container.New(&batchLayout{flow}, head, container.NewVBox(form, widget.NewSeparator()),
			container.New(&listLayout{}, p.list, p.hint),
			container.New(&fixedHeight{spaceS}, p.progress), foot)))))
	p.content.Hide()
	p.restyle()
	return p
}

// restyle applies a changed theme.
func (p *batchPage) restyle() {
	p.ground.FillColor = themeColor(p.list, theme.ColorNameBackground)
	p.content.Refresh()
}

// Show displays the state of the batch. folder is where the pictures go.
func (p *batchPage) Show(s queue.Snapshot, folder string) {
	p.shown = s
	if p.folder.Text != folder {
		p.folder.SetText(folder)
	}
	waiting, done, failed := s.Count(queue.Waiting), s.Count(queue.Done), s.Count(queue.Failed)
	p.hint.Hidden = len(s.Items) > 0
	p.hint.Refresh()
	for _, w := range []fyne.Disableable{p.edits, p.template, p.choose} {
		enable(w, !s.Started && !s.Running)
	}
	if s.Started {
		if p.template.Text != s.Order.Template {
			p.template.SetText(s.Order.Template)
		}
		if s.Order.Title != "" && p.edits.Selected != s.Order.Title {
			p.edits.Selected = s.Order.Title
			p.edits.Refresh()
		}
	}
	text, icon := lang.L("Start"), theme.MediaPlayIcon()
	switch {
	case s.Running:
		text, icon = lang.L("Pause"), theme.MediaPauseIcon()
	case s.Started:
		text = lang.L("Go on")
	}
	p.start.SetIcon(icon)
	p.start.SetText(text)
	enable(p.start, s.Running || waiting > 0)
	enable(p.retry, failed > 0)
	enable(p.clear, len(s.Items) > 0)
	p.progress.Hidden = done+failed == 0 // an empty bar looks like a full one
	p.progress.SetValue(float64(done+failed) / float64(max(len(s.Items), 1)))
	p.status.SetText(batchStatus(s))
	p.list.Refresh()
}

// batchStatus says how far a batch is.
func batchStatus(s queue.Snapshot) string {
	about := map[string]any{"Done": s.Count(queue.Done), "Failed": s.Count(queue.Failed), "Count": len(s.Items)}
	switch {
	case len(s.Items) == 0:
		return ""
	case s.Count(queue.Failed) > 0:
		return lang.L("{{.Done}} of {{.Count}} done, {{.Failed}} failed", about)
	}
	return lang.L("{{.Done}} of {{.Count}} done", about)
}

// batchLayout places the head, the form, the list, the bar of progress and the foot of the page below
// each other. Head and foot flow into more rows in a narrow window with large text.
type batchLayout struct{ flow *flowLayout }

// heights returns those of the objects in a width.
func (l *batchLayout) heights(o []fyne.CanvasObject, width float32) (heights []float32, sum float32) {
	sum = spaceS * float32(len(o)-1)
	for _, part := range o {
		height := part.MinSize().Height
		if c, ok := part.(*fyne.Container); ok && c.Layout == l.flow {
			height = l.flow.heightFor(c.Objects, width)
		}
		heights = append(heights, height)
		sum += height
	}
	return heights, sum
}

func (l *batchLayout) MinSize(o []fyne.CanvasObject) (size fyne.Size) {
	for _, part := range o {
		size = size.Max(part.MinSize())
	}
	_, size.Height = l.heights(o, o[0].Size().Width)
	return size
}

func (l *batchLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	const list = 2
	heights, sum := l.heights(o, size.Width)
	heights[list] += size.Height - sum
	y := float32(0)
	for i, part := range o {
		part.Move(fyne.NewPos(0, y))
		part.Resize(fyne.NewSize(size.Width, heights[i]))
		y += heights[i] + spaceS
	}
}

// listLayout places the list, and what is said in the place of an empty one in its middle.
type listLayout struct{}

// MinSize returns the height of two rows at least.
func (*listLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(o[0].MinSize().Width, 2*batchThumb)
	if o[1].Visible() {
		size = size.Max(o[1].MinSize())
	}
	return size
}

// Layout implements fyne.Layout.
func (*listLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Move(fyne.Position{})
	o[0].Resize(size)
	o[1].Resize(fyne.NewSize(size.Width, o[1].MinSize().Height)) // a text knows its height from now on
	(&middleRow{}).Layout(o[1:], size)
}

// belowNotices leaves the room above an object that the notices take. They may lie over a
// photo, but not over controls.
type belowNotices struct{ notices fyne.CanvasObject }

func (*belowNotices) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

func (l *belowNotices) Layout(o []fyne.CanvasObject, size fyne.Size) {
	top := l.notices.MinSize().Height
	if top > 0 {
		top = fyne.Min(top+spaceM, size.Height/2)
	}
	o[0].Move(fyne.NewPos(0, top))
	o[0].Resize(size.SubtractWidthHeight(0, top))
}
