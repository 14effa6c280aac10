package prompt

import (
	"slices"
	"strings"
	"testing"
)

func TestHalfUnderstood(t *testing.T) {
	e := builtin(t)
	for _, c := range []struct {
		text, words, taken string
	}{
		{"wink", "wink", "eyes closed"},
		{"a winking face", "winking", "eyes closed"},
		{"winking smile", "winking", "open smile"},
		{"one blue eye and one brown eye", "one blue eye; one brown eye", "blue eyes"},
		{"one eye closed", "one eye closed", "eyes closed"},
		{"left eye closed", "left eye closed", "eyes closed"},
		{"smiling with one eye closed", "one eye closed", "eyes closed"},
		{"one eyebrow raised", "one eyebrow raised", "raised brows"},
		{"raised left eyebrow", "left eyebrow", "raised brows"},
		{"one blue eye", "one blue eye", "blue eyes"},
		{"one earring", "one earring", "earrings"},
		{"green hair", "green hair", "red hair"},
		{"long purple hair", "purple hair", "red hair"},
	} {
		d, err := e.Delta(t.Context(), "face", c.text)
		n, ok := hasNotice(d, NoticeHalf, Target)
		if err != nil || !ok || strings.Join(n.Words, "; ") != c.words || !slices.Contains(n.Taken, c.taken) {
			t.Errorf("%q: want %q taken as %q, got %v, %+v", c.text, c.words, c.taken, err, d.Notices)
		}
	}
	for _, text := range []string{
		"eyes closed", "raised eyebrows", "light on the left cheek", "light from the left", "eyes looking left",
		"face turned to the left", "blue eyes", "red hair", "blond hair", "a woman with one child", "a man and one hat",
		"left side of the face lit", "the eyes look left", "one old man", "thick eyebrows", "lipstick",
	} {
		d, err := e.Delta(t.Context(), "face", text)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := hasNotice(d, NoticeHalf, Target); ok {
			t.Errorf("%q: got %+v", text, d.Notices)
		}
	}
}

func TestContradictions(t *testing.T) {
	e := builtin(t)
	for _, c := range []struct {
		text  string
		words []string
		taken string // a concept that is taken
	}{
		{"smiling sad face", []string{"smiling", "sad"}, "sad"},
		{"smiling but sad", []string{"smiling", "sad"}, "sad"},
		{"happy sad face", []string{"happy", "sad"}, ""},
		{"young old man", []string{"young", "old"}, "male"},
		{"blond black hair", []string{"blond hair", "black hair"}, "blond hair"},
		{"mouth open, mouth closed", []string{"mouth open", "mouth closed"}, "mouth open"},
		{"long short hair", []string{"long hair", "short hair"}, ""},
		{"big eyes and small eyes", []string{"big eyes", "small eyes"}, "small eyes"},
		{"clean-shaven with a beard", []string{"clean-shaven", "beard"}, "clean-shaven"},
		{"curly straight hair", []string{"curly hair", "straight hair"}, "curly hair"},
		{"bright dim light", []string{"bright light", "dim light"}, "dim light"},
		{"male female", []string{"male", "female"}, ""},
	} {
		d, err := e.Delta(t.Context(), "face", c.text)
		n, ok := hasNotice(d, NoticeContradiction, Target)
		if err != nil || !ok || !slices.Equal(n.Words, c.words) || c.taken != "" && !slices.Contains(n.Taken, c.taken) {
			t.Errorf("%q: want %q taken as %q, got %v, %+v", c.text, c.words, c.taken, err, d.Notices)
		}
		// The words are known, each by itself.
		if len(d.Unknown) > 0 {
			t.Errorf("%q: got unknown %q", c.text, d.Unknown)
		}
	}
	for _, text := range []string{
		"a bearded woman", "bald woman with long hair", "small eyes and a big nose", "smiling with closed mouth",
		"sad face with a beard", "surprised but serious", "a young man with grey hair", "an old woman with black hair",
		"not smiling but sad", "sad instead of smiling", "no longer old but young", "dark brown hair", "dimly lit face",
		"light hair, dark background", "thin lips and thick eyebrows", "a child with glasses", "mouth open, eyes closed",
		"laughing with closed eyes", "one half smiling, the other half sad", "smiling", "face",
	} {
		d, err := e.Delta(t.Context(), "a photo", text)
		if err != nil {
			t.Fatal(err)
		}
		if n, ok := hasNotice(d, NoticeContradiction, Target); ok {
			t.Errorf("%q: got %+v", text, n)
		}
	}
	// What goes away does not contradict what comes.
	d, err := e.Delta(t.Context(), "smiling face", "sad face")
	if _, ok := hasNotice(d, NoticeContradiction, Target); err != nil || ok || !d.Known {
		t.Errorf("from a smile to sadness: %v, known %t, %+v", err, d.Known, d.Notices)
	}
}

// Taken are the parts of a direction and nothing else.
func TestTaken(t *testing.T) {
	e := builtin(t)
	for text, want := range map[string][]string{
		"smiling face": {"smiling"}, "face with a hat": {"hat"}, "old man with glasses": {"glasses", "male", "old"},
	} {
		d, err := e.Delta(t.Context(), "face", text)
		if err != nil {
			t.Fatal(err)
		}
		names := takenNames(d.Taken)
		slices.Sort(names)
		if !slices.Equal(names, want) || d.Taken[0].Name != d.Nearest[0].Name {
			t.Errorf("%q: want %q, got %q beside %+v", text, want, names, d.Nearest)
		}
	}
	d, err := e.Delta(t.Context(), "smiling face", "face")
	if names := takenNames(d.Taken); err != nil || !slices.Equal(names, []string{"not smiling"}) {
		t.Errorf("a smile that goes away: %v, %q", err, names)
	}
	if d, err := e.Delta(t.Context(), "face", "qwrtzx"); err != nil || len(d.Taken) > 0 {
		t.Errorf("nonsense: %v, taken as %+v", err, d.Taken)
	}
}
