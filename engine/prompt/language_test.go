package prompt

import (
	"slices"
	"strings"
	"testing"

	"deltaedit/engine/prompt/lexicon"
)

func TestOtherLanguages(t *testing.T) {
	e := builtin(t)
	for text, unknown := range map[string]string{
		"donna con capelli biondi": "donna con capelli biondi",
		"uma mulher sorrindo":      "uma mulher sorrindo",
		"gülümseyen yüz":           "gülümseyen yüz",
		"улыбающееся лицо":         "улыбающееся лицо",
		"وجه مبتسم":                "وجه مبتسم",
		"चेहरा":                    "चेहरा",
	} {
		d, err := e.Delta(t.Context(), "face", text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		n, ok := hasNotice(d, NoticeLanguage, Target)
		if !ok || !strings.Contains(n.String(), Language) {
			t.Errorf("%q: want to be told which language is understood, got %+v", text, d.Notices)
		}
		if d.Known || !(d.Weight() < 0.02) || strings.Join(d.Unknown, " ") != unknown || !slices.Equal(n.Words, d.Unknown) {
			t.Errorf("%q: want all of it to be unknown, got known %t, weight %.2f, unknown %q, notice %q", text, d.Known, d.Weight(), d.Unknown, n.Words)
		}
	}
}

func TestEnglishIsEnglish(t *testing.T) {
	e := builtin(t)
	for _, text := range []string{
		"smiling face", "naïve smile", "a café owner", "fiancée", "a smiling señora", "an old man with a hat",
		"face with a moustache à la Dalí and a big smile", "tan and blond", "die-hard fan", "😀 smiling", "smiling Frau",
		"zombie", "qwrtzx", "!!!", "sans make-up",
	} {
		d, err := e.Delta(t.Context(), "face", text)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := hasNotice(d, NoticeLanguage, Target); ok {
			t.Errorf("%q: got %+v", text, d.Notices)
		}
	}
	for w := range lexicon.ForeignWords() {
		if e.learned[w] || lexicon.PlainWords[w] {
			t.Errorf("%q is an English word of the pack", w)
		}
	}
}

// TestTranslatedLanguages: prompts in other languages are read as English, and what is not known
// of them is named.
func TestTranslatedLanguages(t *testing.T) {
	e := builtin(t)
	for text, want := range map[string]struct{ read, unknown string }{
		"la\u0308chelndes Gesicht":          {"smiling face", ""},
		"visage souriant avec des lunettes": {"smiling face with glasses", ""},
		"sonriente":                         {"smiling face", ""},
		"微笑的脸":                              {"smiling face", ""},
		"Mann mit Bart und Zauberstab":      {"man with a beard", "zauberstab"},
	} {
		d, err := e.Delta(t.Context(), "face", text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		n, ok := hasNotice(d, NoticeTranslated, Target)
		if !ok || !slices.Equal(n.Words, []string{want.read}) || !d.Known || strings.Join(d.Unknown, " ") != want.unknown {
			t.Errorf("%q: known %t, unknown %q, %v", text, d.Known, d.Unknown, d.Notices)
		}
		same, err := e.Delta(t.Context(), "Gesicht", text)
		if err != nil || !slices.Equal(same.Vector, d.Vector) {
			t.Errorf("%q: a source in another language is another edit (%v)", text, err)
		}
		vector, err := e.Text(t.Context(), text)
		if read, _ := e.Text(t.Context(), want.read); err != nil || !slices.Equal(vector, read) {
			t.Errorf("%q has another vector than %q (%v)", text, want.read, err)
		}
	}
}

// Prompts with the same tokens are kept apart: here both are [UNK].
func TestUnknownScriptsAreNotMixedUp(t *testing.T) {
	e := builtin(t)
	for _, text := range []string{"ა", "ბ", "😀", "🙃"} {
		d, err := e.Delta(t.Context(), "face", text)
		if err != nil || strings.Join(d.Unknown, "") != text {
			t.Errorf("%q: got %v, unknown %q", text, err, d.Unknown)
		}
	}
}
