package token

import (
	"html"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// repairText undoes common damage to text, as the reference implementation of CLIP's
// tokenizer does first (the library ftfy, then HTML entities twice): HTML entities,
// Windows-1252 bytes in place of control characters, Latin ligatures, full and half
// widths, curly quotes, line ends, terminal escapes, control characters. The result is
// in NFC.
func repairText(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	entities := true
	var out strings.Builder
	for line := range strings.SplitAfterSeq(text, "\n") {
		// From the line with the first tag on, an entity may be intended as one and is
		// not decoded here.
		entities = entities && !strings.Contains(line, "<")
		for {
			before := line
			if entities {
				line = entity.ReplaceAllStringFunc(line, unescape)
			}
			line = translate(line)
			line = lineEnds.Replace(line)
			line = terminalEscape.ReplaceAllString(line, "")
			line = compose(strings.Map(dropControls, line))
			if line == before {
				break
			}
		}
		out.WriteString(line)
	}
	return html.UnescapeString(html.UnescapeString(out.String()))
}

// compose returns the NFC form. The package norm limits runs of marks by inserting a
// joiner, which the reference does not do.
func compose(s string) string {
	const joiner = "\u034F"
	out := norm.NFC.String(s)
	if !strings.Contains(s, joiner) {
		out = strings.ReplaceAll(out, joiner, "")
	}
	return out
}

var (
	entity         = regexp.MustCompile(`&#?[0-9A-Za-z]{1,24};`)
	terminalEscape = regexp.MustCompile("\x1b\\[[0-9;]*[a-zA-Z]")
	lineEnds       = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n")
)

// unescape returns the text that an entity stands for. An entity whose name is in
// capitals stands for the text in capitals.
func unescape(name string) string {
	if s := html.UnescapeString(name); !strings.Contains(s, ";") || s == ";" {
		return s
	}
	low := strings.ToLower(name)
	if name == strings.ToUpper(name) && !strings.HasPrefix(name, "&#") {
		if s := html.UnescapeString(low); !strings.Contains(s, ";") {
			return strings.ToUpper(s)
		}
	}
	return name
}

// translate replaces single characters.
func translate(s string) string {
	if isASCII(s) {
		return s
	}
	var out strings.Builder
	for _, r := range s {
		switch {
		case r >= 0x80 && r <= 0x9F && r != 0x85: // 0x85 becomes an ellipsis below
			out.WriteRune(windows(r))
		case r == 0x85:
			out.WriteRune('…')
		case r >= 0x2018 && r <= 0x201B, r == 0x02BC:
			out.WriteByte('\'')
		case r >= 0x201C && r <= 0x201F:
			out.WriteByte('"')
		case r == 0x3000:
			out.WriteByte(' ')
		case r >= 0xFF01 && r < 0xFFF0:
			out.WriteString(norm.NFKC.String(string(r)))
		default:
			if long, ok := ligatures[r]; ok {
				out.WriteString(long)
			} else {
				out.WriteRune(r)
			}
		}
	}
	return out.String()
}

// windows returns the Windows-1252 character for a C1 control character, or the
// character itself if Windows-1252 defines none.
func windows(r rune) rune {
	if w := charmap.Windows1252.DecodeByte(byte(r)); w != unicode.ReplacementChar {
		return w
	}
	return r
}

var ligatures = map[rune]string{
	'Ĳ': "IJ", 'ĳ': "ij", 'ŉ': "'n",
	'Ǳ': "DZ", 'ǲ': "Dz", 'ǳ': "dz", 'Ǆ': "DŽ", 'ǅ': "Dž", 'ǆ': "dž",
	'Ǉ': "LJ", 'ǈ': "Lj", 'ǉ': "lj", 'Ǌ': "NJ", 'ǋ': "Nj", 'ǌ': "nj",
	'ﬀ': "ff", 'ﬁ': "fi", 'ﬂ': "fl", 'ﬃ': "ffi", 'ﬄ': "ffl", 'ﬅ': "ſt", 'ﬆ': "st",
}

// dropControls maps control characters that are not white space to nothing.
func dropControls(r rune) rune {
	switch {
	case r < 0x09, r == 0x0B, r >= 0x0E && r < 0x20, r == 0x7F,
		r >= 0x206A && r < 0x2070, r == 0xFEFF, r >= 0xFFF9 && r < 0xFFFD:
		return -1
	}
	return r
}

// lower converts to lower case by Unicode's full rules, such as the sigma at the end of
// a word.
func lower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return cases.Lower(language.Und).String(s)
}

// isBlank reports whether a character is white space that separates words: Unicode's,
// and the four separators of ASCII.
func isBlank(r rune) bool { return unicode.IsSpace(r) || r >= 0x1C && r <= 0x1F }
