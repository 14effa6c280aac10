package ui

import (
	"errors"
	"image"
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2/lang"

	"deltaedit/engine"
	"deltaedit/engine/face"
	"deltaedit/engine/recipe"
	"deltaedit/ui/savedstate"
)

// marking is a face on its way to being marked with a box. It belongs to the UI thread.
type marking struct {
	// on is true while the pointer draws the box.
	on bool
	// photo is the one that is being opened again with a box more, without its boxes; the
	// zero Photo is none.
	photo savedstate.Photo
}

// is reports whether a photo is opened again with a box more.
func (m *marking) is(photo savedstate.Photo) bool {
	return m.photo != savedstate.Photo{} && m.photo == photo.WithBoxes(nil)
}

// canMark reports whether a face of the photo can be marked: there is one that can be opened
// again, all of it is shown, and a recipe has room for another box.
func (e *editor) canMark() bool {
	photo := e.historyPhoto()
	return e.open() && len(e.subject.Boxes) < recipe.MaxBoxes && !photo.Random && !e.settings.Aligned && (photo.Path != "" || e.sampleOf(photo.Name) != nil)
}

// toggleMarking begins or ends drawing a box around a face.
func (e *editor) toggleMarking() {
	on := !e.marking.on && e.canMark()
	if on && e.masking.on {
		e.toggleMasking()
	}
	e.marking.on = on
	e.viewport.SetMarking(on)
	e.notices.Clear(noticeMark)
	if on {
		e.notices.Show(noticeMark, noticeInfo, lang.L("Draw a box around the face, from brow to chin. Escape ends it."))
	}
}

// endMarking ends drawing a box.
func (e *editor) endMarking() {
	if e.marking.on {
		e.toggleMarking()
	}
}

// markFace opens the photo again with a box around a face, which Opened chooses.
func (e *editor) markFace(box image.Rectangle) {
	e.endMarking()
	e.promptTimer.Stop()
	e.settle()
	photo := e.historyPhoto()
	e.marking.photo = photo.WithBoxes(nil)
	e.openAgain(photo.WithBoxes(append(slices.Clone(e.subject.Boxes), box)))
}

// openAgain opens a photo of the history or of a saved state, and reports whether it could be
// asked for.
func (e *editor) openAgain(photo savedstate.Photo) bool {
	boxes, _ := photo.Rectangles() // checked when it was read
	switch sample := e.sampleOf(photo.Name); {
	case photo.Random:
		e.backend.Random(photo.Seed)
	case photo.Path != "":
		e.backend.OpenSource(engine.Source{Path: photo.Path, Name: filepath.Base(photo.Path), Boxes: boxes})
	case sample != nil:
		e.openStream(sample.Name, sample.Data, boxes...)
	default:
		return false
	}
	return true
}

// marked returns the settings for a photo that was opened again with a box more: the same,
// with the face in the box in hand.
func (e *editor) marked(sub engine.Subject) settings {
	s := e.settings
	s.Face = sub.Marked[len(sub.Marked)-1]
	return s
}

// markFailed says why a face was not marked, and reports whether that is what failed.
func (e *editor) markFailed(err error) bool {
	pending := e.marking.photo != savedstate.Photo{}
	e.marking.photo = savedstate.Photo{}
	if !pending || !errors.Is(err, face.ErrNoFaceInBox) && !errors.Is(err, face.ErrBox) {
		return false
	}
	e.notices.Show(noticeMark, noticeWarning, sentence(reason(err))+".")
	return true
}
