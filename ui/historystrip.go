package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/engine"
	"deltaedit/ui/history"
)

// maxTiles is the number of states in the strip: the newest, and before them those with
// a star or a name.
const maxTiles = 100

// prefHistory is the preference that shows the strip.
const prefHistory = "history.strip"

// historyStrip is a row of states below the photo. It belongs to the UI thread.
type historyStrip struct {
	content *fyne.Container
	ground  *canvas.Rectangle
	row     *fyne.Container
	scroll  *container.Scroll
	tiles   []*historyTile
	ids     []int64
	// OnGo and OnMenu are called with a state.
	OnGo   func(int64)
	OnMenu func(int64, fyne.Position)
}

func newHistoryStrip() *historyStrip {
	s := &historyStrip{ground: canvas.NewRectangle(nil), row: container.New(layout.NewCustomPaddedHBoxLayout(spaceS))}
	s.scroll = container.NewHScroll(container.New(layout.NewCustomPaddedLayout(spaceS, spaceM, spaceL, spaceL), s.row))
	s.content = container.NewStack(s.ground, s.scroll)
	s.content.Hide()
	s.restyle()
	return s
}

// restyle applies a changed theme.
func (s *historyStrip) restyle() {
	s.ground.FillColor = themeColor(s.scroll, colorPanel)
	s.content.Refresh()
}

// Show displays states; face returns what a tile displays of one.
func (s *historyStrip) Show(states []history.State, face func(history.State) tileFace) {
	for len(s.tiles) < len(states) {
		i := len(s.tiles)
		t := newHistoryTile()
		t.OnTapped = func() { s.OnGo(s.ids[i]) }
		t.OnMenu = func(at fyne.Position) { s.OnMenu(s.ids[i], at) }
		s.tiles = append(s.tiles, t)
	}
	s.ids = s.ids[:0]
	present := -1
	for i, st := range states {
		s.ids = append(s.ids, st.ID)
		f := face(st)
		if f.present {
			present = i
		}
		s.tiles[i].SetFace(f)
	}
	if len(s.row.Objects) != len(states) {
		s.row.Objects = s.row.Objects[:0]
		for _, t := range s.tiles[:len(states)] {
			s.row.Objects = append(s.row.Objects, t)
		}
		s.scroll.Content.Refresh()
		s.scroll.Refresh()
	}
	if present >= 0 {
		s.reveal(float32(present) * (tileSide + 3*spaceS))
	}
}

// reveal scrolls so far that a tile at x is visible.
func (s *historyStrip) reveal(x float32) {
	width := tileSide + 2*spaceS + 2*spaceL
	switch at := s.scroll.Offset.X; {
	case x < at:
		s.scroll.ScrollToOffset(fyne.NewPos(x, 0))
	case x+width > at+s.scroll.Size().Width:
		s.scroll.ScrollToOffset(fyne.NewPos(max(0, x+width-s.scroll.Size().Width), 0))
	}
}

// connectHistory sets the callbacks of the strip.
func (e *editor) connectHistory() {
	e.strip.OnGo, e.strip.OnMenu = e.goToState, e.showStateMenu
	e.panel.rows.history.OnTapped = e.toggleHistory
	e.strip.content.Hidden = !e.app.Preferences().Bool(prefHistory)
}

// toggleHistory shows or hides the strip.
func (e *editor) toggleHistory() {
	show := e.strip.content.Hidden
	e.app.Preferences().SetBool(prefHistory, show)
	e.strip.content.Hidden = !show
	e.showHistory()
	e.win.Content().Refresh()
}

// showHistory displays the states of the open photo, and of the photo that it came from.
func (e *editor) showHistory() {
	if e.strip == nil || e.strip.content.Hidden {
		return
	}
	now, ok := e.past.log.Present()
	if !ok {
		e.strip.Show(nil, nil)
		return
	}
	e.strip.Show(stripStates(e.past.log.Of(now.Root)), func(s history.State) tileFace {
		return tileFace{
			picture: e.past.log.Thumb(s.ID), title: s.Name, starred: s.Starred,
			present: s.ID == now.ID, against: s.ID == e.past.against,
		}
	})
}

