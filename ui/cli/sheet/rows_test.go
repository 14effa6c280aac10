package sheet

import (
	"reflect"
	"strings"
	"testing"

	"deltaedit/assets"
	"deltaedit/engine"
)

func groups(t *testing.T) []assets.Group {
	t.Helper()
	return []assets.Group{
		{Title: "Hair", Presets: []assets.Preset{{Title: "Blond", Source: "face", Target: "face with blond hair"}, {Title: "Bald", Source: "face", Target: "bald face"}}},
		{Title: "Age", Presets: []assets.Preset{{Title: "Older", Source: "face", Target: "old face"}}},
	}
}

func TestRowsAreEditsAndThenPresetsInOrder(t *testing.T) {
	edits := []engine.Edit{{Source: "face", Target: "smiling face"}, {Source: "man", Target: "woman"}}
	for _, c := range []struct {
		presets []string
		want    []string
	}{
		{nil, []string{"smiling face", "man → woman"}},
		{[]string{"older", "HAIR"}, []string{"smiling face", "man → woman", "Older", "Blond", "Bald"}},
		{[]string{"all"}, []string{"smiling face", "man → woman", "Blond", "Bald", "Older"}},
	} {
		rows, err := Rows(edits, c.presets, groups(t))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rows {
			got = append(got, r.Caption)
			if len(r.Edits) != 1 || r.Edits[0].Target == "" {
				t.Errorf("%s: edits %+v", r.Caption, r.Edits)
			}
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: rows %q, want %q", c.presets, got, c.want)
		}
	}
	if _, err := Rows(nil, []string{"Hairy"}, groups(t)); err == nil || !strings.Contains(err.Error(), `"Hairy"`) || !strings.Contains(err.Error(), "Hair (Blond, Bald)") {
		t.Errorf("an unknown preset: %v", err)
	}
}

func TestPresetsOfTheProgramAreFound(t *testing.T) {
	all, err := assets.Presets()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := Rows(nil, []string{"all"}, all)
	if err != nil || len(rows) != 19 || rows[0].Caption != "Smiling" || rows[18].Caption != "Make-up" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestStrengthsAreAFlag(t *testing.T) {
	s := Strengths{0, 0.5, -1}
	if s.String() != "0,0.5,-1" {
		t.Errorf("written %q", s.String())
	}
	if err := s.Set("1,x"); err == nil || len(s) != 3 {
		t.Errorf("a bad value: %v, %v", err, s)
	}
	if err := s.Set("2,-2"); err != nil || !reflect.DeepEqual(s, Strengths{2, -2}) {
		t.Errorf("a good value: %v, %v", err, s)
	}
}
