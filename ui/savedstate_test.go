package ui

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"deltaedit/engine"
	"deltaedit/ui/savedstate"
	"deltaedit/ui/stack"
)

// crashed is a folder in which a window with that photo and those settings died:
// its lock is free, and nothing was cleaned up.
func crashed(t *testing.T, set func(*rig)) (root string) {
	t.Helper()
	root = filepath.Join(t.TempDir(), "state")
	r := newRig(t)
	r.editor.beginSaving(root, "test")
	set(r)
	photo, _ := r.editor.photoOf(r.editor.subject)
	want := r.editor.work(photo)
	want.Format = savedstate.Format
	for end := time.Now().Add(time.Minute); !written(root, want); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the state was not written: %+v", want)
		}
	}
	copied := filepath.Join(t.TempDir(), "state")
	if err := os.CopyFS(copied, os.DirFS(root)); err != nil {
		t.Fatal(err)
	}
	r.editor.endSaving()
	if left, _ := os.ReadDir(root); len(left) != 0 {
		t.Errorf("a state that ended well left %v", left)
	}
	return copied
}

// written reports whether a state below root is on the disk as it is now.
func written(root string, want savedstate.State) bool {
	files, _ := filepath.Glob(filepath.Join(root, "session-*", "session.json"))
	if len(files) == 0 {
		return false
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		return false
	}
	got, err := savedstate.Parse(data)
	return err == nil && reflect.DeepEqual(got, want)
}

func TestRestoreAfterACrash(t *testing.T) {
	me := filepath.Join(t.TempDir(), "me.jpg")
	want := settings{Face: 1, Renderer: engine.Diffusion, Steps: 30}
	want = want.withRow(stack.Row{Source: "man", Target: "old man", Strength: -0.5, Threshold: 0.2})
	want = want.withStack(want.stack().Add(stack.Row{Source: "man", Target: "bald man", Strength: 1, Threshold: stack.OwnThreshold, Off: true}).Take(0))
	faces := make([]engine.FaceBox, 3)
	root := crashed(t, func(r *rig) {
		r.photo(engine.Subject{Path: me, Name: "me.jpg", Faces: faces})
		r.editor.apply(want)
		row := want.row()
		row.Strength = 1
		r.editor.apply(want.withRow(row))
		r.editor.undo()
	})

	r := newRig(t)
	r.editor.beginSaving(root, "test")
	t.Cleanup(r.editor.endSaving)
	if r.editor.notices.Text(noticeState) == "" {
		t.Fatal("nothing is offered")
	}
	if len(r.backend.opened) != 0 {
		t.Error("it did not wait for the answer")
	}
	bar := r.editor.notices.bars[noticeState]
	test.Tap(button(t, bar, "Restore"))
	if r.editor.notices.Text(noticeState) != "" || len(r.backend.opened) != 1 || r.backend.opened[0] != me {
		t.Fatalf("after Restore: %q, opened %q", r.editor.notices.Text(noticeState), r.backend.opened)
	}
	r.editor.Opened(engine.Subject{Photo: 1, Path: me, Name: "me.jpg", Faces: faces})
	if !reflect.DeepEqual(r.editor.settings, want) {
		t.Errorf("restored %+v, want %+v", r.editor.settings, want)
	}
	got := r.backend.newest()
	if got.Face != 1 || len(got.Edits) != 1 || got.Edits[0] != (engine.Edit{Source: "man", Target: "old man", Strength: -0.5, Threshold: 0.2, HasThreshold: true}) {
		t.Errorf("asked for %+v", got)
	}
	if r.editor.panel.target.Text != "old man" || r.editor.panel.strength.Value() != -0.5 {
		t.Errorf("the controls show %q, %v", r.editor.panel.target.Text, r.editor.panel.strength.Value())
	}
	if past, err := savedstate.Find(root); past != nil || err != nil {
		t.Errorf("what was restored is offered again: %v, %v", past, err)
	}
	// The next photo begins with its first face again.
	r.editor.Opened(engine.Subject{Photo: 2, Path: me + "2", Name: "other", Faces: faces})
	if r.editor.settings.Face != 0 {
		t.Errorf("the next photo begins with face %d", r.editor.settings.Face)
	}
}

