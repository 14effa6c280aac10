package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"deltaedit/ui/stack"
)

// build creates the window's content.
func (e *editor) build() {
	e.viewport = newViewport()
	e.viewbar = newViewbar()
	e.panel = newPanel(e.presets)
	e.empty = newEmptyState(e.showOpen, e.randomFace, e.samples, e.openSample)
	e.statusbar = newStatusLine(e.toggleBatch)
	e.notices = newNoticeBoard()
	e.activity = newActivity(e.cancel)
	e.strip = newHistoryStrip()
	e.variants.strip = newVariantStrip()
	e.batch.page = newBatchPage(e.panel.titles(), e.notices.box)

	overlay := container.New(&overlayLayout{e.notices.box}, container.NewVScroll(
		container.New(layout.NewCustomPaddedLayout(spaceM, 0, spaceL, spaceL), e.notices.box)),
		container.New(layout.NewCustomPaddedLayout(0, spaceL, spaceL, spaceL), container.New(&atMost{420}, e.activity.card)))
	e.notices.OnLayout, e.activity.OnLayout = func() { overlay.Refresh(); e.batch.page.content.Refresh() }, overlay.Refresh
	right := container.NewBorder(nil, nil, widget.NewSeparator(), nil, e.panel.content)
	e.below = container.NewVBox(e.viewbar.content, e.variants.strip.content, e.strip.content)
	e.win.SetPadded(false)
	e.completions = newCompletions(debouncer{after: e.after, rest: completionLeave})
	middle := container.New(&photoLayout{e.viewbar.flow, e.variants.strip.flow},
		container.NewStack(e.viewport, e.empty.content, e.batch.page.content, overlay), e.below)
	e.viewbar.OnLayout = middle.Refresh
	e.win.SetContent(container.NewStack(container.New(&frameLayout{}, e.statusbar.content, right, middle), e.completions.layer))
	e.panel.Enable(false)
	e.viewbar.Enable(false)
	e.win.SetTitle(appName)
}

// connect sets the callbacks of the controls.
func (e *editor) connect() {
	e.connectView()

	p := e.panel
	p.open.OnTapped = e.showOpen
	p.random.OnTapped = e.randomFace
	p.more.OnTapped = e.showMore
	p.export.OnTapped = e.showExport
	p.before.OnHold = e.hold
	p.refine.OnTapped = e.refine
	p.onPreset = e.usePreset
	e.connectRows()
	e.connectMask()
	e.connectHistory()
	e.connectVariants()
	e.connectBatch()
	for _, entry := range []*promptEntry{p.source, p.target} {
		entry.Changed(func(string) { e.promptTyped() })
		entry.OnSubmitted = func(string) { e.promptEntered() }
		entry.OnShortcut = e.typedShortcut
	}
	e.completions.Attach(p.target, func(string) { e.promptEntered() })

	p.strength.OnChanged = func(v float64) { e.dragged(func(r *stack.Row) { r.Strength = v }) }
	p.threshold.OnChanged = func(v float64) { e.dragged(func(r *stack.Row) { r.Threshold = v }) }
	// Steps affect only the final image, so there is nothing to preview.
	p.engine.steps.OnChanged = func(v float64) { e.settings.Steps = int(v); p.ShowValues() }
	p.engine.steps.OnChangeEnded = func(float64) { e.apply(e.settings) }
	p.engine.OnRenderer = e.useRenderer
	for _, s := range []*trackSlider{p.strength, p.threshold} {
		s.OnChangeEnded = func(float64) { e.dropped() }
	}
	for _, s := range append(p.mask.sliders(), p.strength, p.threshold, p.engine.steps) {
		s.OnKeyDown, s.OnKeyUp = e.keyDown, e.keyUp
	}
	p.reset.OnTapped = func() {
		r := e.settings.row()
		r.Strength = stack.DefaultStrength
		e.apply(e.settings.withRow(r))
	}
	p.aligned.OnChanged = e.showAligned

	e.win.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) { e.droppedFiles(uris) })
	e.app.Settings().AddListener(func(fyne.Settings) { e.restyle() })
}

// restyle applies a changed theme.
func (e *editor) restyle() {
	e.panel.restyle()
	e.empty.restyle()
	e.statusbar.restyle()
	e.activity.restyle()
	e.viewbar.restyle()
	e.strip.restyle()
	e.variants.strip.restyle()
	e.batch.page.restyle()
	e.viewport.Refresh()
}

