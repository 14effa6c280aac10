package token

import (
	"iter"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// words yields the basic tokens of text: control characters are dropped, the text is
// split at white space, ideographs and punctuation marks are tokens by themselves, and,
// with lowercase, tokens are in lower case and without accents. Text is processed only
// as far as words are requested.
func words(text string, lowercase bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		for field := range strings.FieldsFuncSeq(text, IsSpace) {
			field = clean(field)
			if lowercase {
				field = Fold(field)
			}
			start := 0
			for i, r := range field {
				if i < start || !isAlone(r) {
					continue
				}
				if i > start && !yield(field[start:i]) {
					return
				}
				end := i + len(string(r))
				if !yield(field[i:end]) {
					return
				}
				start = end
			}
			if start < len(field) && !yield(field[start:]) {
				return
			}
		}
	}
}

// clean drops characters that are not text: control and format characters, private use,
// U+FFFD.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0 || r == unicode.ReplacementChar || isControl(r) {
			return -1
		}
		return r
	}, s)
}

// Fold decomposes a word (NFD), drops the nonspacing marks and converts it to lower
// case. An ASCII word, the usual case, is only converted to lower case.
func Fold(s string) string {
	if norm.NFD.IsNormalString(s) && isASCII(s) {
		return strings.ToLower(s)
	}
	return strings.Map(func(r rune) rune {
		if isMark(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// isAlone reports whether a character is a token by itself.
func isAlone(r rune) bool { return isPunct(r) || isIdeograph(r) }

// IsSpace reports whether a character is white space that separates words. Of the
// control characters only tab and the line ends are; the others are dropped.
func IsSpace(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || unicode.Is(unicode.White_Space, r) && !unicode.Is(unicode.Cc, r)
}

func isControl(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) && !unicode.Is(marksSince8, r)
}

func isMark(r rune) bool {
	return unicode.Is(unicode.Mn, r) && !unicode.Is(marksSince8, r)
}

// isPunct reports whether a character is Unicode punctuation or an ASCII character that
// is not a letter, digit or space.
func isPunct(r rune) bool {
	switch {
	case r >= '!' && r <= '/', r >= ':' && r <= '@', r >= '[' && r <= '`', r >= '{' && r <= '~':
		return true
	}
	return unicode.Is(unicode.P, r) && !unicode.Is(punctSince8, r)
}

// isIdeograph reports whether a character is in a CJK block that BERT splits into
// characters; syllables of Hangul, Hiragana and Katakana are not.
func isIdeograph(r rune) bool {
	switch {
	case r >= 0x4E00 && r <= 0x9FFF,
		r >= 0x3400 && r <= 0x4DBF,
		r >= 0x20000 && r <= 0x2A6DF,
		r >= 0x2A700 && r <= 0x2B73F,
		r >= 0x2B740 && r <= 0x2B81F,
		r >= 0x2B820 && r <= 0x2CEAF,
		r >= 0xF900 && r <= 0xFAFF,
		r >= 0x2F800 && r <= 0x2FA1F:
		return true
	}
	return false
}