// stripStates returns the states that the strip displays.
func stripStates(all []history.State) []history.State {
	if len(all) <= maxTiles {
		return all
	}
	older, newest := all[:len(all)-maxTiles/2], all[len(all)-maxTiles/2:]
	older = slices.DeleteFunc(older, func(s history.State) bool { return !s.Starred && s.Name == "" })
	return append(older[max(0, len(older)-maxTiles/2):], newest...)
}

// stateMenu returns the commands on a state.
func (e *editor) stateMenu(id int64) *fyne.Menu {
	s, ok := e.past.log.Get(id)
	if !ok {
		return fyne.NewMenu("")
	}
	now, _ := e.past.log.Present()
	star := fyne.NewMenuItem(lang.L("Star"), func() { e.past.log.Star(id, !s.Starred); e.showHistory() })
	star.Checked = s.Starred
	against := fyne.NewMenuItem(lang.L("Compare with this"), func() { e.compareWith(id) })
	against.Checked = id == e.past.against
	against.Disabled = s.Photo != now.Photo || id == now.ID && id != e.past.against
	remove := fyne.NewMenuItem(lang.L("Remove"), func() { e.past.log.Remove(id); e.showHistory() })
	remove.Disabled = id == now.ID
	return fyne.NewMenu("", star, fyne.NewMenuItem(lang.L("Name…"), func() { e.nameState(s) }), against, remove)
}

func (e *editor) showStateMenu(id int64, at fyne.Position) {
	e.showMenu(e.stateMenu(id), at)
}

// nameState asks for the name of a snapshot.
func (e *editor) nameState(s history.State) {
	entry := widget.NewEntry()
	entry.SetText(s.Name)
	d := dialog.NewForm(lang.L("Name of this state"), lang.L("Use it"), lang.L("Dismiss"),
		[]*widget.FormItem{widget.NewFormItem(lang.L("Name"), entry)}, func(yes bool) {
			if yes {
				e.past.log.SetName(s.ID, entry.Text)
				e.showHistory()
			}
		}, e.win)
	d.Resize(fyne.NewSize(e.sheetSize(380, 0).Width, 0))
	d.Show()
	e.win.Canvas().Focus(entry)
}

// compareWith lets "Before" show another state of the photo instead of the photo as it
// was; the same state again ends that.
func (e *editor) compareWith(id int64) {
	s, ok := e.past.log.Get(id)
	if !ok {
		return
	}
	e.compare.before, e.compare.against = side{}, nil
	if e.past.against == id {
		e.past.against = 0
	} else {
		against := settingsIn(s)
		e.past.against, e.compare.against = id, &against
		e.notices.Show(noticeExport, noticeInfo, lang.L("Hold “Before” or the space bar to see the state that you chose."))
		e.exportTimer.Trigger(func() { e.notices.Clear(noticeExport) })
	}
	e.showHistory()
}

// requestBefore returns the request for the image that the result is compared with.
func (e *editor) requestBefore() engine.Request {
	against := e.compare.against
	if against == nil {
		return e.request(engine.QualityRest).WithoutEdits()
	}
	now := e.settings
	e.settings = *against
	r := e.request(engine.QualityRest)
	e.settings = now
	return r
}

// beforeLabel returns the badge of the image that the result is compared with.
func (e *editor) beforeLabel() string {
	if e.compare.against != nil {
		return lang.L("Other state")
	}
	return beforeBadge()
}

// historyItem returns the menu item that shows the strip.
func (e *editor) historyItem() *fyne.MenuItem {
	item := fyne.NewMenuItem(lang.L("History"), e.toggleHistory)
	item.Checked, item.Shortcut = !e.strip.content.Hidden, shortcut(fyne.KeyH, 0)
	return item
}

// keepItem returns the menu item that keeps the result.
func (e *editor) keepItem() *fyne.MenuItem {
	item := fyne.NewMenuItem(lang.L("Keep this result and go on from it"), e.keep)
	item.Icon, item.Disabled, item.Shortcut = theme.ConfirmIcon(), !e.canKeep(), shortcut(fyne.KeyK, 0)
	return item
}

// clearHistoryItem returns the menu item that removes the history.
func (e *editor) clearHistoryItem() *fyne.MenuItem {
	return fyne.NewMenuItem(lang.L("Clear the history…"), func() {
		e.confirm(lang.L("Clear the history…"),
			lang.L("All earlier states and kept results of every photo are removed. The photos themselves stay."),
			func() {
				e.past.log.Clear()
				e.past.against = 0
				e.showHistory()
			})
	})
}
