package ui

import (
	"strings"
	"testing"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/measure"
)

// decision is one in which WebGPU won.
func decision(kept bool) *engine.Decision {
	return &engine.Decision{
		Provider: "webgpu", Measured: time.Now(), Kept: kept,
		Candidates: []measure.Candidate{
			{Provider: "cuda", Refused: "not built in"},
			{Provider: "webgpu", PreviewMS: 2, FinalMS: 7.5},
			{Provider: "cpu", PreviewMS: 40, FinalMS: 131},
		},
	}
}

func (r *rig) status(d *engine.Decision) {
	r.editor.Status(engine.Status{Ready: true, Pack: "faces", PackDir: "/packs/faces", Provider: "webgpu", Decision: d})
}

func TestProviderMenu(t *testing.T) {
	r := newRig(t)
	if want := (engine.Options{Provider: "auto"}); r.backend.options != want {
		t.Errorf("started with %+v, want %+v", r.backend.options, want)
	}
	r.status(decision(true))
	if text := r.editor.notices.Text(noticeProvider); text != "" {
		t.Errorf("a decision of an earlier day is news: %q", text)
	}
	menu := r.editor.providerMenu()
	type entry struct {
		label                   string
		checked, disabled, line bool
	}
	want := []entry{
		{"Automatic (WebGPU)", true, false, false},
		{"", false, false, true},
		{"CUDA", false, true, false},
		{"WebGPU – 9.5 ms a picture", false, false, false},
		{"CPU – 171 ms a picture", false, false, false},
		{"", false, false, true},
		{"Measure again", false, false, false},
	}
	if len(menu.Items) != len(want) {
		t.Fatalf("%d entries, want %d", len(menu.Items), len(want))
	}
	for i, w := range want {
		it := menu.Items[i]
		if got := (entry{it.Label, it.Checked, it.Disabled, it.IsSeparator}); got != w {
			t.Errorf("entry %d is %+v, want %+v", i, got, w)
		}
	}
	menu.Items[0].Action() // in force
	if len(r.backend.used) != 0 {
		t.Errorf("what is in force was asked for: %+v", r.backend.used)
	}

	menu.Items[4].Action()
	if want := (engine.Options{Pack: "/packs/faces", Provider: "cpu", Preferred: true}); len(r.backend.used) != 1 || r.backend.used[0] != want {
		t.Errorf("got %+v, want %+v", r.backend.used, want)
	}
	if got := r.app.Preferences().String(prefProvider); got != "cpu" {
		t.Errorf("the preference is %q", got)
	}
	r.status(nil) // asked for by name, nothing is known of the others
	menu = r.editor.providerMenu()
	if menu.Items[0].Label != "Automatic" || menu.Items[0].Checked || menu.Items[2].Disabled || !menu.Items[4].Checked {
		t.Errorf("with the CPU as preference: %+v", menu.Items)
	}

	menu.Items[6].Action()
	if want := (engine.Options{Pack: "/packs/faces", Provider: "auto", Measure: true}); len(r.backend.used) != 2 || r.backend.used[1] != want {
		t.Errorf("got %+v, want %+v", r.backend.used, want)
	}
	if got := r.app.Preferences().String(prefProvider); got != "auto" {
		t.Errorf("the preference is %q", got)
	}
	r.status(decision(false))
	if text := r.editor.notices.Text(noticeProvider); text != "WebGPU is the fastest here: 9.5 ms a picture. CPU: 171 ms." {
		t.Errorf("after measuring it says %q", text)
	}
	r.rest(noticeRest)
	if text := r.editor.notices.Text(noticeProvider); text != "" {
		t.Errorf("it goes on saying %q", text)
	}
}

// A refusal is told instead of the times, also when it was told before.
func TestRefusedProvider(t *testing.T) {
	r := newRig(t)
	for range 2 {
		d := decision(false)
		d.Candidates[0].Broken = true
		r.editor.Status(engine.Status{Ready: true, Provider: "webgpu", Decision: d, Notice: "cuda is not used: its picture is another; using webgpu"})
		if text := r.editor.notices.Text(noticeProvider); !strings.HasPrefix(text, "CUDA is not used") {
			t.Errorf("it says %q", text)
		}
		r.rest(noticeRest)
	}
}

