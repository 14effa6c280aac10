package lexicon

import (
	"regexp"
	"strings"

	"deltaedit/engine/prompt/token"
)

// The marks that image generators read in a prompt, beside its words.
var (
	// weighted is a part of a prompt in brackets with a weight: "(smiling:1.2)".
	weighted = regexp.MustCompile(`[(\[{]+([^()\[\]{}:<>]*):\s*[-+]?\d*\.?\d+\s*[)\]}]+`)
	// nested is emphasis by brackets: "((smiling))".
	nested = regexp.MustCompile(`\({2,}([^()]*)\){2,}|\[{2,}([^\[\]]*)\]{2,}|\{{2,}([^{}]*)\}{2,}`)
	// behindBracket is a weight that follows its part: "(blond hair)1.2".
	behindBracket = regexp.MustCompile(`\(([^()]*)\)[-+]?\d*\.?\d+`)
	// parted are the double colons between parts, with a weight: "smiling::2 beard::-1".
	parted = regexp.MustCompile(`::(\s*-?\d*\.?\d+)?`)
	// breaks are words in capitals that divide a prompt.
	breaks = regexp.MustCompile(`(^|\s)BREAK(\s|$)`)
	// joinedWords are the underscores of tags: "blonde_hair".
	joinedWords = regexp.MustCompile(`([\pL\d])_+([\pL\d])`)
	// switches are parameters and extra networks: "--ar 3:2", "<lora:x:0.8>". Some editors
	// of text make a dash of the two hyphens.
	switches = regexp.MustCompile(`(^|\s)(?:--?|[–—])(ar|aspect|v|version|style|stylize|s|q|quality|seed|chaos|niji|no|iw|uplight|upbeta|tile|hd)\b` +
		`(\s+([\d.][\w.:/]*|raw|cute|scenic|expressive|original)\b)?|<(lora|lyco|hypernet):[^<>]*>`)
	// parameters is the end of a prompt that was copied with the settings of its image:
	// what the image must not show, and how it was made.
	parameters = regexp.MustCompile(`(?is)(^|[\n.,;|])\s*(negative[ _]prompt\s*:|steps:\s*\d+\s*,\s*sampler:).*$`)
)

// withoutMarkup returns a prompt without the marks of image generators, and the settings
// that it removed.
func withoutMarkup(text string) (rest string, settings []string) {
	text = parameters.ReplaceAllStringFunc(text, func(s string) string {
		settings = append(settings, token.Shorten(strings.Trim(s, " \t\r\n.,;|")))
		return ""
	})
	text = weighted.ReplaceAllString(text, "$1")
	text = behindBracket.ReplaceAllString(text, "$1")
	text = nested.ReplaceAllString(text, "$1$2$3")
	text = parted.ReplaceAllString(text, ",")
	text = breaks.ReplaceAllString(text, ",")
	for joinedWords.MatchString(text) { // letters that two of them share
		text = joinedWords.ReplaceAllString(text, "$1 $2")
	}
	text = switches.ReplaceAllStringFunc(text, func(s string) string {
		if name := strings.TrimLeft(strings.TrimSpace(s), "-–—"); strings.HasPrefix(name, "no") {
			return s // it names what the image must not show, which is a request
		}
		settings = append(settings, strings.TrimSpace(s))
		return " "
	})
	return text, settings
}
