package prompt

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTranslatedPrompts counts the phrases in other languages that ask for the same concept
// as the English phrase and as surely. The bounds are what was reached when this was
// written. `phrases` were there before the table and helped to mend it; `unseen` did not.
func TestTranslatedPrompts(t *testing.T) {
	e := builtin(t)
	for file, least := range map[string]map[string]int{
		"phrases.tsv": {"de": 47, "es": 47, "fr": 47, "ja": 47, "zh": 47},
		"unseen.tsv":  {"de": 19, "es": 19, "fr": 19, "ja": 18, "zh": 16},
	} {
		data, err := os.ReadFile(filepath.Join("translate", "testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(data)), "\n")
		names := strings.Split(lines[0], "\t")
		same, tried := map[string]int{}, len(lines)-1
		for _, line := range lines[1:] {
			texts := strings.Split(line, "\t")
			want, err := e.Delta(t.Context(), neutralPrompt, texts[0])
			if err != nil {
				t.Fatalf("%q: %v", texts[0], err)
			}
			for i, text := range texts[1:] {
				got, err := e.Delta(t.Context(), neutralPrompt, text)
				if err != nil {
					t.Errorf("%q: %v", text, err)
					continue
				}
				if got.Known == want.Known && got.Nearest[0].Name == want.Nearest[0].Name && len(got.Unknown) == 0 {
					same[names[i+1]]++
				} else {
					t.Logf("%s: %q is not %q: %s, known %t, unknown %q, %v", names[i+1], text, texts[0], got.Nearest[0].Name, got.Known, got.Unknown, got.Notices)
				}
			}
		}
		for name, n := range least {
			if same[name] < n {
				t.Errorf("%s, %s: %d of %d phrases, want at least %d", file, name, same[name], tried, n)
			}
			t.Logf("%s, %s: %d of %d", file, name, same[name], tried)
		}
	}
}

// TestEnglishIsNotTranslated: no English prompt is taken for one in another language.
func TestEnglishIsNotTranslated(t *testing.T) {
	e := builtin(t)
	list := heldOut(t)
	texts := slices.Concat(list.unknown, list.neutralPrompt)
	for _, prompts := range []map[string][]string{list.plain, list.unseen} {
		for _, some := range prompts {
			texts = append(texts, some...)
		}
	}
	for _, c := range list.composed {
		texts = append(texts, c.text)
	}
	if len(texts) < 1000 {
		t.Fatalf("only %d prompts", len(texts))
	}
	for _, text := range texts {
		if r := e.readPrompt(Target, text); r.translated != "" {
			t.Errorf("%q was read as %q", text, r.translated)
		}
	}
}

// TestConceptNamesAreUnderstood: the names of concepts in the window's languages, which it offers as
// prompts, are read as their concept, but for concepts that the generator cannot draw.
func TestConceptNamesAreUnderstood(t *testing.T) {
	e := builtin(t)
	for _, name := range []string{"de", "es", "fr", "ja", "zh_Hans"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "assets", "translations", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var phrases map[string]any
		if err := json.Unmarshal(data, &phrases); err != nil {
			t.Fatal(err)
		}
		for _, c := range e.Concepts() {
			text, ok := phrases[c.Name].(string)
			if !ok {
				t.Errorf("%s: no name for %q", name, c.Name)
				continue
			}
			got, err := e.Delta(t.Context(), neutralPrompt, text)
			if err != nil {
				t.Errorf("%s: %q: %v", name, text, err)
				continue
			}
			right := got.Known && got.Nearest[0].Name == c.Name && !got.Nearest[0].Opposite() && len(got.Unknown) == 0
			if !right && c.OutOfRange == "" {
				t.Errorf("%s: %q is %s, opposite %t, known %t, unknown %q; want %s %v", name, text, got.Nearest[0].Name, got.Nearest[0].Opposite(), got.Known, got.Unknown, c.Name, got.Notices)
			}
		}
	}
}
