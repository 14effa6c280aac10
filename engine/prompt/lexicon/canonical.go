package lexicon

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"deltaedit/engine/prompt/token"
)

// Canonical returns one form for texts that look the same: compatibility forms such as
// full-width letters, ligatures and mathematical alphabets become ordinary letters
// (NFKC), typographic quotes become plain ones, and invisible characters are removed:
// control characters, format characters such as soft hyphens, and bytes that are not
// UTF-8. White space is unchanged. ASCII without control characters is returned
// unchanged.
func Canonical(text string) string {
	if isPlainASCII(text) {
		return text
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case r >= 0x2018 && r <= 0x201B, r == 0x02BC, r == 0x2032:
			return '\''
		case r >= 0x201C && r <= 0x201F:
			return '"'
		case token.IsSpace(r) || r == '\v' || r == '\f':
			return r
		case r == 0, r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co):
			return -1
		}
		return r
	}, text)
	return norm.NFKC.String(text)
}

func isPlainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x7F || c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	return true
}
