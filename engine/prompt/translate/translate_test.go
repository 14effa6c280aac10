package translate

import (
	"slices"
	"strings"
	"testing"
)

// someEnglish is enough of English for these tests.
func someEnglish(word string) bool {
	return strings.Contains(" blond long beard person hair smiling face with a man old bald die hat kind ", " "+word+" ")
}

func TestTranslate(t *testing.T) {
	for text, want := range map[string]string{
		"Lächelndes Gesicht":             "smiling face",
		"laechelnd mit Bart":             "smiling face with a beard",
		"alter Mann":                     "old man",
		"mach ihn älter":                 "older face",
		"Frau mit großer Nase":           "woman with a big nose",
		"ohne Brille":                    "face without glasses",
		"nicht lächelnd":                 "not smiling face",
		"cara con pelo largo y rubio":    "face with long blond hair",
		"mujer más joven":                "younger woman",
		"visage d'enfant aux yeux bleus": "child with blue eyes",
		"un gros nez":                    "face with a big nose",
		"髪が長い女性":                         "woman with long hair",
		"目を閉じた顔":                         "face with closed eyes",
		"眼鏡なし":                           "face without glasses",
		"戴眼镜的老太太":                        "old woman with glasses",
		"大鼻子，金发":                         "face with a big nose and blond hair",
	} {
		if got, ok := Translate(text, someEnglish); !ok || got.English != want || got.Unknown != nil {
			t.Errorf("%q: want %q, got %q, %v, unknown %q", text, want, got.English, ok, got.Unknown)
		}
	}
}

func TestNotTranslated(t *testing.T) {
	for _, text := range []string{
		"", "smiling face with a beard", "blond", "bald", "die hat", "uma mulher sorrindo", "улыбающееся лицо", "😀", "das Auto fährt über die Brücke",
		strings.Repeat("lächelnd ", 100),
	} {
		if got, ok := Translate(text, someEnglish); ok {
			t.Errorf("%q became %q", text, got.English)
		}
	}
}

func TestUnknownWordsAreNamed(t *testing.T) {
	for text, want := range map[string][]string{
		"lächelndes Gesicht mit Zauberstab": {"zauberstab"},
		"cara sonriente con unicornio":      {"unicornio"},
		"魔法の帽子":                             {"魔法"},
	} {
		if got, ok := Translate(text, someEnglish); !ok || !slices.Equal(got.Unknown, want) {
			t.Errorf("%q: want %q, got %+v, %v", text, want, got, ok)
		}
	}
}

func FuzzTranslate(f *testing.F) {
	for _, text := range []string{"alter Mann mit Bart", "sin barba, con gafas", "visage d'enfant", "ひげなしの男", "不戴眼镜"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := Translate(text, someEnglish)
		if ok && got.English == "" {
			t.Errorf("%q became nothing", text)
		}
	})
}