func TestDismissAfterACrash(t *testing.T) {
	root := crashed(t, func(r *rig) { r.photo(engine.Subject{Path: "/x/me.jpg", Name: "me.jpg"}) })
	r := newRig(t)
	r.editor.beginSaving(root, "test")
	test.Tap(button(t, r.editor.notices.bars[noticeState], "Dismiss"))
	if r.editor.notices.Text(noticeState) != "" || len(r.backend.opened) != 0 {
		t.Errorf("after Dismiss: %q, opened %q", r.editor.notices.Text(noticeState), r.backend.opened)
	}
	r.editor.endSaving()
	if past, err := savedstate.Find(root); past != nil || err != nil {
		t.Errorf("what was dismissed is offered again: %v, %v", past, err)
	}
}

// A question without an answer is asked again at the next start.
func TestUnansweredIsAskedAgain(t *testing.T) {
	root := crashed(t, func(r *rig) { r.photo(engine.Subject{Random: true, Seed: 5}) })
	for range 2 {
		r := newRig(t)
		r.editor.beginSaving(root, "test")
		if r.editor.notices.Text(noticeState) == "" {
			t.Fatal("nothing is offered")
		}
		r.editor.endSaving()
	}
	r := newRig(t)
	r.editor.beginSaving(root, "test")
	defer r.editor.endSaving()
	test.Tap(button(t, r.editor.notices.bars[noticeState], "Restore"))
	if len(r.backend.seeds) != 1 || r.backend.seeds[0] != 5 {
		t.Errorf("seeds %v, want 5", r.backend.seeds)
	}
}

// A photo without a file is kept with the state; one that cannot be opened any
// more keeps its state for later.
func TestRestoreAPhotoWithoutAFile(t *testing.T) {
	root := crashed(t, func(r *rig) {
		r.editor.openStream("dropped.jpg", []byte("bytes"))
		r.photo(engine.Subject{Name: "dropped.jpg"})
	})
	r := newRig(t)
	r.editor.beginSaving(root, "test")
	test.Tap(button(t, r.editor.notices.bars[noticeState], "Restore"))
	if len(r.backend.read) != 1 || r.backend.read[0] != "dropped.jpg" {
		t.Fatalf("opened %q", r.backend.read)
	}
	r.editor.Failed(engine.Task{Kind: engine.TaskOpen, Name: "dropped.jpg"}, errors.New("broken"))
	r.editor.endSaving()

	again := newRig(t)
	again.editor.beginSaving(root, "test")
	defer again.editor.endSaving()
	if again.editor.notices.Text(noticeState) == "" {
		t.Fatal("a photo that did not open took its state along")
	}
	test.Tap(button(t, again.editor.notices.bars[noticeState], "Restore"))
	again.editor.Opened(engine.Subject{Photo: 1, Name: "dropped.jpg", Faces: make([]engine.FaceBox, 1)})
	if past, err := savedstate.Find(root); past != nil || err != nil {
		t.Errorf("offered again: %v, %v", past, err)
	}
}

// Without a folder nothing is kept, and everything works.
func TestStateWithoutAFolder(t *testing.T) {
	r := newRig(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r.editor.beginSaving(filepath.Join(file, "state"), "test")
	r.photo(engine.Subject{Path: "/x/me.jpg", Name: "me.jpg"})
	r.editor.apply(oneRow(stack.Row{Source: "face", Target: "old face", Strength: 1}))
	r.editor.endSaving()
}

// button is the one of that title in a notice.
func button(t *testing.T, bar *noticeBar, title string) *pushButton {
	t.Helper()
	if bar == nil {
		t.Fatal("there is no notice")
	}
	var found *pushButton
	var look func(o fyne.CanvasObject)
	look = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *pushButton:
			if o.Text == title {
				found = o
			}
		case *fyne.Container:
			for _, child := range o.Objects {
				look(child)
			}
		}
	}
	for _, o := range test.WidgetRenderer(bar).Objects() {
		look(o)
	}
	if found == nil {
		t.Fatalf("the notice has no button %q", title)
	}
	return found
}
