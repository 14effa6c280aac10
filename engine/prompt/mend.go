package prompt

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

// mend undoes what happens to text on its way, as the reference of CLIP's
// tokenizer does before all else (with the library ftfy, and HTML's entities
// twice after it): entities, Windows-1252 in the place of control characters,
// Latin ligatures, full and half widths, curly quotes, line ends, terminal
// escapes, control characters; composed to NFC.
func mend(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	entities := true
	var out strings.Builder
	for line := range strings.SplitAfterSeq(text, "\n") {
		// With a tag in the text, an entity may be meant as one, from there on.
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

// compose is NFC. The package norm bounds runs of marks with a joiner, which the
// reference does not.
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

// unescape is what an entity stands for, also of one whose name is in capitals:
// then it stands for capitals.
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
		case r >= 0x80 && r <= 0x9F && r != 0x85: // 0x85 is three dots there
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

// windows is what a C1 control character is in Windows-1252, itself where that
// has nothing there.
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

// dropControls maps what is no text to nothing; white space stays.
func dropControls(r rune) rune {
	switch {
	case r < 0x09, r == 0x0B, r >= 0x0E && r < 0x20, r == 0x7F,
		r >= 0x206A && r < 0x2070, r == 0xFEFF, r >= 0xFFF9 && r < 0xFFFD:
		return -1
	}
	return r
}

// lower is in lower case by Unicode's full rules, such as the sigma at the end of
// a word.
func lower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return cases.Lower(language.Und).String(s)
}

// isBlank reports on white space that parts words, Unicode's and the four
// separators of ASCII.
func isBlank(r rune) bool { return unicode.IsSpace(r) || r >= 0x1C && r <= 0x1F }
