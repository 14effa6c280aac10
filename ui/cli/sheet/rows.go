// Package sheet reads what the command sheet is asked for: the rows and the strengths of a
// contact sheet.
package sheet

import (
	"fmt"
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
	return variant.FormatStrengths(*s, ",")
}

// Type names the kind of the value in the help.
func (s *Strengths) Type() string { return "numbers" }

// Set replaces the numbers.
func (s *Strengths) Set(text string) error {
	out, err := variant.ParseStrengths(text)
	if err != nil {
		return err
	}
	*s = out
	return nil
}
