package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/engine/pack"
	"deltaedit/engine/prompt"
	"deltaedit/ui/complete"
)

// mostCompletions is the number of completions that are listed.
const mostCompletions = 6

// completions lists, below a prompt's field, what the text may become. It lies over the
// window and never takes the focus: Down and Up choose, Return takes, Escape closes. It
// belongs to the UI thread.
type completions struct {
	// layer covers the window; it lets the pointer through beside the list.
	layer *fyne.Container
	box   *fyne.Container
	rows  *fyne.Container
	edge  *canvas.Rectangle

	concepts []complete.Concept
	// entry is the field that the list is for; nil while the list is closed.
	entry *promptEntry
	found []complete.Suggestion
	// chosen is the row that the keys are at, -1 for none.
	chosen int
	// left closes the list a little after the field has lost the focus, so that a click
	// on a row still finds it.
	left debouncer
}

func newCompletions(left debouncer) *completions {
	c := &completions{rows: container.NewVBox(), edge: &canvas.Rectangle{StrokeWidth: 1, CornerRadius: spaceS}, left: left, chosen: -1}
	c.box = container.NewStack(c.edge, container.NewPadded(c.rows))
	c.box.Hide()
	c.layer = container.NewWithoutLayout(c.box)
	return c
}

// Attach lists completions for an entry. accept is called with the text that is taken.
func (c *completions) Attach(entry *promptEntry, accept func(string)) {
	take := func(i int) {
		text := c.found[i].Text
		c.Close()
		entry.SetText(text)
		entry.CursorColumn = len([]rune(text))
		entry.Refresh()
		c.Close() // setting the text has opened it again
		accept(text)
	}
	entry.OnTyped = func(text string) { c.show(entry, text, take) }
	entry.OnLeft = func() {
		if c.entry == entry {
			c.left.Trigger(c.Close)
		}
	}
	entry.OnKey = func(k *fyne.KeyEvent) bool { return c.entry == entry && c.key(k, take) }
}

// SetConcepts sets what the pack knows. In another language than English each concept is offered in
// that, and after these in English.
func (c *completions) SetConcepts(known []prompt.Known) {
	c.concepts = nil
	var english []complete.Concept
	for _, k := range known {
		if k.Behind { // the photo's background stays
			continue
		}
		drawn := k.OutOfRange == ""
		english = append(english, complete.Concept{Name: k.Name, Target: k.Target, Drawn: drawn})
		if title := conceptTitle(k.Name); title != k.Name {
			c.concepts = append(c.concepts, complete.Concept{Name: title, Target: title, Drawn: drawn, Foreign: true})
		}
	}
	c.concepts = append(c.concepts, english...)
}

// Close closes the list.
func (c *completions) Close() {
	c.left.Stop()
	c.entry, c.found, c.chosen = nil, nil, -1
	c.box.Hide()
}

// show lists what a text may become.
func (c *completions) show(entry *promptEntry, text string, take func(int)) {
	c.left.Stop()
	c.found = complete.Suggest(c.concepts, text, mostCompletions)
	if len(c.found) == 0 {
		c.Close()
		return
	}
	c.entry, c.chosen = entry, -1
	c.rows.RemoveAll()
	for i, s := range c.found {
		c.rows.Add(newCompletionRow(s, func() { take(i) }))
	}
	c.edge.FillColor = themeColor(entry, theme.ColorNameMenuBackground)
	c.edge.StrokeColor = themeColor(entry, theme.ColorNameInputBorder)
	driver := fyne.CurrentApp().Driver()
	at := driver.AbsolutePositionForObject(entry).Subtract(driver.AbsolutePositionForObject(c.layer))
	c.box.Move(at.AddXY(0, entry.Size().Height+2))
	c.box.Resize(fyne.NewSize(entry.Size().Width, c.box.MinSize().Height))
	c.box.Show()
	c.box.Refresh()
}