// loadThumbs decodes the samples on another goroutine than the UI thread.
func (e *editor) loadThumbs() {
	side := int(thumbSide*e.viewport.pixelsPerUnit() + 0.5)
	thumbs, samples := e.empty.thumbs, e.samples
	go func() {
		for i := range thumbs {
			img, err := thumbnail(samples[i], side)
			if err != nil {
				e.log.Error("Decoding a sample", "name", samples[i].Name, "error", err)
				continue
			}
			e.post(func() { thumbs[i].SetPicture(img) })
		}
	}()
}

// frameLayout places the status line at the bottom, the panel on the right and the
// photo in the remaining space.
type frameLayout struct{}

func (*frameLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	status, right, middle := o[0].MinSize(), o[1].MinSize(), o[2].MinSize()
	return fyne.NewSize(right.Width+middle.Width, status.Height+fyne.Max(right.Height, middle.Height))
}

func (*frameLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	foot := o[0].MinSize().Height
	o[0].Move(fyne.NewPos(0, size.Height-foot))
	o[0].Resize(fyne.NewSize(size.Width, foot))
	width := o[1].MinSize().Width
	o[1].Move(fyne.NewPos(size.Width-width, 0))
	o[1].Resize(fyne.NewSize(width, size.Height-foot))
	o[2].Move(fyne.NewPos(0, 0))
	o[2].Resize(fyne.NewSize(size.Width-width, size.Height-foot))
}

// atMost centres an object and limits its width.
type atMost struct{ width float32 }

func (l *atMost) MinSize(o []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, c := range o {
		if c.Visible() {
			size = size.Max(c.MinSize())
		}
	}
	return size
}

func (l *atMost) Layout(o []fyne.CanvasObject, size fyne.Size) {
	width := fyne.Min(l.width, size.Width)
	for _, c := range o {
		c.Move(fyne.NewPos((size.Width-width)/2, 0))
		c.Resize(fyne.NewSize(width, size.Height))
	}
}

// photoLayout places the photo, and below it its bar and its strips, whose heads flow into more
// rows where large text leaves them no room.
type photoLayout struct{ bar, variants *flowLayout }

// MinSize implements fyne.Layout.
func (*photoLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	photo := o[0].MinSize()
	if !o[1].Visible() {
		return photo
	}
	below := o[1].MinSize()
	return fyne.NewSize(fyne.Max(photo.Width, below.Width), photo.Height+below.Height)
}

// Layout implements fyne.Layout.
func (l *photoLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	l.bar.width, l.variants.width = size.Width-2*spaceM, size.Width-spaceL-spaceM
	foot := o[1].MinSize().Height
	if !o[1].Visible() {
		foot = 0
	}
	o[0].Move(fyne.Position{})
	o[0].Resize(fyne.NewSize(size.Width, size.Height-foot))
	o[1].Move(fyne.NewPos(0, size.Height-foot))
	o[1].Resize(fyne.NewSize(size.Width, foot))
}

// overlayLayout places the notices at the top, scrolled where they are higher than the room, and
// what is going on at the bottom.
type overlayLayout struct{ notices fyne.CanvasObject }

// MinSize implements fyne.Layout.
func (*overlayLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(fyne.Max(o[0].MinSize().Width, o[1].MinSize().Width), o[1].MinSize().Height)
}

// Layout implements fyne.Layout.
func (l *overlayLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	foot := o[1].MinSize().Height
	o[1].Move(fyne.NewPos(0, size.Height-foot))
	o[1].Resize(fyne.NewSize(size.Width, foot))
	o[0].Move(fyne.Position{})
	head := l.height(size.Width)
	o[0].Resize(fyne.NewSize(size.Width, fyne.Max(0, fyne.Min(head, size.Height-foot))))
}

// height returns that of the notices in a width: texts know theirs once they have it.
func (l *overlayLayout) height(width float32) float32 {
	l.notices.Resize(fyne.NewSize(width-2*spaceL, l.notices.MinSize().Height))
	if height := l.notices.MinSize().Height; height > 0 {
		return height + spaceM
	}
	return 0 // the scroller would take the wheel and the brush from the photo
}
