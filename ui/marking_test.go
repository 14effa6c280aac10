package ui

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"deltaedit/engine"
	"deltaedit/engine/face"
	"deltaedit/engine/recipe"
	"deltaedit/ui/savedstate"
)

// drawBox draws a box on the photo from one place of it to another.
func (r *rig) drawBox(x0, y0, x1, y1 int) {
	r.penDown(r.onScreen(x0, y0))
	r.penTo(r.onScreen((x0+x1)/2, (y0+y1)/2))
	r.penTo(r.onScreen(x1, y1))
	r.penUp()
}

// about reports whether a box is another one, but for a pixel.
func about(a, b image.Rectangle) bool {
	return b.Inset(-1).Intersect(a) == a && a.Inset(-1).Intersect(b) == b
}

// onePhoto opens a photo with a face and an edit, and paints it.
func onePhoto(t *testing.T) *rig {
	r := newRig(t)
	r.photo(engine.Subject{Path: "/photos/me.jpg"})
	r.editor.panel.target.SetText("old face")
	r.rest(time.Hour)
	f := r.frame(engine.StageFinal)
	f.Image = image.NewRGBA(image.Rect(0, 0, 400, 300))
	r.editor.Frame(f)
	return r
}

// withBox is the photo of onePhoto as it is opened with a box.
func withBox(id uint64, box image.Rectangle) engine.Subject {
	return engine.Subject{
		Photo: id, Path: "/photos/me.jpg", Marked: []int{1}, Boxes: []image.Rectangle{box},
		Faces: []engine.FaceBox{{Box: image.Rect(100, 50, 200, 150), Score: 1}, {Box: box}},
	}
}

func TestMarkAFace(t *testing.T) {
	r := onePhoto(t)
	e := r.editor
	edits := e.settings.edits()
	want := image.Rect(300, 200, 400, 290)
	e.typedRune('f')
	if !e.marking.on {
		t.Fatal("F does not begin")
	}
	r.drawBox(420, 290, 300, 200) // from the lower right, beyond the photo
	if e.marking.on || len(r.backend.boxes) != 1 || len(r.backend.boxes[0]) != 1 || !about(r.backend.boxes[0][0], want) {
		t.Fatalf("boxes %v", r.backend.boxes)
	}
	if !slices.Equal(r.backend.opened, []string{"/photos/me.jpg"}) {
		t.Errorf("opened %q", r.backend.opened)
	}
	box := r.backend.boxes[0][0]
	r.photo(withBox(2, box))
	if e.settings.Face != 1 || !slices.Equal(stackAt(e.settings.stacks, 0).Edits(), edits) {
		t.Errorf("face %d, the other has %v", e.settings.Face, stackAt(e.settings.stacks, 0).Edits())
	}
	if got := r.backend.newest(); got.Face != 1 || len(got.Others) != 1 || got.Others[0].Face != 0 {
		t.Errorf("request %+v", got)
	}
	if photo := e.historyPhoto(); photo.Boxes != fmt.Sprintf("[[%d,%d,%d,%d]]", box.Min.X, box.Min.Y, box.Dx(), box.Dy()) {
		t.Errorf("the history's photo is %+v", photo)
	}

	// Undo opens the photo without the box, redo with it.
	e.undo()
	if last := r.backend.boxes[len(r.backend.boxes)-1]; len(r.backend.boxes) != 2 || last != nil {
		t.Fatalf("undone: boxes %v", r.backend.boxes)
	}
	r.photo(engine.Subject{Photo: 3, Path: "/photos/me.jpg"})
	if e.settings.Face != 0 || !slices.Equal(e.settings.edits(), edits) {
		t.Errorf("undone: face %d, %v", e.settings.Face, e.settings.edits())
	}
	e.redo()
	if last := r.backend.boxes[len(r.backend.boxes)-1]; !slices.Equal(last, []image.Rectangle{box}) {
		t.Fatalf("redone: boxes %v", r.backend.boxes)
	}
	r.photo(withBox(4, box))
	if e.settings.Face != 1 {
		t.Errorf("redone: face %d", e.settings.Face)
	}
}

