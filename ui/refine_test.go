package ui

import (
	"errors"
	"slices"
	"testing"

	"fyne.io/fyne/v2/test"

	"deltaedit/engine"
)

var able = engine.Status{Ready: true, Pack: "faces", Provider: "cpu", RefineSteps: 60}

func TestRefineButton(t *testing.T) {
	r := newRig(t)
	button := r.editor.panel.refine
	expect := func(what string, enabled bool) {
		t.Helper()
		if button.Disabled() == enabled {
			t.Errorf("%s: enabled is %t", what, !enabled)
		}
	}
	expect("no photo", false)
	r.photo(engine.Subject{Name: "a.jpg", Faces: make([]engine.FaceBox, 2)})
	expect("a pack that cannot", false)
	r.editor.Status(able)
	expect("a pack that can", true)

	test.Tap(button)
	if !slices.Equal(r.backend.refined, []int{60}) {
		t.Fatalf("asked for %v, want 60 steps", r.backend.refined)
	}
	expect("running", false)
	r.editor.Progress(engine.Progress{Task: engine.Task{Kind: engine.TaskRefine}, Fraction: 0.5})
	if r.editor.activity.fraction.Value != 0.5 {
		t.Error("progress is not shown")
	}
	test.Tap(r.editor.activity.cancel)
	if r.backend.cancelled != 1 {
		t.Error("cancel does not reach the engine")
	}
	r.editor.Progress(engine.Progress{Task: engine.Task{Kind: engine.TaskRefine}, Fraction: 1, Done: true})
	expect("cancelled", true)

	test.Tap(button)
	r.editor.Failed(engine.Task{Kind: engine.TaskRefine}, errors.New("broken"))
	expect("failed", true)

	test.Tap(button)
	before := len(r.backend.requests)
	r.editor.Refined(1, []engine.Refinement{{Face: 1, Steps: 60}})
	if len(r.backend.requests) != before+1 || r.backend.newest().Quality != engine.QualityRest {
		t.Error("the picture is not asked for again")
	}
	expect("refined", false)
	r.editor.chooseFace(1)
	expect("another face", true)
	r.editor.chooseFace(0)
	expect("the refined face again", false)

	r.photo(engine.Subject{Photo: 2, Name: "b.jpg"})
	expect("a new photo", true)
	r.editor.Refined(1, []engine.Refinement{{Face: 1}})
	expect("late news of the photo before", true)
	r.photo(engine.Subject{Photo: 3, Random: true})
	expect("a face that does not exist", false)
}

func TestRefineTellsThatItStoppedEarly(t *testing.T) {
	r := newRig(t)
	r.editor.Status(able)
	r.photo(engine.Subject{Name: "a.jpg"})
	r.editor.Refined(1, []engine.Refinement{{Face: 1, Notice: "stopped after 3 of 60 steps"}})
	if bar := r.editor.notices.bars[noticeRefine]; bar == nil || bar.kind != noticeInfo {
		t.Errorf("notices %v", r.editor.notices.bars)
	}
	r.rest(noticeRest)
	if r.editor.notices.bars[noticeRefine] != nil {
		t.Error("the notice stays")
	}
}
