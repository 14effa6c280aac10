// Package sheet reads what the command sheet is asked for: the rows and the strengths of a
// contact sheet.
package sheet

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"deltaedit/assets"
	"deltaedit/engine"
	"deltaedit/ui/contactsheet"
	"deltaedit/ui/variant"
)

// All as the name of a preset means every preset.
const All = "all"

// Rows returns a row for each edit, and then one for each preset that is named: by its
// title, or by the title of its group, in any case. The strengths of edits do not matter.
func Rows(edits []engine.Edit, presets []string, groups []assets.Group) ([]contactsheet.Row, error) {
	var out []contactsheet.Row
	for _, e := range edits {
		out = append(out, contactsheet.Row{Caption: variant.Title(e.Source, e.Target), Edits: []engine.Edit{e}})
	}
	for _, name := range presets {
		found := named(name, groups)
		if len(found) == 0 {
			return nil, fmt.Errorf("no preset is called %q: want %q, one of %s", name, All, titles(groups))
		}
		for _, p := range found {
			out = append(out, contactsheet.Row{Caption: p.Title, Edits: []engine.Edit{{Source: p.Source, Target: p.Target, Strength: 1}}})
		}
	}
	return out, nil
}

// named returns the presets of a name, in the order of the groups.
func named(name string, groups []assets.Group) []assets.Preset {
	var out []assets.Preset
	for _, g := range groups {
		for _, p := range g.Presets {
			if name == All || strings.EqualFold(name, g.Title) || strings.EqualFold(name, p.Title) {
				out = append(out, p)
			}
		}
	}
	return out
}

func titles(groups []assets.Group) string {
	var all []string
	for _, g := range groups {
		var own []string
		for _, p := range g.Presets {
			own = append(own, p.Title)
		}
		all = append(all, fmt.Sprintf("%s (%s)", g.Title, strings.Join(own, ", ")))
	}
	return strings.Join(all, ", ")
}

// Strengths is the value of a flag: numbers with commas between them, each once.
type Strengths []float64

// String returns the numbers as they are typed.
func (s *Strengths) String() string {
	words := make([]string, len(*s))
	for i, v := range *s {
		words[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strings.Join(words, ",")
}

// Type names the kind of the value in the help.
func (s *Strengths) Type() string { return "numbers" }

// Set replaces the numbers.
func (s *Strengths) Set(text string) error {
	out, err := ParseStrengths(text)
	if err != nil {
		return err
	}
	*s = out
	return nil
}

// ParseStrengths reads strengths with commas between them, such as "-1, 0.5, 1".
func ParseStrengths(text string) ([]float64, error) {
	var out []float64
	seen := map[float64]bool{}
	for word := range strings.SplitSeq(text, ",") {
		word = strings.Replace(strings.TrimSpace(word), "−", "-", 1)
		v, err := strconv.ParseFloat(word, 64)
		switch {
		case err != nil || math.IsNaN(v) || strings.ContainsAny(word, "xX_"):
			return nil, fmt.Errorf("want strengths with commas between them, such as -1,0.5,1; got %q", text)
		case math.Abs(v) > engine.MaxStrength:
			return nil, fmt.Errorf("want strengths from %d to %d, got %s", -engine.MaxStrength, engine.MaxStrength, word)
		case seen[v]:
			return nil, fmt.Errorf("strength %s is there twice: want each once", word)
		}
		seen[v] = true
		out = append(out, v)
	}
	if len(out) > contactsheet.MaxColumns {
		return nil, fmt.Errorf("%d strengths: want at most %d", len(out), contactsheet.MaxColumns)
	}
	return out, nil
}
