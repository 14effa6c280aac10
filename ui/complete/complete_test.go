package complete

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

var concepts = []Concept{
	{"freckles", "face with freckles", false},
	{"smiling", "smiling face", true},
	{"closed smile", "face smiling with closed mouth", true},
	{"serious", "serious face", true},
	{"child", "face of a child", true},
	{"blond hair", "face with blond hair", true},
	{"black hair", "face with black hair", true},
	{"beard", "face with a beard", true},
	{"fringe", "face with a fringe", true},
	{"old", "old face", true},
	{"mouth open", "face with an open mouth", true},
	{"light background", "face in front of a light background", true},
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
