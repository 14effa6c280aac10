package lexicon

import (
	"slices"
	"testing"
)

func TestSplitTerms(t *testing.T) {
	for _, c := range []struct {
		text, rest string
		gone       []string
	}{
		{"photo of a person smiling, golden hour lighting, 85mm, masterpiece", "a person smiling", []string{"photo", "golden hour lighting", "85mm", "masterpiece"}},
		{"masterpiece portrait of a smiling woman, 8k", "a smiling woman", []string{"masterpiece portrait", "8k"}},
		{"(masterpiece:1.2), (smiling:1.1), ((old man)), 85mm f/1.8, --ar 3:2", "smiling, old man", []string{"--ar 3:2", "masterpiece", "85mm f/1.8"}},
		{"<lora:detail:0.8> bearded, best quality", "bearded", []string{"<lora:detail:0.8>", "best quality"}},
		{"cinematic photo of an angry woman in golden hour light", "an angry woman", []string{"cinematic photo", "golden hour light"}},
		{"old photo of a smiling man", "a smiling man", []string{"old photo"}},
		{"smiling, shot on Canon EOS R5, ISO 100, 1/200s", "smiling", []string{"shot on Canon EOS R5", "ISO 100", "1/200s"}},
		{"bald | studio lighting | bokeh", "bald", []string{"studio lighting", "bokeh"}},
		{"smiling —ar 3:2 –v 6", "smiling", []string{"—ar 3:2", "–v 6"}},
		{"smiling --ar 16:9 --v 6.1 --style raw --tile", "smiling", []string{"--ar 16:9", "--v 6.1", "--style raw", "--tile"}},
		{"--hd smiling --style blond hair", "smiling blond hair", []string{"--hd", "--style"}},
		{"smiling::2 masterpiece::1 beard", "smiling, beard", []string{"masterpiece"}},
		{"smiling:: blond hair", "smiling, blond hair", nil},
		{"(blond hair)1.2, smiling++, best quality", "blond hair, smiling++", []string{"best quality"}},
		{"smiling BREAK blond hair, 8k", "smiling, blond hair", []string{"8k"}},
		{"score_9, score_8_up, closed_eyes, blonde_hair", "closed eyes, blonde hair", []string{"score 9", "score 8 up"}},
		{"smiling, 300 dpi, 300dpi, 16:9 aspect ratio", "smiling", []string{"300 dpi", "300dpi", "16:9 aspect ratio"}},
		{"smiling woman\nNegative prompt: ugly, old, glasses\nSteps: 30, Sampler: Euler a, CFG scale: 7", "smiling woman", []string{"Negative prompt: ugly, old, glasses\nSteps: 30, Sampler: Eule…"}},
		{"smiling woman. Steps: 30, Sampler: Euler a", "smiling woman", []string{"Steps: 30, Sampler: Euler a"}},
		// Nothing else is asked for.
		{"85mm, masterpiece", "", []string{"85mm", "masterpiece"}},
		{"8K", "", []string{"8K"}},
		// Concepts of their own.
		{"golden hour lighting", "golden hour lighting", nil},
		{"studio lighting", "studio lighting", nil},
		{"golden hour lighting, 85mm", "golden hour lighting", []string{"85mm"}},
		{"bright studio lights, smiling", "bright studio lights, smiling", nil},
		{"smiling, bright light", "smiling, bright light", nil},
		{"old man, dim light, dark background", "old man, dim light, dark background", nil},
		{"window light from the left, smiling", "window light from the left, smiling", nil},
		{"a monochrome background, smiling", "a monochrome background, smiling", nil},
		// Plain prompts stay to the letter.
		{"a photo of a smiling person", "a photo of a smiling person", nil},
		{"portrait of an old man;\n a beard", "portrait of an old man;\n a beard", nil},
		{"a man with a 20mm beard", "a man with a 20mm beard", nil},
		{"smiling (a bit)", "smiling (a bit)", nil},
		{"a break in the clouds, smiling", "a break in the clouds, smiling", nil},
		{"smiling --no glasses", "smiling --no glasses", nil},
		{"smiling --no-glasses -nose", "smiling --no-glasses -nose", nil},
		{"a face with steps: 30", "a face with steps: 30", nil},
		{"smiling – a little", "smiling – a little", nil},
		{"a beard of 2_000 hairs", "a beard of 2 000 hairs", nil},
		{"", "", nil},
	} {
		rest, gone := SplitTerms(c.text)
		if rest != c.rest || !slices.Equal(gone, c.gone) {
			t.Errorf("%q: want %q without %q, got %q without %q", c.text, c.rest, c.gone, rest, gone)
		}
	}
}
