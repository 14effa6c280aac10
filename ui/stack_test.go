package ui

import (
	"image"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"deltaedit/engine"
	"deltaedit/ui/stack"
)

// targets returns the targets of the newest request's edits.
func (r *rig) targets() (out []string) {
	for _, e := range r.backend.newest().Edits {
		out = append(out, e.Target)
	}
	return out
}

// rows fills the stack by typing.
func (r *rig) rows(targets ...string) {
	for i, t := range targets {
		if i > 0 {
			r.editor.addRow()
		}
		r.target(t)
	}
}

func (r *rig) wants(when string, targets ...string) {
	r.t.Helper()
	if got := r.targets(); !slices.Equal(got, targets) {
		r.t.Errorf("%s: want %q, got %q", when, targets, got)
	}
}

func TestRowsAreAddedAndRemoved(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	l := r.editor.panel.rows
	if !l.remove.Disabled() || !l.duplicate.Disabled() {
		t.Error("the blank row can be removed or duplicated")
	}
	r.rows("old face", "bald face")
	r.wants("two rows", "old face", "bald face")
	if r.editor.panel.target.Text != "bald face" || len(l.box.Objects) != 2 {
		t.Errorf("the panel shows %q and %d rows", r.editor.panel.target.Text, len(l.box.Objects))
	}
	r.editor.panel.strength.OnChanged(-0.5)
	r.editor.panel.strength.OnChangeEnded(-0.5)
	if got := r.backend.newest().Edits; got[0].Strength != 1 || got[1].Strength != -0.5 {
		t.Errorf("the slider moved %+v", got)
	}
	test.Tap(l.duplicate)
	r.wants("duplicated", "old face", "bald face", "bald face")
	test.Tap(l.remove)
	test.TapAt(l.rows[0], fyne.NewPos(100, 10))
	if r.editor.panel.target.Text != "old face" || r.editor.panel.strength.Value() != 1 {
		t.Errorf("in hand: %q at %v", r.editor.panel.target.Text, r.editor.panel.strength.Value())
	}
	test.TapAt(l.rows[0], fyne.NewPos(10, 10))
	r.wants("switched off", "bald face")
	r.editor.undo()
	r.wants("undone", "old face", "bald face")
	r.editor.redo()
	r.wants("redone", "bald face")
	test.Tap(l.remove)
	r.wants("the other removed", "bald face")
	test.Tap(l.remove)
	r.wants("all removed")
	if !r.editor.settings.stack().Equal(stack.New()) {
		t.Errorf("left: %+v", r.editor.settings)
	}
}

func TestTakingARowChangesNoImage(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	r.rows("old face", "bald face")
	before := len(r.backend.requests)
	test.TapAt(r.editor.panel.rows.rows[0], fyne.NewPos(100, 10))
	if len(r.backend.requests) != before {
		t.Error("an image was requested")
	}
	r.editor.undo()
	r.wants("after undo", "old face") // taking a row in hand is no step of its own
	// What is being typed is not lost.
	r = newRig(t)
	r.photo(engine.Subject{})
	r.rows("old face", "bald face")
	test.Type(r.editor.panel.target, "!")
	test.TapAt(r.editor.panel.rows.rows[0], fyne.NewPos(100, 10))
	r.rest(time.Hour)
	r.wants("typed", "old face", "!bald face")
}

