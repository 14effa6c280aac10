package lexicon

import "testing"

func TestCanonical(t *testing.T) {
	for text, want := range map[string]string{
		"smiling face, 100% (old)!":      "smiling face, 100% (old)!",
		"ｓｍｉｌｉｎｇ　ｆａｃｅ":                   "smiling face",
		"𝓼𝓶𝓲𝓵𝓲𝓷𝓰 𝗳𝗮𝗰𝗲":                   "smiling face",
		"ⓢⓜⓘⓛⓘⓝⓖ":                        "smiling",
		"ﬁne ﬂufﬀy":                      "fine flufffy",
		"smi\u00adling\u200b fa\ufeffce": "smiling face",
		"\u202esmiling\u202c":            "smiling",
		"don’t “smile”":                  "don't \"smile\"",
		"lächelnd":                       "lächelnd",
		"la\u0308chelnd":                 "lächelnd",
		"fa\xffce":                       "face",
		"a\u00a0b\tc\nd":                 "a b\tc\nd",
		"bell\x07":                       "bell",
	} {
		if got := Canonical(text); got != want {
			t.Errorf("%q: want %q, got %q", text, want, got)
		}
	}
}
