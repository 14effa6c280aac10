package ui

import (
	"testing"

	"deltaedit/engine"
	"deltaedit/ui/stack"
)

func TestPacksAreSwitched(t *testing.T) {
	r := newRig(t)
	r.editor.provider = "webgpu" // as by --provider
	r.editor.preferred = false
	r.editor.Status(engine.Status{Ready: true, Pack: "faces", Threshold: 0.25})
	r.photo(engine.Subject{})
	r.told(engine.PromptReport{Known: true, Threshold: 0.12})
	r.editor.settings = oneRow(stack.Row{Source: "face", Target: "old face", Strength: 1, Threshold: 0.4})
	menu := r.editor.packMenu()
	if len(menu.Items) != 3 {
		t.Fatalf("%d packs", len(menu.Items))
	}
	for i, want := range []struct {
		label             string
		checked, disabled bool
	}{
		{"Faces (faces)", true, false},
		{"StyleGAN2 with CLIP (official)", false, false},
		{"broken", false, true},
	} {
		if it := menu.Items[i]; it.Label != want.label || it.Checked != want.checked || it.Disabled != want.disabled {
			t.Errorf("item %d is %q, checked %v, disabled %v", i, it.Label, it.Checked, it.Disabled)
		}
	}
	menu.Items[0].Action() // in use
	if len(r.backend.used) != 0 {
		t.Errorf("the pack in use was asked for: %v", r.backend.used)
	}
	menu.Items[1].Action()
	if want := (engine.Options{Pack: "/packs/official", Provider: "webgpu"}); len(r.backend.used) != 1 || r.backend.used[0] != want {
		t.Fatalf("want %v, got %v", want, r.backend.used)
	}
	r.editor.Status(engine.Status{Ready: true, Pack: "official", Threshold: 0.03})
	if got := r.editor.panel.threshold.Value(); got != 0.03 {
		t.Errorf("the slider is at %v, want the new pack's threshold until it has read the edit", got)
	}
	r.editor.Opened(engine.Subject{Photo: 2, Size: r.editor.subject.Size, Faces: r.editor.subject.Faces})
	if got := r.backend.newest(); got.Photo != 2 || got.Threshold != stack.OwnThreshold || got.Edits[0].HasThreshold {
		t.Errorf("after the switch photo %d is asked for at threshold %v", got.Photo, got.Threshold)
	}
	if menu := r.editor.packMenu(); menu.Items[0].Checked || !menu.Items[1].Checked {
		t.Error("the new pack is not checked")
	}
}