// Where only the CPU works there is nothing to measure.
func TestProviderMenuWithoutAGPU(t *testing.T) {
	r := newRig(t)
	r.status(&engine.Decision{Provider: "cpu", Candidates: []measure.Candidate{
		{Provider: "cuda", Refused: "no"}, {Provider: "webgpu", Refused: "no"}, {Provider: "cpu"},
	}})
	items := r.editor.providerMenu().Items
	if items[0].Label != "Automatic (CPU)" || !items[2].Disabled || !items[3].Disabled || items[4].Disabled || items[4].Label != "CPU" || !items[6].Disabled {
		t.Errorf("got %+v", items)
	}
}

func TestProviderPreference(t *testing.T) {
	for _, c := range []struct {
		flag, preference string
		want             engine.Options
	}{
		{"", "", engine.Options{Provider: "auto"}},
		{"", "webgpu", engine.Options{Provider: "webgpu", Preferred: true}},
		{"cuda", "webgpu", engine.Options{Provider: "cuda"}}, // asked for: never replaced
		{"auto", "webgpu", engine.Options{Provider: "auto"}},
	} {
		r := newRig(t)
		r.app.Preferences().SetString(prefProvider, c.preference)
		t2 := r.editor.tools
		t2.provider = c.flag
		e := newEditor(r.app, r.win, t2)
		if r.backend.options != c.want {
			t.Errorf("%+v: started with %+v", c, r.backend.options)
		}
		if c.flag != "" {
			if got := r.app.Preferences().String(prefProvider); got != c.preference {
				t.Errorf("the flag changed the preference to %q", got)
			}
		}
		// A provider that is not chosen from as a rule stays to be seen.
		e.provider = "openvino"
		items := e.providerMenu().Items
		if it := items[len(items)-3]; it.Label != "OpenVINO" || !it.Checked {
			t.Errorf("got %+v", it)
		}
	}
}

// TestProviderNotices: what the engine says of the providers is put into the user's words, and its
// own are the details.
func TestProviderNotices(t *testing.T) {
	none := &engine.Decision{Provider: "cpu", Candidates: []measure.Candidate{{Provider: "webgpu", Refused: "no device"}, {Provider: "cpu"}}}
	ended := &engine.Decision{Provider: "cpu", Candidates: []measure.Candidate{{Provider: "cpu"}}}
	broken := &engine.Decision{Provider: "webgpu", Candidates: []measure.Candidate{{Provider: "cuda", Refused: "another picture", Broken: true}, {Provider: "webgpu"}}}
	for _, tc := range []struct {
		asked, runs string
		decision    *engine.Decision
		want        string
	}{
		{"cuda", "cpu", none, "CUDA cannot be used here: the models run on CPU."},
		{"webgpu", "webgpu+cpu", nil, "The models run on WebGPU + CPU; the details say what was found out about that."},
		{"auto", "cpu", none, "No graphics processor can be used here: the models run on the CPU."},
		{"auto", "webgpu", broken, "CUDA is not used, because it failed or drew wrong pictures here: the models run on WebGPU."},
		{"auto", "cpu", ended, "The models run on CPU; the details say what was found out about that."},
	} {
		r := newRig(t)
		r.editor.provider = tc.asked
		r.editor.Status(engine.Status{Ready: true, Provider: tc.runs, Decision: tc.decision, Notice: "as the engine says"})
		if got := r.editor.notices.Text(noticeProvider); got != tc.want {
			t.Errorf("%s on %s: want %q, got %q", tc.asked, tc.runs, tc.want, got)
		}
		if bar := r.editor.notices.bars[noticeProvider]; bar == nil || bar.details != "as the engine says" {
			t.Errorf("%s on %s: other details", tc.asked, tc.runs)
		}
	}
}
