package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"deltaedit/engine"
	"deltaedit/engine/prompt"
	"deltaedit/ui/stack"
)

// told shows a frame with one report and returns the notice about the prompts.
func (r *rig) told(report engine.PromptReport) string {
	f := r.frame(engine.StagePreview)
	if report.Source == "" {
		report.Source = "face"
	}
	f.Prompts = []engine.PromptReport{report}
	r.editor.Frame(f)
	return r.editor.notices.Text(noticePrompt)
}

func TestHowPromptsWereReadIsTold(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	for _, tc := range []struct {
		n    prompt.Notice
		want string
	}{
		{prompt.Notice{Kind: prompt.NoticeLeftOut, Words: []string{"85mm", "masterpiece"}}, "Left out, since it is about the picture and not the face: “85mm”, “masterpiece”."},
		{prompt.Notice{Kind: prompt.NoticeCut, Words: []string{"and so on"}, Count: 12}, "The text is too long: 12 words were not read, first “and so on”."},
		{prompt.Notice{Kind: prompt.NoticeUnfamiliar, Words: []string{"script"}}, "Most of the text is not about a face, so the edit is weak: “script”."},
		{prompt.Notice{Kind: prompt.NoticeTranslated, Words: []string{"smiling face"}}, "Read as “smiling face”."},
		{prompt.Notice{Kind: prompt.NoticeLanguage, Words: []string{"lächelndes Gesicht", "mit Bart"}}, "English is understood best; not understood: “lächelndes Gesicht”, “mit Bart”."},
		{prompt.Notice{Kind: prompt.NoticeHalf, Words: []string{"wink", "smirk"}, Taken: []string{"eyes closed", "not smiling"}}, "Only half understood: “wink”, “smirk”; taken as “eyes closed”, less of “smiling”."},
		{prompt.Notice{Kind: prompt.NoticeContradiction, Words: []string{"smiling", "sad"}}, "“smiling”, “sad” contradict each other; taken as nothing in particular."},
		{prompt.Notice{Kind: "of a later version", Words: []string{"x"}}, `"x".`},
	} {
		if got := r.told(engine.PromptReport{Known: true, Notices: []prompt.Notice{tc.n}}); got != tc.want {
			t.Errorf("%s:\nwant %s\ngot  %s", tc.n.Kind, tc.want, got)
		}
	}
	// Why a prompt is not known is told once.
	got := r.told(engine.PromptReport{Target: "lachend", Unknown: []string{"lachend"}, Notices: []prompt.Notice{{Kind: prompt.NoticeLanguage, Words: []string{"lachend"}}}})
	if strings.Count(got, "lachend") != 1 || !strings.Contains(got, "English is understood best") {
		t.Errorf("got %q", got)
	}
}

func TestMisspeltPromptIsAskedAbout(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	r.target("smilling face")
	report := engine.PromptReport{Target: "smilling face", Known: true, Suggestion: &prompt.Suggestion{
		Target: "smiling face", Words: []prompt.Correction{{Word: "smilling", Meant: "smiling", Side: prompt.Target}},
	}}
	before := len(r.backend.requests)
	r.told(report)
	if got := r.editor.notices.Text(noticeSpelling); got != "Did you mean “smiling face”?" {
		t.Fatalf("asked %q", got)
	}
	if r.editor.panel.target.Text != "smilling face" || len(r.backend.requests) != before {
		t.Error("the prompt was changed without an answer")
	}
	press := func(title string) {
		t.Helper()
		for _, a := range r.editor.notices.bars[noticeSpelling].actions {
			if a.Title == title {
				a.Do()
				return
			}
		}
		t.Fatalf("no button %q", title)
	}
	press("Dismiss")
	if r.editor.notices.Text(noticeSpelling) != "" || r.editor.panel.target.Text != "smilling face" {
		t.Error("dismissing is more than that")
	}
	r.told(report)
	press("Use it")
	e := r.backend.newest().Edits[0]
	if e.Target != "smiling face" || e.Source != "face" || r.editor.panel.target.Text != "smiling face" || r.editor.notices.Text(noticeSpelling) != "" {
		t.Errorf("request %+v, field %q, notice %q", e, r.editor.panel.target.Text, r.editor.notices.Text(noticeSpelling))
	}
	r.editor.undo()
	if got := r.editor.panel.target.Text; got != "smilling face" {
		t.Errorf("undo leaves %q", got)
	}
	// It goes with the words.
	r.told(report)
	r.told(engine.PromptReport{Target: "old face", Known: true})
	if got := r.editor.notices.Text(noticeSpelling); got != "" {
		t.Errorf("it stays: %q", got)
	}
	r.told(report)
	r.target("")
	r.editor.Frame(r.frame(engine.StageOriginal))
	if r.editor.notices.Text(noticeSpelling) != "" {
		t.Error("it stays without a prompt")
	}
}

// Until a person moves it, the slider of the threshold shows what the edit uses.
func TestThresholdShowsTheEditsOwn(t *testing.T) {
	r := newRig(t)
	r.editor.Status(engine.Status{Ready: true, Threshold: 0.05})
	r.photo(engine.Subject{})
	s := r.editor.panel.threshold
	shows := func(when string, want float64) {
		t.Helper()
		if s.Value() != want || r.editor.panel.thresholdValue.Text != fixed2(want) {
			t.Errorf("%s: the slider is at %v and says %s, want %v", when, s.Value(), r.editor.panel.thresholdValue.Text, want)
		}
	}
	shows("no edit", 0.05)
	r.target("bald face")
	r.told(engine.PromptReport{Target: "bald face", Known: true, Threshold: 0.12})
	shows("an edit with a threshold of its own", 0.12)
	if got := r.backend.newest().Threshold; got != stack.OwnThreshold {
		t.Errorf("the request asks for %v, want the default", got)
	}
	f := r.frame(engine.StageOriginal) // strength 0
	r.editor.Frame(f)
	shows("strength 0", 0.12)
	r.target("old face")
	r.told(engine.PromptReport{Target: "old face", Known: true, Threshold: 0.05})
	shows("another edit", 0.05)

	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	chosen := s.Value()
	if chosen == 0.05 || r.backend.newest().Edits[0].Threshold != chosen || !r.backend.newest().Edits[0].HasThreshold {
		t.Fatalf("the slider is at %v, the request asks for %+v", chosen, r.backend.newest().Edits)
	}
	r.told(engine.PromptReport{Target: "old face", Known: true, Threshold: 0.12})
	shows("moved by the person", chosen)
	r.editor.undo()
	shows("undone", 0.12)
	test.Tap(r.editor.panel.reset)
	r.target("")
	r.editor.Frame(r.frame(engine.StageOriginal))
	shows("no edit any more", 0.05)
}
