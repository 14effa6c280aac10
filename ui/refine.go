package ui

import (
	"fyne.io/fyne/v2/lang"

	"deltaedit/engine"
)

// refining is the state behind the button "Refine". It belongs to the UI thread.
type refining struct {
	// running is true while the engine refines. done holds the faces of the open photo
	// that are already refined.
	running bool
	done    map[int]bool
}

// refine asks the engine to fit the selected face's reconstruction to the photo. The
// activity card shows the progress and can cancel it.
func (e *editor) refine() {
	if !e.canRefine() {
		return
	}
	e.refining.running = true
	e.showRefine()
	e.backend.Refine(e.status.RefineSteps)
}

// canRefine is false while refining is running, where it would have no effect, and
// where the pack does not support it.
func (e *editor) canRefine() bool {
	return e.open() && e.status.RefineSteps > 0 && !e.subject.Random &&
		!e.refining.running && !e.refining.done[e.settings.Face]
}

func (e *editor) showRefine() {
	if e.canRefine() {
		e.panel.refine.Enable()
	} else {
		e.panel.refine.Disable()
	}
}

// refineOver is called when refining has ended for any reason.
func (e *editor) refineOver() {
	e.refining.running = false
	e.showRefine()
}

// Refined requests the image again, because the displayed one is of the old
// reconstruction.
func (e *editor) Refined(photo uint64, faces []engine.Refinement) {
	if photo != e.subject.Photo {
		return
	}
	if e.refining.done == nil {
		e.refining.done = map[int]bool{}
	}
	text, kind := lang.L("The face is refined: edits keep more of it."), noticeSuccess
	for _, f := range faces {
		e.refining.done[f.Face-1] = true
		if f.Notice != "" {
			e.log.Warn("Refining", "face", f.Face, "notice", f.Notice)
			text, kind = lang.L("Refining stopped early; the best of it is kept."), noticeInfo
		}
	}
	e.refineOver()
	e.notices.Show(noticeRefine, kind, text)
	e.refineTimer.Trigger(func() { e.notices.Clear(noticeRefine) })
	e.postRequest(engine.QualityRest)
	e.showVariants()
}