// key uses a typed key for the list and reports whether it did.
func (c *completions) key(k *fyne.KeyEvent, take func(int)) bool {
	switch k.Name {
	case fyne.KeyDown:
		c.choose((c.chosen + 1) % len(c.found))
	case fyne.KeyUp:
		c.choose((max(c.chosen, 0) + len(c.found) - 1) % len(c.found))
	case fyne.KeyReturn, fyne.KeyEnter:
		if c.chosen < 0 {
			c.Close()
			return false
		}
		take(c.chosen)
	case fyne.KeyEscape:
		c.Close()
	default:
		return false
	}
	return true
}

func (c *completions) choose(i int) {
	c.chosen = i
	for n, o := range c.rows.Objects {
		o.(*completionRow).mark(n == i)
	}
}

// completionRow is a line of the list: a mark for what the pack can draw, and the text.
type completionRow struct {
	widget.BaseWidget
	suggestion complete.Suggestion
	tapped     func()
	on         bool
	ground     *canvas.Rectangle
}

var (
	_ fyne.Tappable     = (*completionRow)(nil)
	_ desktop.Hoverable = (*completionRow)(nil)
)

func newCompletionRow(s complete.Suggestion, tapped func()) *completionRow {
	r := &completionRow{suggestion: s, tapped: tapped, ground: &canvas.Rectangle{CornerRadius: spaceS}}
	r.ExtendBaseWidget(r)
	return r
}

// Tapped takes the text.
func (r *completionRow) Tapped(*fyne.PointEvent) { r.tapped() }

// MouseIn marks the row.
func (r *completionRow) MouseIn(*desktop.MouseEvent) { r.mark(true) }

// MouseMoved does nothing.
func (r *completionRow) MouseMoved(*desktop.MouseEvent) {}

// MouseOut takes the mark away.
func (r *completionRow) MouseOut() { r.mark(false) }

func (r *completionRow) mark(on bool) {
	r.on = on
	r.Refresh()
}

// Refresh implements fyne.Widget.
func (r *completionRow) Refresh() {
	r.ground.FillColor = veil(0, 0)
	if r.on {
		r.ground.FillColor = themeColor(r, theme.ColorNameSelection)
	}
	r.BaseWidget.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (r *completionRow) CreateRenderer() fyne.WidgetRenderer {
	icon := theme.NewSuccessThemedResource(theme.ConfirmIcon())
	if !r.suggestion.Concept.Drawn {
		icon = theme.NewWarningThemedResource(theme.WarningIcon())
	}
	label := widget.NewLabel(r.suggestion.Text)
	label.Truncation = fyne.TextTruncateEllipsis
	row := container.New(&completionLayout{}, r.ground, widget.NewIcon(icon), label)
	return widget.NewSimpleRenderer(row)
}

// completionLayout places the ground, the mark and the text of a row.
type completionLayout struct{}

func (*completionLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(100, o[2].MinSize().Height-2*spaceS)
}

func (*completionLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	const mark = 16
	o[0].Resize(size)
	o[1].Move(fyne.NewPos(spaceS, (size.Height-mark)/2))
	o[1].Resize(fyne.NewSquareSize(mark))
	o[2].Move(fyne.NewPos(mark+spaceS, -spaceS))
	o[2].Resize(fyne.NewSize(size.Width-mark-spaceS, size.Height+2*spaceS))
}

// learnConcepts reads the concepts of the pack in use, on another goroutine.
func (e *editor) learnConcepts(dir string) {
	go func() {
		var known []prompt.Known
		p, err := pack.Open(dir)
		if err == nil {
			known, err = prompt.Concepts(p)
		}
		e.post(func() {
			if err != nil {
				e.log.Warn("Reading the pack's concepts", "pack", dir, "error", err)
			}
			if dir == e.status.PackDir {
				e.completions.SetConcepts(known)
			}
		})
	}()
}
