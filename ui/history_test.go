package ui

import (
	"image"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"deltaedit/engine"
)

// one is a photo with a file.
func one(dir string) engine.Subject {
	return engine.Subject{Photo: 1, Path: filepath.Join(dir, "me.jpg"), Name: "me.jpg", Faces: make([]engine.FaceBox, 1), Size: image.Pt(40, 30)}
}

func TestKeepTheResult(t *testing.T) {
	r := newRig(t)
	dir := t.TempDir()
	r.photo(one(dir))
	if r.editor.keep(); len(r.backend.exported) != 0 {
		t.Fatal("an untouched photo was kept")
	}
	r.editor.setStripPrivate(true)
	r.target("old face")
	r.editor.keep()
	if len(r.backend.exported) != 1 {
		t.Fatal("the result was not written")
	}
	path := r.backend.exported[0]
	if filepath.Base(path) != "me.png" || r.backend.newest().StripPrivate || r.backend.newest().Aligned {
		t.Errorf("written to %s for %+v", path, r.backend.newest())
	}
	if r.editor.keep(); len(r.backend.exported) != 1 {
		t.Error("it is written twice")
	}
	r.editor.Exported(path)
	if len(r.backend.opened) != 1 || r.backend.opened[0] != path || r.editor.notices.Text(noticeExport) != "" {
		t.Fatalf("opened %q, told %q", r.backend.opened, r.editor.notices.Text(noticeExport))
	}
	r.editor.Opened(engine.Subject{Photo: 2, Path: path, Name: "me.png", Faces: make([]engine.FaceBox, 1), Size: image.Pt(40, 30)})
	r.wants("kept")
	if got := r.editor.panel.target.Text; got != "" || !r.editor.panel.rows.shown.Blank() {
		t.Errorf("the kept result begins with %q in its field", got)
	}
	if r.editor.notices.Text(noticeExport) == "" {
		t.Error("nothing is told")
	}
	r.target("bald face")

	// The original is never overwritten, not even from the kept result.
	r.editor.export(filepath.Join(dir, "me.jpg"))
	r.editor.export(path)
	if len(r.backend.exported) != 1 {
		t.Errorf("exported over the photo: %q", r.backend.exported)
	}

	r.editor.undo()
	r.wants("undone once")
	r.editor.undo() // back to the photo
	if n := len(r.backend.opened); n != 2 || r.backend.opened[1] != filepath.Join(dir, "me.jpg") {
		t.Fatalf("opened %q", r.backend.opened)
	}
	sub := one(dir)
	sub.Photo = 3
	r.editor.Opened(sub)
	r.wants("undone twice", "old face")
	if got := r.editor.panel.target.Text; got != "old face" {
		t.Errorf("back on the photo, the field shows %q", got)
	}
	r.editor.undo()
	r.wants("undone three times")
	r.editor.redo()
	r.wants("redone", "old face")
	r.editor.redo()
	r.editor.Failed(engine.Task{Kind: engine.TaskOpen}, os.ErrNotExist) // the file has gone
	r.wants("redone in vain", "old face")
	r.editor.redo()
	r.editor.Opened(engine.Subject{Photo: 4, Path: path, Name: "me.png", Faces: make([]engine.FaceBox, 1), Size: image.Pt(40, 30)})
	r.wants("on the kept result again")
	r.editor.redo()
	r.wants("all redone", "bald face")
}

func TestCancelledKeeping(t *testing.T) {
	r := newRig(t)
	r.photo(one(t.TempDir()))
	r.target("old face")
	r.editor.keep()
	r.editor.cancel()
	if !r.editor.canKeep() {
		t.Error("after cancelling, nothing can be kept any more")
	}
	r.editor.keep()
	r.editor.Failed(engine.Task{Kind: engine.TaskExport}, os.ErrPermission)
	if !r.editor.canKeep() || len(r.backend.opened) != 0 {
		t.Error("after a failure, nothing can be kept any more")
	}
}

