package prompt

import (
	"regexp"
	"strings"
	"testing"

	"deltaedit/engine/prompt/lexicon"
)

// misspelt are words as people type them, and what they meant.
var misspelt = map[string]string{
	// those of the report
	"smilling": "smiling", "glases": "glasses", "beerd": "beard",
	// a letter too many, too few, wrong or out of place
	"suprised": "surprised", "mustach": "mustache", "moustashe": "moustache", "freckels": "freckles",
	"wrinkels": "wrinkles", "lipstik": "lipstick", "sunglases": "sunglasses", "angrry": "angry",
	"curley": "curly", "hapy": "happy", "lauhging": "laughing", "earings": "earrings",
	"bronw": "brown", "womann": "woman", "stuble": "stubble", "goate": "goatee", "frightend": "frightened",
	"disgused": "disgusted", "closd": "closed", "eyebrowes": "eyebrows", "teenegar": "teenager",
	"make-upp": "make-up", "mke-up": "make-up",
	"sungalsses": "sunglasses", "blondhair": "blond hair", "blueeyes": "blue eyes",
}

func TestSuggestions(t *testing.T) {
	e := builtin(t)
	for typed, meant := range misspelt {
		s := e.Suggest("face", "a Face with "+typed+", please")
		if s.Target != "a Face with "+meant+", please" || s.Source != "" || len(s.Words) != 1 || s.Words[0] != (Correction{typed, meant, Target}) {
			t.Errorf("%q: want %q, got %+v", typed, meant, s)
		}
	}
	s := e.Suggest("SMILLING face", "Oldd man; beerd, oldd-looking")
	if s.Source != "SMILING face" || s.Target != "Old man; beard, old-looking" || len(s.Words) != 4 || s.Words[0] != (Correction{"SMILLING", "SMILING", Source}) {
		t.Errorf("capitals and punctuation: got %+v", s)
	}
	if s := e.Suggest("face", strings.Repeat("smilling ", 1000)); s.Any() && len(s.Words) != 1 {
		t.Errorf("a word said often: got %d corrections", len(s.Words))
	}
	// A suggestion is the whole prompt, so there is none for one that is too long.
	if s := e.Suggest("face", strings.Repeat("smilling ", longestChecked)); s.Any() || s.Target != "" {
		t.Errorf("a long prompt: got one of %d bytes", len(s.Target))
	}
}

// A suggestion is reported, and never applied.
func TestSuggestionsAreNotApplied(t *testing.T) {
	e := builtin(t)
	for typed, meant := range map[string]string{"smilling face": "smiling face", "face with glases": "face with glasses", "face with a beerd": "face with a beard"} {
		wrong, err := e.Delta(t.Context(), "face", typed)
		if err != nil {
			t.Fatal(err)
		}
		right, err := e.Delta(t.Context(), "face", meant)
		if err != nil {
			t.Fatal(err)
		}
		if wrong.Known || wrong.Suggestion.Target != meant || dot(wrong.Vector, right.Vector) > 0.9 {
			t.Errorf("%q: want an unknown wish with a suggestion, got known %t, %+v", typed, wrong.Known, wrong.Suggestion)
		}
		if !right.Known || right.Suggestion.Any() {
			t.Errorf("%q: got known %t, %+v", meant, right.Known, right.Suggestion)
		}
		wrong.Suggestion.Words[0].Meant = "spoilt"
		again, _ := e.Delta(t.Context(), "face", typed)
		if again.Suggestion.Words[0].Meant == "spoilt" {
			t.Error("a caller's change reached the cache")
		}
	}
}

// Words that are right have no suggestion: the concepts' prompts, what the text
// side was trained on, what it was taught not to know, and ordinary English that
// neither the pack nor the tokenizer has whole.
func TestNoFalseSuggestions(t *testing.T) {
	e := builtin(t)
	right := strings.Fields(`
		beware blacken browse fulfil hairpin turnip toddy scooter smoothie slime scab antlers plumber welder
		juggler jester flamingo syringe crutches kilt meme wart stencil easel foal chimera yeti kink whisker
		blemish nipped toothpaste skateboard lighthouse unsmiling redheaded photographers goggling hairbrush
		sunbathing kindhearted windswept stubbornly handsomest wrinkling bearskin beardless eyeless moustachioed
		chinless browless lipless freckling bespectacled facepaint facelift redesigned lightening darkening
		smileys oldies youngish grinners cheeky cheekily hatless hatbox glassblower glassy noseless
	`)
	for _, c := range e.Concepts() {
		right = append(right, c.Name, c.Source, c.Target)
	}
	quoted := regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
	for _, name := range []string{"commands", "expression", "hair", "light", "looks", "nouns", "unknown", "heldout"} {
		for _, m := range quoted.FindAllStringSubmatch(readWords(t, name+".toml"), -1) {
			right = append(right, m[1])
		}
	}
	if len(right) < 9000 {
		t.Fatalf("only %d texts", len(right))
	}
	for _, text := range right {
		if s := e.Suggest(text, text); s.Any() {
			t.Errorf("%q: got %+v", text, s)
		}
	}
}

func TestNoSuggestions(t *testing.T) {
	e := builtin(t)
	for _, text := range []string{
		"", "!!!", "a b c", "lächelndes Gesicht", "cara sonriente con gafas", "<script>glases(1)</script>",
		"lorem ipsum dolor sit amet consectetur adipiscing", "qwrtzx", "beerd2", "smi",
	} {
		if s := e.Suggest("face", text); s.Any() || s.Target != "" {
			t.Errorf("%q: got %+v", text, s)
		}
	}
	if s := fakeSpace(t, fakeWishes...).Suggest("face", "smilling"); s.Any() {
		t.Errorf("a pack without a list of words: got %+v", s)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"a", "", 1},
		{"beard", "beard", 0},
		{"beerd", "beard", 1},
		{"bared", "beard", 2},
		{"baerd", "beard", 1},
		{"smilling", "smiling", 1},
		{"ca", "abc", 3},
		{"kitten", "sitting", 3},
	} {
		if got := distance(c.a, c.b); got != c.want || distance(c.b, c.a) != c.want {
			t.Errorf("%q and %q: want %d, got %d", c.a, c.b, c.want, got)
		}
		for most := 1; most <= 2; most++ {
			if near(c.a, c.b, most) != (c.want <= most) {
				t.Errorf("%q and %q: near by %d is %t", c.a, c.b, most, near(c.a, c.b, most))
			}
		}
	}
}

func BenchmarkSuggest(b *testing.B) {
	e := builtin(b)
	b.ReportAllocs()
	for b.Loop() {
		e.Suggest("face", "smilling womann with blnod hair and glases")
	}
}

func FuzzSuggest(f *testing.F) {
	for _, s := range []string{"smilling", "BEERD's\x00", "ｇｌａｓｅｓ", "lächelnd", "blondhair-"} {
		f.Add(s)
	}
	tok := tinyTokenizer(f, 16)
	s := newSpeller(lexicon.Set("smiling glasses beard blond hair"), []concept{{Known: Known{Name: "smiling", Target: "blond hair"}}}, tok)
	f.Fuzz(func(t *testing.T, text string) {
		corrected, words := s.correct(Target, text)
		if len(words) == 0 && len(text) < longestChecked && corrected != lexicon.Canonical(text) {
			t.Fatalf("%q became %q without a correction", text, corrected)
		}
		for _, w := range words {
			if w.Meant == "" || w.Meant == w.Word || !strings.Contains(corrected, w.Meant) {
				t.Fatalf("%q: %+v", text, w)
			}
		}
	})
}
