package complete

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

var concepts = []Concept{
	{"freckles", "face with freckles", false, false},
	{"smiling", "smiling face", true, false},
	{"closed smile", "face smiling with closed mouth", true, false},
	{"serious", "serious face", true, false},
	{"child", "face of a child", true, false},
	{"blond hair", "face with blond hair", true, false},
	{"black hair", "face with black hair", true, false},
	{"beard", "face with a beard", true, false},
	{"fringe", "face with a fringe", true, false},
	{"old", "old face", true, false},
	{"mouth open", "face with an open mouth", true, false},
	{"light background", "face in front of a light background", true, false},
}

func texts(in []Suggestion) []string {
	var out []string
	for _, s := range in {
		out = append(out, s.Text)
	}
	return out
}

func TestSuggest(t *testing.T) {
	for _, tc := range []struct {
		typed string
		want  []string
	}{
		{"", nil},
		{"smi", []string{"smiling face"}},
		{"Smi", []string{"smiling face"}},
		{"smiling face", nil},
		{"smiling face ", nil},
		{"s", []string{"smiling face", "serious face"}},
		{"face with b", []string{"face with blond hair", "face with black hair", "face with a beard"}},
		{"smiling face with bl", []string{"smiling face with blond hair", "smiling face with black hair"}},
		{"Smiling face with a be", []string{"Smiling face with a beard"}},
		{"face with glasses and bea", []string{"face with glasses and a beard"}},
		{"old face, bea", []string{"old face, with a beard"}},
		{"face with glasses, bea", []string{"face with glasses, a beard"}},
		{"smiling bla", []string{"smiling face with black hair"}},
		{"old smi", []string{"old smiling face"}},
		{"face with smi", nil},
		{"fr", []string{"face with a fringe", "face with freckles"}}, // cannot be drawn: last
		{"face with an op", []string{"face with an open mouth"}},
		{"chil", []string{"face of a child"}},
		{"light", []string{"face in front of a light background"}},
		{"zebra", nil},
		{"ÄÖ bl", []string{"ÄÖ face with blond hair", "ÄÖ face with black hair"}},
	} {
		if got := texts(Suggest(concepts, tc.typed, 10)); !slices.Equal(got, tc.want) {
			t.Errorf("%q: %q, want %q", tc.typed, got, tc.want)
		}
	}
}

func TestSuggestKeepsWithinBounds(t *testing.T) {
	if got := Suggest(concepts, "face", 3); len(got) != 3 {
		t.Errorf("%d suggestions, want 3", len(got))
	}
	if got := Suggest(nil, "face", 3); len(got) != 0 {
		t.Errorf("without concepts: %v", got)
	}
}

// FuzzSuggest: every suggestion keeps what was typed before the words it completes.
func FuzzSuggest(f *testing.F) {
	for _, s := range []string{"", "smi", "face with b", "  x", "İ b", "\xff b", "a  b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		for _, s := range Suggest(concepts, typed, 5) {
			if strings.TrimSpace(s.Text) == "" || s.Concept.Name == "" {
				t.Errorf("%q gave %s", typed, fmt.Sprintf("%+v", s))
			}
		}
	})
}

func TestSuggestInOtherLanguages(t *testing.T) {
	known := []Concept{
		{"lächelnd", "lächelnd", true, true},
		{"blonde Haare", "blonde Haare", true, true},
		{"笑顔", "笑顔", true, true},
		{"金髪", "金髪", true, true},
		{"blond hair", "face with blond hair", true, false},
	}
	for typed, want := range map[string][]string{
		"lä":             {"lächelnd"},
		"Blo":            {"blonde Haare", "face with blond hair"},
		"lächelnd, bl":   {"lächelnd, blonde Haare", "lächelnd, face with blond hair"},
		"blonde Ha":      {"blonde Haare"},
		"金":              {"金髪"},
		"笑顔、金":           {"笑顔、金髪"},
		"笑顔，金":           {"笑顔，金髪"},
		"笑顔":             nil,
		"lächelnd ":      nil,
		"ä":              nil,
		"face with blon": {"face with blond hair"},
	} {
		if got := texts(Suggest(known, typed, 5)); !slices.Equal(got, want) {
			t.Errorf("%q: want %q, got %q", typed, want, got)
		}
	}
}
