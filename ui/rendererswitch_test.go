package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"deltaedit/engine"
)

// faithful is the status of a pack with the diffusion.
var faithful = engine.Status{Ready: true, Pack: "faces", Provider: "cpu", Threshold: 0.2, DiffusionSteps: 20}

func TestEngineSwitch(t *testing.T) {
	r := newRig(t)
	s := r.editor.panel.engine
	chosen := func() string {
		text := ""
		for _, c := range s.choices {
			if c.selected {
				text += c.Text
			}
		}
		return text
	}
	if !s.choices[1].Disabled() || s.why.Visible() {
		t.Error("before the models are loaded: nothing to choose, and nobody knows why")
	}
	r.editor.Status(able)
	if !s.choices[1].Disabled() || !s.why.Visible() || s.why.Text == "" || s.stepsRow.Visible() {
		t.Error("a pack with the GAN alone: nothing to choose, and it says why")
	}
	if test.Tap(s.choices[engine.Diffusion]); r.editor.settings.Renderer != engine.GAN {
		t.Error("what is disabled was chosen")
	}
	r.editor.Status(faithful)
	if s.choices[1].Disabled() || s.why.Visible() || !s.stepsRow.Visible() || chosen() != "Fast: GAN" || s.stepsValue.Text != "20" {
		t.Errorf("a pack with both: chosen %q, %s steps", chosen(), s.stepsValue.Text)
	}
	r.photo(engine.Subject{Name: "a.jpg"})
	r.editor.settings = r.editor.settings.withTexts("face", "smiling face")
	before := len(r.backend.requests)
	test.Tap(s.choices[engine.Diffusion])
	if got := r.backend.newest(); len(r.backend.requests) != before+1 || got.Renderer != engine.Diffusion || got.Steps != 0 || got.Quality != engine.QualityRest {
		t.Errorf("request %+v", got)
	}
	// The slider of the strength is the same; the engine previews by the GAN.
	r.editor.panel.strength.OnChanged(0.5)
	if got := r.backend.newest(); got.Quality != engine.QualityDrag || got.Renderer != engine.Diffusion {
		t.Errorf("dragging: request %+v", got)
	}
	r.editor.panel.strength.OnChangeEnded(0.5)

	before = len(r.backend.requests)
	s.steps.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	if s.stepsValue.Text != "25" || len(r.backend.requests) != before {
		t.Errorf("%s steps; a request on the way", s.stepsValue.Text)
	}
	s.steps.KeyUp(&fyne.KeyEvent{Name: fyne.KeyRight})
	if got := r.backend.newest(); got.Steps != 25 || len(r.backend.requests) != before+1 {
		t.Errorf("request %+v", got)
	}
	r.editor.undo()
	if got := r.backend.newest(); got.Steps != 0 || got.Renderer != engine.Diffusion || s.stepsValue.Text != "20" {
		t.Errorf("undone: request %+v, %s steps", got, s.stepsValue.Text)
	}
	r.editor.undo() // the strength
	r.editor.undo()
	if got := r.backend.newest(); got.Renderer != engine.GAN || chosen() != "Fast: GAN" {
		t.Errorf("undone: request %+v, chosen %q", got, chosen())
	}
	r.editor.redo()
	if got := r.backend.newest(); got.Renderer != engine.Diffusion || chosen() != "Faithful: diffusion" {
		t.Errorf("done again: request %+v, chosen %q", got, chosen())
	}
	// With a pack that has none the GAN works, until one comes that has.
	r.editor.Status(able)
	r.editor.postRequest(engine.QualityRest)
	if got := r.backend.newest(); got.Renderer != engine.GAN || chosen() != "Fast: GAN" || !s.choices[1].Disabled() {
		t.Errorf("another pack: request %+v, chosen %q", got, chosen())
	}
	r.editor.Status(faithful)
	if chosen() != "Faithful: diffusion" {
		t.Errorf("back again: chosen %q", chosen())
	}
}

func TestProgressCountsSteps(t *testing.T) {
	for want, p := range map[string]engine.Progress{
		"Refining the face":                                 {Task: engine.Task{Kind: engine.TaskRefine}, Fraction: 0.5},
		"Drawing by diffusion: step 5 of 20, 3 s left":      {Task: engine.Task{Kind: engine.TaskDiffusionDraw}, Step: 5, Steps: 20, Left: 3200 * time.Millisecond},
		"Preparing the diffusion: step 40 of 40":            {Task: engine.Task{Kind: engine.TaskDiffusionPrepare}, Step: 40, Steps: 40},
		"Preparing the diffusion: step 39 of 40":            {Task: engine.Task{Kind: engine.TaskDiffusionPrepare}, Step: 39, Steps: 40, Left: 200 * time.Millisecond},
		"Preparing the diffusion: step 1 of 40, 120 s left": {Task: engine.Task{Kind: engine.TaskDiffusionPrepare}, Step: 1, Steps: 40, Left: 2 * time.Minute},
	} {
		if got := progressText(p); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	r := newRig(t)
	r.photo(engine.Subject{Name: "a.jpg"})
	r.editor.Progress(engine.Progress{Task: engine.Task{Kind: engine.TaskDiffusionDraw}, Fraction: 0.25, Step: 5, Steps: 20, Left: 3 * time.Second})
	if r.editor.activity.fraction.Value != 0.25 || !r.editor.activity.Busy() {
		t.Error("progress is not shown")
	}
	r.editor.escape()
	if r.backend.cancelled != 1 {
		t.Error("Esc does not reach the engine")
	}
}

func TestStepsOfTheDiffusionArePaintedInTurn(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{Name: "a.jpg"})
	stages := []engine.Stage{engine.StagePreview, engine.StageRefined, engine.StageRefined, engine.StageFinal, engine.StageRefined}
	for _, st := range stages {
		r.editor.Frame(r.frame(st))
	}
	var got []engine.Stage
	for _, f := range r.painted {
		got = append(got, f.Stage)
	}
	if !slices.Equal(got, stages[:4]) {
		t.Errorf("painted %v, want all but the step that came after the picture", got)
	}
	// News of the engine do not take the frame from the status line.
	st := faithful
	st.DiffusionProvider = "cpu"
	r.editor.Status(st)
	if text := r.editor.statusbar.left.Text; !strings.Contains(text, "final 12 ms") {
		t.Errorf("the status line says %q", text)
	}
	r.photo(engine.Subject{Photo: 2, Name: "b.jpg"})
	r.editor.Status(st)
	if text := r.editor.statusbar.left.Text; strings.Contains(text, "final") {
		t.Errorf("with a new photo the status line says %q", text)
	}
}
