package prompt

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine/prompt/lexicon"
)

// No wording that the text side was trained with is about the picture.
func TestWordingsAreNotPictureTerms(t *testing.T) {
	quoted := regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
	n := 0
	for _, name := range []string{"commands", "expression", "hair", "light", "looks", "nouns"} {
		for _, m := range quoted.FindAllStringSubmatch(readWords(t, name+".toml"), -1) {
			n++
			if rest, gone := lexicon.SplitTerms(m[1]); gone != nil || rest != m[1] {
				t.Errorf("%q: %q is left out", m[1], gone)
			}
		}
	}
	if n < 7000 {
		t.Errorf("only %d wordings", n)
	}
}

// Words about the image do not change Δt, and a notice names them.
func TestPictureTermsTakeNoPart(t *testing.T) {
	e := builtin(t)
	for plain, full := range map[string]string{
		"a person smiling":                      "photo of a person smiling, golden hour lighting, 85mm, masterpiece",
		"old man":                               "masterpiece, best quality, old man, sharp focus, 8k uhd, film grain",
		"bearded man":                           "8k hyperrealistic portrait photo of bearded man, cinematic lighting, shot on Canon EOS R5, bokeh",
		"a woman with blond hair, bright light": "a woman with blond hair, bright light, 50mm, award-winning photography, trending on ArtStation",
		"smiling person, dark background":       "smiling person, dark background, studio lighting, depth of field",
	} {
		want, err := e.Delta(t.Context(), "face", plain)
		if err != nil {
			t.Fatal(err)
		}
		for _, source := range []string{"face", "photo, 85mm, 8k"} {
			got, err := e.Delta(t.Context(), source, full)
			if err != nil {
				t.Fatal(err)
			}
			n, ok := hasNotice(got, NoticeLeftOut, Target)
			if !slices.Equal(got.Vector, want.Vector) || got.Confidence != want.Confidence || got.Gain != want.Gain || got.Known != want.Known || got.Unknown != nil {
				t.Errorf("%q: want what %q asks for, got that of %q, known %t (%.2f) and unknown %q", full, plain, e.readPrompt(Target, full).text, got.Known, got.Confidence, got.Unknown)
			}
			if !ok || len(n.Words) < 2 || !strings.Contains(n.String(), n.Words[0]) {
				t.Errorf("%q: got %+v", full, got.Notices)
			}
		}
		if len(want.Notices) != 0 {
			t.Errorf("%q: got %+v", plain, want.Notices)
		}
	}
	// A source that has nothing else is like none, also when its words are rare.
	want, err := e.Delta(t.Context(), "face", "smiling face")
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range []string{"photo, 85mm, 8k", "masterpiece, best quality, 8k uhd, octane render"} {
		got, err := e.Delta(t.Context(), source, "smiling face")
		if err != nil {
			t.Fatal(err)
		}
		_, ok := hasNotice(got, NoticeLeftOut, Source)
		if !slices.Equal(got.Vector, want.Vector) || got.Confidence != want.Confidence || !got.Known || got.Unknown != nil || len(got.Notices) != 1 || !ok {
			t.Errorf("source %q: want what \"face\" asks for, got known %t (%.2f), unknown %q and %+v", source, got.Known, got.Confidence, got.Unknown, got.Notices)
		}
	}
	// Styles that no list holds are left out of such a prompt, and named.
	for full, want := range map[string]struct{ plain, unknown string }{
		"a portrait of an old man, rim light, highly detailed, digital painting, artstation, sharp focus, illustration, art by artgerm and greg rutkowski and alphonse mucha": {"an old man", "art by artgerm and alphonse mucha"},
		"smiling woman, neon lights, cyberpunk, octane render, 8k":                    {"smiling woman", "cyberpunk"},
		"smiling woman, zombie, 8k, masterpiece":                                      {"smiling woman", "zombie"},
		"1girl, solo, blue eyes, smile, looking at viewer, masterpiece, best quality": {"blue eyes, smile", ""},
	} {
		d, err := e.Delta(t.Context(), "face", full)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := e.Delta(t.Context(), "face", want.plain)
		if err != nil {
			t.Fatal(err)
		}
		if !d.Known || !slices.Equal(d.Vector, plain.Vector) || strings.Join(d.Unknown, "; ") != want.unknown {
			t.Errorf("%q: want what %q asks for and unknown %q, got that of %q, known %t, unknown %q", full, want.plain, want.unknown, e.readPrompt(Target, full).text, d.Known, d.Unknown)
		}
	}
	if d, err := e.Delta(t.Context(), "face", "smiling, zombie"); err != nil || !slices.Equal(d.Unknown, []string{"zombie"}) {
		t.Errorf("an ordinary prompt with an unknown word: %v, %q", err, d.Unknown)
	}
	// Nothing about the face is asked for.
	for _, text := range []string{"85mm", "masterpiece", "photo of a person, 85mm, masterpiece", "8k, vintage photo"} {
		d, err := e.Delta(t.Context(), "face", text)
		if err != nil || d.Known || d.Weight() != 0 || len(d.Unknown) == 0 {
			t.Errorf("%q: got %v, known %t, weight %v, unknown %q", text, err, d.Known, d.Weight(), d.Unknown)
		}
	}
	// Light and background are concepts of their own.
	for text, name := range map[string]string{
		"bright light": "bright light", "golden hour lighting": "bright light", "dim light, 85mm": "dim light",
		"studio lighting": "bright light", "dark background, 8k": "dark background", "light from the left, masterpiece": "light from left",
		"blurred background, bokeh": "plain background",
	} {
		d, err := e.Delta(t.Context(), "face", text)
		if err != nil || !d.Known || d.Nearest[0].Name != name || d.Nearest[0].Opposite() {
			t.Errorf("%q: want %s, got %v, known %t, %+v", text, name, err, d.Known, d.Nearest)
		}
	}
}