func TestMarkingIsGivenUp(t *testing.T) {
	r := onePhoto(t)
	e := r.editor
	for name, end := range map[string]func(){
		"Escape":      func() { e.typedKey(&fyne.KeyEvent{Name: fyne.KeyEscape}) },
		"F":           func() { e.typedRune('f') },
		"a new photo": func() { r.photo(engine.Subject{Photo: 9, Path: "/photos/me.jpg"}) },
	} {
		e.toggleMarking()
		end()
		r.drawBox(300, 200, 380, 290)
		if e.marking.on || len(r.backend.boxes) != 0 {
			t.Errorf("%s: on is %v, boxes %v", name, e.marking.on, r.backend.boxes)
		}
	}
	e.toggleMarking()
	r.drawBox(300, 200, 301, 201)
	if !e.marking.on || len(r.backend.boxes) != 0 {
		t.Errorf("a click ended it, or opened %v", r.backend.boxes)
	}
	e.toggleMasking()
	if e.marking.on || !e.masking.on {
		t.Error("a mask is painted and a box is drawn")
	}
	r.photo(engine.Subject{Photo: 10, Random: true, Seed: 3})
	if e.toggleMarking(); e.marking.on {
		t.Error("a face of a random face is marked")
	}
}

func TestNoFaceInTheBox(t *testing.T) {
	for err, want := range map[error]string{
		face.ErrNoFaceInBox: "No face in the box: draw it closely around the face, from brow to chin.",
		face.ErrBox:         "The box is too small or outside of the photo: draw it closely around the face, from brow to chin.",
	} {
		r := onePhoto(t)
		e := r.editor
		e.toggleMarking()
		r.drawBox(300, 200, 380, 290)
		e.Failed(engine.Task{Kind: engine.TaskOpen, Name: "me.jpg"}, fmt.Errorf("me.jpg: %w: why", err))
		if bar := e.notices.bars[noticeMark]; bar == nil || bar.text != want {
			t.Errorf("%v: no notice %q", err, want)
		}
		if e.notices.bars[noticeFailure] != nil || e.marking.photo != (savedstate.Photo{}) || e.subject.Photo != 1 {
			t.Errorf("%v: a failure is shown as well, or is waited for", err)
		}
	}
}

// TestBoxesAreRestored: after a crash the photo is opened with its boxes.
func TestBoxesAreRestored(t *testing.T) {
	box := image.Rect(300, 200, 400, 290)
	sub := withBox(1, box)
	sub.Path = filepath.Join(t.TempDir(), "me.jpg")
	root := crashed(t, func(r *rig) {
		r.photo(sub)
		r.editor.chooseFace(1)
	})
	r := newRig(t)
	r.editor.beginSaving(root, "test")
	defer r.editor.endSaving()
	r.editor.restoreState()
	if len(r.backend.boxes) != 1 || !slices.Equal(r.backend.boxes[0], []image.Rectangle{box}) || r.backend.opened[0] != sub.Path {
		t.Fatalf("opened %q with %v", r.backend.opened, r.backend.boxes)
	}
	r.photo(sub)
	if r.editor.settings.Face != 1 {
		t.Errorf("face %d", r.editor.settings.Face)
	}
}

// TestRecipeWithBoxes: a recipe opens its photo with the boxes.
func TestRecipeWithBoxes(t *testing.T) {
	dir, data := t.TempDir(), []byte("the bytes of a photo")
	if err := os.WriteFile(filepath.Join(dir, "me.jpg"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	r := newRig(t)
	r.editor.restoreRecipe(filepath.Join(dir, "me-edited.png"), recipe.Recipe{
		Source: &recipe.Source{Name: "me.jpg", SHA256: hex.EncodeToString(sum[:])}, Renderer: "gan",
		Face: 2, Boxes: []recipe.Box{{300, 200, 100, 90}}, Edits: []recipe.Edit{{Source: "face", Target: "old face", Strength: 1}},
	})
	r.background()
	box := image.Rect(300, 200, 400, 290)
	if len(r.backend.boxes) != 1 || !slices.Equal(r.backend.boxes[0], []image.Rectangle{box}) {
		t.Fatalf("opened %q with %v", r.backend.opened, r.backend.boxes)
	}
	sub := withBox(1, box)
	sub.Path = r.backend.opened[0]
	r.photo(sub)
	if e := r.editor; e.settings.Face != 1 || len(e.settings.edits()) != 1 {
		t.Errorf("face %d, edits %v", e.settings.Face, e.settings.edits())
	}
}
