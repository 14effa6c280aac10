package ui

import (
	"strings"

	"fyne.io/fyne/v2/lang"

	"deltaedit/engine"
	"deltaedit/engine/photo"
	"deltaedit/ui/stack"
)

// keeping is a result on its way to becoming the photo. It belongs to the UI thread.
type keeping struct {
	// path is the file that the result is written to; "" for none.
	path string
}

// is reports whether a file is that of the result.
func (k *keeping) is(path string) bool { return k.path != "" && k.path == path }

// canKeep reports whether there is a result to go on from.
func (e *editor) canKeep() bool {
	return e.open() && e.keeping.path == "" && !e.request(engine.QualityRest).Untouched()
}

// keep makes the result the photo, so that new changes start from it. Undo goes back.
func (e *editor) keep() {
	if !e.canKeep() {
		return
	}
	name := strings.TrimSuffix(exportName(e.subject, ".png"), "-edited.png") + ".png"
	path, err := e.past.log.NewKept(name)
	if err != nil {
		e.Failed(engine.Task{Kind: engine.TaskExport}, err)
		return
	}
	e.hold(false)
	s := e.settings
	s.Aligned = false // the whole photo goes on
	e.apply(s)
	r := e.last
	r.StripPrivate, r.File = false, photo.Encoding{} // these are decided at the export
	e.last = r
	e.backend.Post(r)
	e.keeping.path = path
	e.backend.Export(path)
}

// kept opens the result that was written, and reports whether the file was one.
func (e *editor) kept(path string) bool {
	if !e.keeping.is(path) {
		return false
	}
	e.backend.Open(path)
	return true
}

// carriedOn returns the settings for a kept result: the same controls, and no change yet.
func (e *editor) carriedOn() settings {
	s := e.settings
	s.stacks = nil
	if s.Face >= len(e.subject.Faces) {
		s.Face = 0
	}
	return s.withStack(stack.New())
}

// keepDone is called when a photo was opened or something failed: keeping is over.
func (e *editor) keepDone(opened bool) {
	if opened && e.keeping.is(e.subject.Path) {
		e.notices.Show(noticeExport, noticeSuccess, lang.L("The result is the photo now. Undo goes back to before."))
		e.exportTimer.Trigger(func() { e.notices.Clear(noticeExport) })
	}
	e.keeping.path = ""
}