func TestRowsAreReordered(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	r.rows("a", "b", "c")
	l := r.editor.panel.rows
	drag := func(row int, by ...float32) {
		for _, dy := range by {
			l.rows[row].Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(0, dy)})
		}
		l.rows[row].DragEnd()
	}
	before := len(r.backend.requests)
	drag(0, 10, 30, 30)
	r.wants("dragged down", "b", "c", "a")
	if got := len(r.backend.requests) - before; got != 1 {
		t.Errorf("dragging over two rows asked for %d images", got)
	}
	if r.editor.panel.target.Text != "c" {
		t.Errorf("in hand is %q", r.editor.panel.target.Text)
	}
	drag(2, -500)
	r.wants("dragged beyond the top", "a", "b", "c")
	before = len(r.backend.requests)
	drag(1, 5)
	if len(r.backend.requests) != before {
		t.Error("a drag of a few pixels asked for an image")
	}
	r.editor.undo()
	r.wants("undone", "b", "c", "a")
	r.editor.undo()
	r.wants("undone", "a", "b", "c")

	up, down := alt(fyne.KeyUp), alt(fyne.KeyDown)
	r.editor.panel.target.TypedShortcut(up)
	r.wants("moved up by key", "a", "c", "b")
	r.editor.typedShortcut(down)
	r.editor.typedShortcut(down)
	r.wants("moved down by key", "a", "b", "c")
	l.focus(0)
	key := func(name fyne.KeyName) { r.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: name}) }
	key(fyne.KeyDown)
	if r.editor.panel.target.Text != "b" || r.win.Canvas().Focused() != fyne.Focusable(l.rows[1]) {
		t.Errorf("arrow down: in hand is %q", r.editor.panel.target.Text)
	}
	key(fyne.KeySpace)
	r.wants("switched off by key", "a", "c")
	key(fyne.KeyDelete)
	r.wants("deleted by key", "a", "c")
	if l.shown.Len() != 2 {
		t.Errorf("%d rows are left", l.shown.Len())
	}
}

func TestPresetsAreRows(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	p := r.editor.panel
	test.Tap(p.chips[0])
	test.Tap(p.chips[1])
	r.wants("two presets", p.presets[0].Target, p.presets[1].Target)
	if !p.chips[0].selected || !p.chips[1].selected {
		t.Error("the presets are not marked")
	}
	test.Tap(p.chips[0])
	if p.target.Text != p.presets[0].Target || len(r.targets()) != 2 {
		t.Errorf("a preset that is there is taken in hand; in hand is %q", p.target.Text)
	}
	test.Tap(p.chips[0])
	r.wants("the preset in hand is removed", p.presets[1].Target)
	test.TapAt(p.rows.rows[0], fyne.NewPos(10, 10))
	if p.chips[1].selected {
		t.Error("a row that is off marks its preset")
	}
	test.Tap(p.chips[1])
	r.wants("switched on again", p.presets[1].Target)
}

func TestEachFaceHasItsStack(t *testing.T) {
	r := newRig(t)
	box := func(x int) engine.FaceBox { return engine.FaceBox{Box: image.Rect(x, 10, x+50, 60)} }
	r.photo(engine.Subject{Faces: []engine.FaceBox{box(0), box(100), box(200)}})
	r.target("old face")
	r.editor.typedRune('2')
	got := r.backend.newest()
	if len(got.Edits) != 0 || len(got.Others) != 1 || got.Others[0].Face != 0 || got.Others[0].Edits[0].Target != "old face" {
		t.Errorf("the second face in hand: %+v", got)
	}
	r.target("bald face")
	r.editor.typedRune('1')
	got = r.backend.newest()
	r.wants("the first face again", "old face")
	if len(got.Others) != 1 || got.Others[0].Face != 1 || r.editor.panel.target.Text != "old face" {
		t.Errorf("the first face in hand: %+v", got)
	}
	menu := r.editor.rowMenu()
	menu.Items[2].Action()
	if got = r.backend.newest(); len(got.Others) != 2 || got.Others[1].Edits[0].Target != "old face" {
		t.Errorf("applied to every face: %+v", got)
	}
	r.editor.undo()
	if got = r.backend.newest(); len(got.Others) != 1 || got.Others[0].Edits[0].Target != "bald face" {
		t.Errorf("undone: %+v", got)
	}
	r.editor.hold(true)
	if got = r.backend.newest(); !got.Unedited() {
		t.Errorf("the photo as it was: %+v", got)
	}
	r.editor.hold(false)
	// Another photo begins with the edits of the face in hand.
	r.editor.Opened(engine.Subject{Photo: 2, Faces: []engine.FaceBox{box(0), box(100)}})
	if got = r.backend.newest(); got.Face != 0 || len(got.Edits) != 1 || len(got.Others) != 0 {
		t.Errorf("the next photo: %+v", got)
	}
}
