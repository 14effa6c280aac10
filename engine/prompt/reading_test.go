package prompt

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"deltaedit/engine/prompt/lexicon"
)

// A prompt may be a whole book pasted by mistake: it costs no more than reading it
// through.
func TestHugePrompts(t *testing.T) {
	e := fakeSpace(t, fakeWishes...)
	e.learned = lexicon.Set("smiling old man glasses very")
	e.spelling = newSpeller(e.learned, e.concepts, e.tok)
	for name, text := range map[string]string{
		"one word":     strings.Repeat("é", 1<<19) + " smiling",
		"words":        strings.Repeat("smiling old pizza, ", 1<<15),
		"brackets":     strings.Repeat("((", 1<<18) + "smiling",
		"weights":      strings.Repeat("(smiling:1.2), ", 1<<15),
		"switches":     strings.Repeat("--ar 3:2 ", 1<<15) + "smiling",
		"terms":        strings.Repeat("masterpiece 85mm ", 1<<15) + "smiling",
		"white space":  strings.Repeat(" \n", 1<<19) + "smiling",
		"clauses":      strings.Repeat(",", 1<<20) + "smiling",
		"misspellings": strings.Repeat("smilling ", 1<<16) + "smiling",
	} {
		start := time.Now()
		// The words of some mean nothing in the fake space.
		if _, err := e.Delta(t.Context(), neutralPrompt, text); err != nil && !errors.Is(err, ErrSamePrompt) {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

func FuzzReadPrompt(f *testing.F) {
	for _, s := range []string{
		"", "photo of a person smiling, golden hour lighting, 85mm, masterpiece", "(smiling:1.2), ((old))", "<lora:x:1> --ar 3:2",
		"ｓｍｉｌｉｎｇ", "lächelndes Gesicht", "left eye closed, one brow", "<script>alert(1)</script>", "a a a a a a a a a a a a",
		"\xff\x00\u202e", "85 mm of 8k in golden hour", "shot on Canon EOS R5 Mark II", "smiling, zombie, 8k, masterpiece", "𝓼𝓶𝓲𝓵𝓮",
	} {
		f.Add(s)
	}
	tok := tinyTokenizer(f, 16)
	e := &Encoder{tok: tok, templates: []string{"{}", "and {}"}, learned: lexicon.Set("smiling old face eye"), maxTokens: 16}
	e.spelling = newSpeller(e.learned, nil, tok)
	f.Fuzz(func(t *testing.T, text string) {
		r := e.readPrompt(Target, text)
		if len(r.words) > mostWords && !r.empty {
			t.Fatalf("%q: %d words are read", text, len(r.words))
		}
		if !utf8.ValidString(r.text) {
			t.Fatalf("%q is read as %q", text, r.text)
		}
		if s := r.share(); !(s >= 0 && s <= 1) {
			t.Fatalf("%q: a share of %v", text, s)
		}
		if r.translated == "" && r.leftOut == nil && r.odd == nil && r.unread == nil && strings.Join(strings.Fields(r.text), " ") != strings.Join(strings.Fields(splitOnly(text)), " ") {
			t.Fatalf("%q is read as %q with nothing left out", text, r.text)
		}
		for _, n := range r.notices(e) {
			if len(n.Words) > maxListed || n.String() == "" {
				t.Fatalf("%q: %+v", text, n)
			}
		}
		lexicon.Half(r.words, []string{"eyes closed"})
		e.Suggest(text, text)
	})
}

// splitOnly returns a text in its canonical form, without the marks of emphasis.
func splitOnly(text string) string {
	rest, _ := lexicon.SplitTerms(lexicon.Canonical(text))
	return rest
}
