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
		"lächelndes Gesicht":                "lächelndes Gesicht",
		"la\u0308chelndes Gesicht":          "lächelndes Gesicht",
		"ein Mann mit Bart":                 "ein Mann mit Bart",
		"visage souriant avec des lunettes": "visage souriant avec des lunettes",
		"sonriente":                         "sonriente",
		"cara sonriente con gafas":          "cara sonriente con gafas",
		"donna con capelli biondi":          "donna con capelli biondi",
		"uma mulher sorrindo":               "uma mulher sorrindo",
		"gülümseyen yüz":                    "gülümseyen yüz",
		"улыбающееся лицо":                  "улыбающееся лицо",
		"微笑的脸":                              "微笑的脸",
		"笑顔":                                "笑顔",
		"وجه مبتسم":                         "وجه مبتسم",
		"चेहरा":                             "चेहरा",
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
