package prompt

import (
	"strings"
	"unicode"
)

// word is a stretch of a prompt between blanks.
type word struct {
	text string // as it was typed, with its punctuation
	key  string // in lower case, without punctuation at its ends; "" for none
}

// content reports whether the word can be what a pack does not know: it does
// more than join others or say that there is a face.
func (w word) content() bool { return w.key != "" && !plainWords[w.key] }

// split takes a prompt apart at its blanks.
func split(text string) []word {
	var out []word
	for _, field := range strings.Fields(text) {
		bare := strings.TrimFunc(field, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
		out = append(out, word{field, strings.TrimSuffix(fold(bare), "'s")})
	}
	return out
}

// without is the text of words less those at the indices in gone.
func without(words []word, gone map[int]bool) string {
	var kept []string
	for i, w := range words {
		if !gone[i] {
			kept = append(kept, w.text)
		}
	}
	return strings.Join(kept, " ")
}

// phrases are the words at the indices in named, in the order of the text; words
// that follow each other make one phrase.
func phrases(words []word, named map[int]bool) []string {
	var out []string
	open := false
	for i, w := range words {
		if !named[i] {
			open = false
			continue
		}
		text := strings.TrimFunc(w.text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
		if open {
			out[len(out)-1] += " " + text
		} else {
			out = append(out, text)
		}
		open = true
	}
	return out
}

// plainWords carry a sentence, say how much, or say that there is a face: alone
// they ask for nothing that a pack could lack.
var plainWords = set(`
	a an the this that these those some any each one ones
	i me my you your he him his she her hers it its we us our they them their who whose which what
	and or but nor plus with without no not non none never neither nothing
	of in on at by for from to into as like than then to over under around up
	is are be been being was were has have having had do does did can could will would should
	make makes made making give gives gave let lets add adds put puts get gets become becomes turn turned turns
	show shows showing shown seem seems seeming appear appears appearing wearing wears wear
	look looks looking expression appearance
	very much many more most less least little bit slightly somewhat rather quite fairly really extremely
	too so just even only almost nearly hardly barely totally completely fully all both still also again
	where when while there here stand stands standing sits sitting
	face faces facial head person persons people human humans someone somebody anyone individual subject
	photo photos photograph photography picture image portrait headshot close-up closeup shot selfie snapshot
	normal neutral natural ordinary average regular usual plain typical
`)

func set(text string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(text) {
		out[w] = true
	}
	return out
}
