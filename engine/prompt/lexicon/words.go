package lexicon

import (
	"strings"
	"unicode"

	"deltaedit/engine/prompt/token"
)

// Word is a part of a prompt between white space.
type Word struct {
	Text string // as typed, with punctuation
	Key  string // in lower case, without accents and outer punctuation; may be ""
}

// Content reports whether the word asks for something by itself: it is not one of
// PlainWords.
func (w Word) Content() bool { return w.Key != "" && !PlainWords[w.Key] }

// EndsClause reports whether punctuation follows the word.
func (w Word) EndsClause() bool { return strings.ContainsAny(w.Text[len(w.Text)-1:], ",;.:!?") }

// Split splits a prompt at white space.
func Split(text string) []Word {
	var out []Word
	for _, field := range strings.Fields(text) {
		out = append(out, Word{field, strings.TrimSuffix(token.Fold(TrimWord(field)), "'s")})
	}
	return out
}

// TrimWord returns a word without the punctuation at its ends.
func TrimWord(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.N, unicode.M) })
}

// Without joins the words except those at the indices in gone.
func Without(words []Word, gone map[int]bool) string {
	var kept []string
	for i, w := range words {
		if !gone[i] {
			kept = append(kept, w.Text)
		}
	}
	return strings.Join(kept, " ")
}

// Phrases returns the words at the indices in named, in text order; adjacent words
// form one phrase.
func Phrases(words []Word, named map[int]bool) []string {
	var out []string
	open := false
	for i, w := range words {
		if !named[i] {
			open = false
			continue
		}
		text := TrimWord(w.Text)
		if open {
			out[len(out)-1] += " " + text
		} else {
			out = append(out, text)
		}
		open = true
	}
	return out
}

// PlainWords are function words, words of degree, and words for a face or an image. By
// themselves they ask for no change.
var PlainWords = Set(`
	a an the this that these those some any each one ones
	i me my you your he him his she her hers it its we us our they them their who whose which what
	and or but if because nor plus with without no not non none never neither nothing
	of in on at by for from to into as like than then to over under around up
	is are be been being was were has have having had do does did can could will would should
	make makes made making give gives gave let lets add adds put puts get gets become becomes turn turned turns
	show shows showing shown seem seems seeming appear appears appearing wearing wears wear
	look looks looking expression appearance
	very much many more most less least little bit slightly somewhat rather quite fairly really extremely
	too so just even only almost nearly hardly barely totally completely fully all both still also again
	please where when while there here stand stands standing sits sitting
	face faces facial head person persons people human humans someone somebody anyone individual subject
	photo photos photograph photography picture image portrait headshot close-up closeup shot selfie snapshot
	normal neutral natural ordinary average regular usual plain typical
`)

// Set returns the set of words in a text.
func Set(text string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(text) {
		out[w] = true
	}
	return out
}
