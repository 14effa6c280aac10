package studio

import (
	"fmt"
	"strings"

	"deltaedit/engine"
	"deltaedit/engine/prompt"
)

// newPromptReport returns the report on an edit. pasted is true when the background of
// the photo stays as it is; threshold is the pack's default.
func newPromptReport(e engine.Edit, d prompt.Direction, threshold float64, pasted bool) engine.PromptReport {
	out := engine.PromptReport{
		Source: e.Source, Target: e.Target, Threshold: d.RelevanceThreshold(threshold),
		Confidence: d.Confidence, Known: d.Known || len(d.Nearest) == 0,
		Unknown: append([]string{}, d.Unknown...), Nearest: []engine.Concept{}, OutOfRange: []engine.Limit{},
		Notices: d.Notices,
	}
	if d.Suggestion.Any() {
		out.Suggestion = &d.Suggestion
	}
	for _, c := range d.Nearest {
		out.Nearest = append(out.Nearest, engine.Concept{Name: c.Name, Cosine: c.Cosine, Opposite: c.Opposite()})
	}
	if pasted && d.Known {
		for _, c := range d.Behind {
			out.Behind = append(out.Behind, c.Name)
		}
	}
	for _, c := range d.Beyond {
		out.OutOfRange = append(out.OutOfRange, engine.Limit{Name: c.Name, Evidence: c.OutOfRange})
	}
	out.Message = promptMessage(out)
	return out
}

// promptMessage says what is unknown, out of range or in the background, without a full
// stop.
func promptMessage(r engine.PromptReport) string {
	switch {
	case len(r.OutOfRange) > 0:
		var parts []string
		for _, l := range r.OutOfRange {
			parts = append(parts, fmt.Sprintf("this pack's generator cannot do %q: %s", l.Name, strings.TrimRight(l.Evidence, ".")))
		}
		return strings.Join(parts, "; ")
	case !r.Known:
		return fmt.Sprintf("this pack does not know %s; nearest: %s", quoted(r.Unknown), namesOf(r.Nearest))
	case len(r.Unknown) > 0:
		return fmt.Sprintf("this pack does not know %s and leaves it out", quoted(r.Unknown))
	case len(r.Behind) > 0:
		return fmt.Sprintf("the photo's background stays as it is, so %s hardly shows; the aligned face has it", quoted(r.Behind))
	}
	return ""
}

// quoted lists texts in quotes; very long ones are cut.
func quoted(texts []string) string {
	var out []string
	for _, t := range texts {
		if r := []rune(t); len(r) > 60 {
			t = string(r[:59]) + "…"
		}
		out = append(out, fmt.Sprintf("%q", t))
	}
	switch n := len(out); n {
	case 0:
		return "this wish"
	case 1:
		return out[0]
	default:
		return strings.Join(out[:n-1], ", ") + " and " + out[n-1]
	}
}

// namesOf lists concepts for a sentence.
func namesOf(concepts []engine.Concept) string {
	var out []string
	for _, c := range concepts {
		if c.Opposite {
			out = append(out, "the opposite of "+c.Name)
		} else {
			out = append(out, c.Name)
		}
	}
	return strings.Join(out, ", ")
}
