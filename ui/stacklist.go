package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/ui/stack"
)

// stackList displays the rows of a stack below buttons that change it. It has no logic of
// its own: the editor sets the callbacks. It belongs to the UI thread.
type stackList struct {
	content *fyne.Container

	history, add, duplicate, remove, more *pushButton

	// OnTaken, OnEye, OnMask and OnDelete are called with the index of a row, OnDragged with
	// where a row is and where it is dragged to.
	OnTaken, OnEye, OnMask, OnDelete func(int)
	OnDragged                        func(from, to int)
	OnDropped                        func()

	rows    []*stackRow
	box     *fyne.Container
	titleOf func(stack.Row) string
	shown   stack.Stack
	// from is where the dragged row began and at where it is; both count only while one
	// is dragged.
	from, at int
	dragging bool
}

func newStackList(caption func(string) *canvas.Text, titleOf func(stack.Row) string) *stackList {
	l := &stackList{titleOf: titleOf, box: container.New(layout.NewCustomPaddedVBoxLayout(rowGap))}
	button := func(icon fyne.Resource) *pushButton {
		b := newButton("", icon, nil)
		b.Importance = widget.LowImportance
		return b
	}
	l.history = button(theme.HistoryIcon())
	l.add, l.duplicate = button(theme.ContentAddIcon()), button(theme.ContentCopyIcon())
	l.remove, l.more = button(theme.DeleteIcon()), button(theme.MoreVerticalIcon())
	head := container.NewBorder(nil, nil, container.NewCenter(caption(lang.L("Changes"))),
		container.New(layout.NewCustomPaddedHBoxLayout(0), l.history, l.add, l.duplicate, l.remove, l.more))
	l.content = container.New(layout.NewCustomPaddedVBoxLayout(spaceS/2), head, l.box)
	l.Show(stack.New())
	return l
}

// Show displays a stack.
func (l *stackList) Show(st stack.Stack) {
	l.shown = st
	for len(l.rows) < st.Len() {
		l.rows = append(l.rows, l.newRow(len(l.rows)))
	}
	if len(l.box.Objects) != st.Len() {
		l.box.Objects = l.box.Objects[:0]
		for _, r := range l.rows[:st.Len()] {
			l.box.Objects = append(l.box.Objects, r)
		}
		l.content.Refresh()
	}
	for i := range st.Len() {
		row := st.At(i)
		l.rows[i].SetRow(row, l.titleOf(row), i == st.Hand())
	}
	enable(l.add, !st.Full())
	enable(l.duplicate, !st.Full() && !st.InHand().Blank())
	enable(l.remove, st.Len() > 1 || !st.Blank())
}

func enable(b fyne.Disableable, on bool) {
	switch {
	case on && b.Disabled():
		b.Enable()
	case !on && !b.Disabled():
		b.Disable()
	}
}

func (l *stackList) newRow(i int) *stackRow {
	r := newStackRow()
	r.OnTaken = func() { l.OnTaken(i) }
	r.OnEye = func() { l.OnEye(i) }
	r.OnMask = func() { l.OnMask(i) }
	r.OnKey = func(k *fyne.KeyEvent) bool { return l.typedKey(i, k) }
	r.OnDragged = func(places int) { l.drag(i, places) }
	r.OnDropped = func() {
		moved := l.at != l.from
		l.dragging = false
		if moved {
			l.OnDropped()
		}
	}
	return r
}

// drag moves the row that was at i when the dragging began. The widget stays under its
// place, so only what it shows changes.
func (l *stackList) drag(i, places int) {
	if !l.dragging {
		l.dragging, l.from, l.at = true, i, i
	}
	to := min(max(i+places, 0), l.shown.Len()-1)
	if to != l.at {
		from := l.at
		l.at = to
		l.OnDragged(from, to)
	}
}

// typedKey handles a key on a row that has the focus: the arrows take another row in hand,
// Space switches the row off or on, Enter takes it in hand, Delete removes it. It reports
// whether it used the key.
func (l *stackList) typedKey(i int, k *fyne.KeyEvent) bool {
	switch k.Name {
	case fyne.KeyUp:
		l.focus(i - 1)
	case fyne.KeyDown:
		l.focus(i + 1)
	case fyne.KeySpace:
		l.OnEye(i)
	case fyne.KeyReturn, fyne.KeyEnter:
		l.OnTaken(i)
	case fyne.KeyDelete, fyne.KeyBackspace:
		l.OnDelete(i)
		l.focus(l.shown.Hand())
	default:
		return false
	}
	return true
}

// focus takes a row in hand and gives it the keyboard focus.
func (l *stackList) focus(i int) {
	if i < 0 || i >= l.shown.Len() {
		return
	}
	l.OnTaken(i)
	if c := fyne.CurrentApp().Driver().CanvasForObject(l.rows[i]); c != nil {
		c.Focus(l.rows[i])
	}
}

// restyle applies a changed theme.
func (l *stackList) restyle() {
	for _, r := range l.rows {
		r.Refresh()
	}
}