func TestTheStrip(t *testing.T) {
	r := newRig(t)
	r.photo(one(t.TempDir()))
	s := r.editor.strip
	if s.content.Visible() {
		t.Error("the strip is shown unasked")
	}
	r.rows("old face", "bald face")
	r.editor.Frame(r.frame(engine.StagePreview))
	r.editor.toggleHistory()
	if len(s.row.Objects) != 3 || s.tiles[2].face.picture != nil { // opened, old, bald
		t.Fatalf("%d tiles, %+v", len(s.row.Objects), s.tiles[2].face)
	}
	r.editor.Frame(r.frame(engine.StageFinal))
	if !s.tiles[2].face.present || s.tiles[2].face.picture == nil {
		t.Errorf("the present state looks like %+v", s.tiles[2].face)
	}
	test.Tap(s.tiles[1])
	r.wants("gone back", "old face")
	if len(s.row.Objects) != 3 || !s.tiles[1].face.present {
		t.Error("going back loses a state or marks another")
	}
	menu := r.editor.stateMenu(s.ids[2])
	menu.Items[0].Action()
	if !s.tiles[2].face.starred {
		t.Error("no star")
	}
	r.editor.past.log.SetName(s.ids[2], "the best of all that there were")
	r.editor.showHistory()
	if got := fitted(s.tiles[2].face.title, 10, tileSide-spaceS); got == "" || got == s.tiles[2].face.title {
		t.Errorf("a long name is shown as %q", got)
	}

	menu.Items[2].Action() // compare
	r.editor.hold(true)
	r.wants("compared with the other", "old face", "bald face")
	f := r.frame(engine.StageFinal)
	r.editor.Frame(f)
	if r.editor.viewport.badge != "Other state" {
		t.Errorf("the badge says %q", r.editor.viewport.badge)
	}
	r.editor.hold(false)
	r.editor.stateMenu(s.ids[2]).Items[2].Action()
	r.editor.hold(true)
	if !r.backend.newest().Unedited() {
		t.Error("the comparison does not end")
	}
	r.editor.hold(false)

	gone := s.ids[0]
	r.editor.stateMenu(gone).Items[3].Action()
	if len(s.row.Objects) != 2 || s.ids[0] == gone {
		t.Error("the state was not removed")
	}
	r.win.Resize(fyne.NewSize(900, 600))
	if got := r.win.Content().Size(); got != fyne.NewSize(900, 600) {
		t.Errorf("with the strip the window needs %v", got)
	}
	outside(r.editor.panel.content, fyne.Position{}, fyne.NewSize(900, 600), false, func(o fyne.CanvasObject, pos fyne.Position) {
		t.Errorf("%T at %v of %v leaves the window", o, pos, o.Size())
	})
}

// The history of a photo is there again at the next start.
func TestHistoryAfterARestart(t *testing.T) {
	dir := t.TempDir()
	r := newRig(t)
	r.editor.openHistory(historyFolder(dir))
	r.photo(one(dir))
	r.rows("old face", "bald face")
	if err := r.editor.past.log.Close(); err != nil {
		t.Fatal(err)
	}

	r = newRig(t)
	r.editor.openHistory(historyFolder(dir))
	t.Cleanup(func() { _ = r.editor.past.log.Close() })
	r.photo(one(dir))
	r.editor.toggleHistory()
	s := r.editor.strip
	if n := len(s.row.Objects); n < 3 {
		t.Fatalf("%d tiles, want the states of before", n)
	}
	test.Tap(s.tiles[2])
	r.wants("an old state", "old face", "bald face")
	r.editor.undo()
	r.wants("undone", "old face")
	r.rest(time.Hour)
}

// A photo without a file is stored, so that undo finds it again.
func TestHistoryOfAPhotoWithoutAFile(t *testing.T) {
	r := newRig(t)
	t.Cleanup(func() { _ = r.editor.past.log.Close() })
	r.editor.openStream("pasted.png", []byte("bytes"))
	r.photo(engine.Subject{Name: "pasted.png"})
	s, ok := r.editor.past.log.Present()
	data, err := os.ReadFile(s.Photo.Path)
	if !ok || err != nil || string(data) != "bytes" {
		t.Errorf("stored as %+v: %q, %v", s.Photo, data, err)
	}
	r.editor.openStream("one.jpg", []byte("sample"))
	r.photo(engine.Subject{Photo: 2, Name: "one.jpg"})
	if s, _ := r.editor.past.log.Present(); s.Photo.Name != "one.jpg" || s.Photo.Path != "" {
		t.Errorf("a sample was stored: %+v", s.Photo)
	}
}
