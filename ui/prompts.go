package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2/lang"

	"deltaedit/engine"
	"deltaedit/engine/prompt"
	"deltaedit/ui/stack"
)

// showPrompts displays what the pack does not know in the prompts or cannot draw, how
// they were read, and how they may have been meant.
func (e *editor) showPrompts(reports []engine.PromptReport) {
	var texts []string
	for _, r := range reports {
		texts = append(texts, promptTexts(r)...)
		for _, n := range r.Notices {
			texts = append(texts, promptNotice(n))
		}
	}
	switch {
	case len(reports) > 0:
		e.notices.Tell(noticePrompt, noticeInfo, texts)
		e.showSpelling(reports)
	case len(e.settings.edits()) == 0: // there are no edits at all, not just strength 0
		e.notices.Clear(noticePrompt)
		e.notices.Clear(noticeSpelling)
	}
}

// promptTexts returns sentences on what the pack does not know in an edit or cannot
// draw.
func promptTexts(r engine.PromptReport) []string {
	var texts []string
	for _, l := range r.OutOfRange {
		texts = append(texts, lang.L("This pack knows “{{.Concept}}” but its generator cannot draw it.", map[string]any{"Concept": conceptTitle(l.Name)}))
	}
	if len(r.OutOfRange) > 0 {
		return texts
	}
	what := listed(r.Unknown)
	if r.Known {
		if what != "" {
			texts = append(texts, lang.L("This pack does not know “{{.Prompt}}” and leaves it out.", map[string]any{"Prompt": what}))
		}
		if len(r.Behind) > 0 {
			texts = append(texts, lang.L("The photo’s background stays as it is, so “{{.Concept}}” hardly shows.", map[string]any{"Concept": listed(conceptTitles(r.Behind))}))
		}
		return texts
	}
	if slices.ContainsFunc(r.Notices, saysUnknown) {
		return texts
	}
	if what == "" {
		what = r.Target
	}
	text := lang.L("This pack does not know “{{.Prompt}}” well, so the edit is weak.", map[string]any{"Prompt": what})
	if names := conceptNames(r.Nearest, 3); names != "" {
		text += " " + lang.L("Nearest: {{.Names}}.", map[string]any{"Names": names})
	}
	return append(texts, text)
}

// saysUnknown reports whether a notice explains why a prompt is unknown.
func saysUnknown(n prompt.Notice) bool {
	return n.Kind == prompt.NoticeLanguage || n.Kind == prompt.NoticeUnfamiliar
}

// promptNotice returns a notice about a prompt in the user's language.
func promptNotice(n prompt.Notice) string {
	words := map[string]any{"Words": listed(n.Words), "Taken": takenText(n.Taken), "Count": n.Count}
	switch n.Kind {
	case prompt.NoticeLeftOut:
		return lang.L("Left out, since it is about the picture and not the face: “{{.Words}}”.", words)
	case prompt.NoticeCut:
		return lang.N("The text is too long: {{.Count}} words were not read, first “{{.Words}}”.", n.Count, words)
	case prompt.NoticeUnfamiliar:
		return lang.L("Most of the text is not about a face, so the edit is weak: “{{.Words}}”.", words)
	case prompt.NoticeLanguage:
		return lang.L("English is understood best; not understood: “{{.Words}}”.", words)
	case prompt.NoticeTranslated:
		return lang.L("Read as “{{.Words}}”.", words)
	case prompt.NoticeHalf:
		return lang.L("Only half understood: “{{.Words}}”; taken as {{.Taken}}.", words)
	case prompt.NoticeContradiction:
		return lang.L("“{{.Words}}” contradict each other; taken as {{.Taken}}.", words)
	}
	return sentence(n.String()) + "."
}

// takenText returns the names of the concepts that an edit draws for some words.
func takenText(names []string) string {
	if len(names) == 0 {
		return lang.L("nothing in particular")
	}
	var out []string
	for _, name := range names {
		if less, ok := strings.CutPrefix(name, "not "); ok {
			out = append(out, lang.L("less of “{{.Concept}}”", map[string]any{"Concept": conceptTitle(less)}))
		} else {
			out = append(out, lang.L("“{{.Concept}}”", map[string]any{"Concept": conceptTitle(name)}))
		}
	}
	return strings.Join(out, ", ")
}

// listed joins texts for a place between quotation marks.
func listed(texts []string) string { return strings.Join(texts, lang.L("”, “")) }

// showSpelling asks whether misspelt words in the prompts should be corrected. Nothing
// is changed unless the user agrees. Of several rows the first is asked about.
func (e *editor) showSpelling(reports []engine.PromptReport) {
	i := slices.IndexFunc(reports, func(r engine.PromptReport) bool { return r.Suggestion != nil && r.Suggestion.Any() })
	if i < 0 {
		e.notices.Clear(noticeSpelling)
		return
	}
	s := reports[i].Suggestion
	var meant []string
	for _, text := range []string{s.Source, s.Target} {
		if text != "" {
			meant = append(meant, text)
		}
	}
	e.notices.Ask(noticeSpelling, noticeInfo, lang.L("Did you mean “{{.Prompt}}”?", map[string]any{"Prompt": listed(meant)}),
		noticeAction{Title: lang.L("Use it"), Main: true, Do: func() {
			e.notices.Clear(noticeSpelling)
			e.useSuggestion(texts{reports[i].Source, reports[i].Target}, *s)
		}},
		noticeAction{Title: lang.L("Dismiss"), Do: func() { e.notices.Clear(noticeSpelling) }},
	)
}

// useSuggestion replaces the prompts that have misspelt words with the corrected ones, in
// the row that has them.
func (e *editor) useSuggestion(of texts, s prompt.Suggestion) {
	e.changeStack(func(st stack.Stack) stack.Stack {
		i := st.Find(of.source, of.target)
		if i < 0 {
			return st
		}
		st = st.Take(i)
		r := st.InHand()
		if s.Source != "" {
			r.Source = s.Source
		}
		if s.Target != "" {
			r.Target = s.Target
		}
		return st.Set(r)
	})
}

// texts are the prompts of an edit as the engine gets them.
type texts struct{ source, target string }

func textsOf(r stack.Row) texts {
	source, target := r.Texts()
	return texts{source, target}
}

// showOwnThresholds stores the relevance thresholds that suit the edits, and displays
// that of the row in hand unless the user has chosen one.
func (e *editor) showOwnThresholds(reports []engine.PromptReport) {
	for _, r := range reports {
		if len(e.ownThresholds) >= maxOwnThresholds {
			clear(e.ownThresholds)
		}
		e.ownThresholds[texts{r.Source, r.Target}] = r.Threshold
	}
	e.panel.ShowThreshold(e.settings, e.usualThreshold())
}

// maxOwnThresholds bounds what is stored: a person may type new prompts all day.
const maxOwnThresholds = 1000

// usualThreshold returns the relevance threshold that applies to the row in hand unless
// the user has chosen one: that of its edit, or the pack's default before that is known.
func (e *editor) usualThreshold() float64 {
	if own, ok := e.ownThresholds[textsOf(e.settings.row())]; ok {
		return own
	}
	return e.status.Threshold
}

func conceptNames(concepts []engine.Concept, most int) string {
	var names []string
	for _, c := range concepts {
		if len(names) == most || c.Name == "" {
			continue
		}
		if c.Opposite {
			names = append(names, lang.L("less of “{{.Concept}}”", map[string]any{"Concept": conceptTitle(c.Name)}))
		} else {
			names = append(names, conceptTitle(c.Name))
		}
	}
	return strings.Join(names, ", ")
}
