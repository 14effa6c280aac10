package prompt

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"deltaedit/engine/prompt/lexicon"
	"deltaedit/engine/prompt/token"
)

// Correction is a word that looks misspelt, as it was typed, and the word of the pack's
// vocabulary that was probably meant.
type Correction struct {
	Word  string `json:"word"`
	Meant string `json:"meant"`
	Side  Side   `json:"side"`
}

// Suggestion is a corrected version of the prompts ("did you mean …"). It is the zero
// value when no word looks misspelt. It is never applied automatically.
type Suggestion struct {
	// Source and Target are the whole prompts with the words corrected; "" for a prompt
	// in which no word looks misspelt.
	Source string `json:"source,omitempty"`
	Target string `json:"target,omitempty"`
	// Words are the corrected words, those of the source first.
	Words []Correction `json:"words,omitempty"`
}

// Any reports whether there is a suggestion.
func (s Suggestion) Any() bool { return len(s.Words) > 0 }

// Suggest looks for misspelt words in a pair of prompts. It only compares letters and
// runs no model, so it can be called while the user is typing. A pack that lists no
// words has no suggestions.
func (e *Encoder) Suggest(source, target string) Suggestion {
	var out Suggestion
	if e.spelling == nil {
		return out
	}
	for _, side := range []struct {
		side   Side
		prompt string
		out    *string
	}{{Source, source, &out.Source}, {Target, target, &out.Target}} {
		corrected, words := e.spelling.correct(side.side, side.prompt)
		// Text in another language, or without meaning, is not misspelt.
		typed := e.readPrompt(side.side, side.prompt)
		if len(words) == 0 || e.readPrompt(side.side, corrected).share() < 1 || typed.foreign || typed.translated != "" {
			continue
		}
		*side.out, out.Words = corrected, append(out.Words, words...)
	}
	return out
}

// speller knows the words of a pack. It is immutable.
type speller struct {
	// learned are the pack's words and the parts of those with hyphens.
	learned map[string]bool
	// common are the words of the concepts' own prompts.
	common map[string]bool
	// whole reports whether the tokenizer has the word in one piece, as it has the
	// frequent words of English, and returns its rank: the lower, the more frequent.
	whole func(word string) (rank int64, ok bool)
	// hyphened are the pack's words with hyphens, by their letters.
	hyphened map[string]string
	// byLength are the possible corrections by length, sorted. They are limited to
	// words about faces, since most learned words are not what users ask for.
	byLength map[int][]string
}

// newSpeller returns nil if the pack has no list of words or the tokenizer has no
// English words.
func newSpeller(learned map[string]bool, concepts []concept, tok tokenizer) *speller {
	words, ok := tok.(interface{ Word(string) (int64, bool) })
	if len(learned) == 0 || !ok {
		return nil
	}
	s := &speller{learned: map[string]bool{}, common: map[string]bool{}, whole: words.Word, hyphened: map[string]string{}, byLength: map[int][]string{}}
	for _, c := range concepts {
		for _, text := range []string{c.Name, c.Source, c.Target} {
			for _, w := range lexicon.Split(text) {
				for _, part := range subwords(w) {
					s.common[part.text] = true
				}
			}
		}
	}
	for w := range learned {
		for _, part := range strings.Split(w, "-") {
			s.learned[part] = true
		}
		if whole := strings.ReplaceAll(w, "-", ""); whole != w {
			s.hyphened[whole] = w
		}
	}
	meant := maps.Clone(s.common)
	maps.Copy(meant, faceWords)
	for w := range s.learned {
		if s.related(w) {
			meant[w] = true
		}
	}
	for w := range meant {
		if onlyLetters(w) && len(w) >= shortestMeant {
			s.byLength[len(w)] = append(s.byLength[len(w)], w)
		}
	}
	for _, words := range s.byLength {
		slices.Sort(words)
	}
	return s
}

// related reports whether a word has the same stem as a word of the concepts ("smile"
// and "smiling").
func (s *speller) related(word string) bool {
	for n := len(word); n >= max(4, len(word)-4); n-- {
		for _, end := range []string{"", "e", "d", "y", "s", "ed", "en", "ing", "er"} {
			if s.common[word[:n]+end] {
				return true
			}
		}
	}
	return false
}

// faceWords are common words for parts and looks of faces, in addition to the words of
// a pack's concepts.
var faceWords = lexicon.Set(`
	smile smiles smiled grin grinning laugh laughter frown frowning pout pouting wink winking blink squint squinting
	cry tears scream screaming yawn yawning happy happier cheerful joyful unhappy sadness anger furious
	scared surprise shocked astonished amazed worried tired sleepy bored calm confused disgust smirk
	expression emotion teeth tooth tongue forehead temples eyebrow eyelashes lashes eyelids eyeliner
	eyeshadow mascara blush foundation makeup cosmetics lipgloss nostrils dimples wrinkle wrinkled freckle
	freckled pimples mole skinny slender plump chubbier fatter thinner muscular jawline cheekbone
	beards bearded mustache moustaches whiskers sideburns goatee shaved shaven unshaven stubbly
	ponytail pigtails braids braided dreadlocks bangs bun curls curled wavier straightened hairline hairstyle
	haircut hairy balding baldness blonde brunette ginger redhead golden silver gray greying graying
	ash auburn chestnut platinum highlights dyed sunglasses eyeglasses eyeglass spectacles goggles monocle
	glasses contact lenses earring earrings necklace piercing headband headscarf bandana beanie helmet
	older younger elderly aged senior adult teen teenage toddler baby infant boy girl lady
	gentleman guy women children grandmother grandfather grandma grandpa mother father masculine feminine
	handsome beautiful pretty pale paler tanned tan suntanned complexion african asian european darker
	lighter brighter dimmer shadow shadows sunlight lighting backdrop blurred blurry background
	looking facing turned tilted closed opened wider narrower bigger smaller larger longer shorter thicker
	rounder pointed crooked slightly very without wearing
`)

const (
	// shortestChecked is the minimum number of letters of a word that is checked: most
	// groups of three letters are a word of some kind.
	shortestChecked = 4
	shortestMeant   = 3
	// longestChecked is the maximum number of bytes of a prompt that is checked. Longer
	// prompts get no suggestion, because they are cut anyway.
	longestChecked = 2000
	// longEnoughForTwo is the minimum length of a word that may differ by two letters;
	// shorter ones may differ by one.
	longEnoughForTwo = 7
	// longWord is the minimum length of a word that may differ by two letters from a
	// word that is not in the concepts' prompts.
	longWord = 9
	// frequent is the rank below which a word of the tokenizer is common enough to be a
	// part of a compound.
	frequent = 6000
	// unranked is the rank of words that are not in the tokenizer's vocabulary.
	unranked = 1 << 18
)

// correct returns the prompt with corrected spelling, and the corrected words; none if
// no word looks misspelt.
func (s *speller) correct(side Side, prompt string) (corrected string, words []Correction) {
	text := lexicon.Canonical(prompt)
	if len(text) > longestChecked {
		return text, nil
	}
	replace := func(w string) string {
		meant := s.meant(token.Fold(w))
		if meant == "" {
			return w
		}
		meant = likeCase(w, meant)
		if c := (Correction{Word: w, Meant: meant, Side: side}); !slices.Contains(words, c) {
			words = append(words, c)
		}
		return meant
	}
	var out strings.Builder
	for len(text) > 0 {
		n := strings.IndexFunc(text, func(r rune) bool { return r != '-' && !wordLetter(r) })
		switch {
		case n < 0:
			n = len(text)
		case n == 0:
			_, size := utf8.DecodeRuneInString(text)
			out.WriteString(text[:size])
			text = text[size:]
			continue
		}
		w := text[:n]
		text = text[n:]
		if parts := strings.Split(w, "-"); len(parts) > 1 && !s.meantAsWhole(token.Fold(w)) {
			for i, part := range parts {
				parts[i] = replace(part)
			}
			out.WriteString(strings.Join(parts, "-"))
			continue
		}
		out.WriteString(replace(w))
	}
	return out.String(), words
}

// meantAsWhole reports whether a word with hyphens, in lower case, is to be corrected as
// one ("make-upp"): none of its parts looks misspelt, one is no word, and the whole is
// close to another.
func (s *speller) meantAsWhole(word string) bool {
	unknown := false
	for part := range strings.SplitSeq(word, "-") {
		if s.meant(part) != "" {
			return false
		}
		unknown = unknown || !s.word(part)
	}
	return unknown && s.meant(word) != ""
}

// wordLetter reports whether a character can be inside a word. Hyphens join words.
func wordLetter(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '\'' || unicode.Is(unicode.Mn, r)
}

// likeCase returns word with the capitalisation of as.
func likeCase(as, word string) string {
	first, _ := utf8.DecodeRuneInString(as)
	switch {
	case as == strings.ToUpper(as):
		return strings.ToUpper(word)
	case unicode.IsUpper(first):
		return strings.ToUpper(word[:1]) + word[1:]
	}
	return word
}

// meant returns the probable correction of a word in lower case, or "" when the word is
// right or no candidate is close.
func (s *speller) meant(word string) string {
	if whole := strings.ReplaceAll(word, "-", ""); whole != word {
		meant := s.meant(whole)
		return cmp.Or(s.hyphened[meant], meant)
	}
	if len(word) < shortestChecked || !onlyLetters(word) || s.word(word) || lexicon.IsForeign(word) {
		return ""
	}
	if two := s.joined(word); two != "" {
		return two
	}
	if s.derived(word) {
		return ""
	}
	most := 1
	if len(word) >= longEnoughForTwo {
		most = 2
	}
	best, bestCost := "", 0
	for n := len(word) - most; n <= len(word)+most; n++ {
		for _, candidate := range s.byLength[n] {
			// The first letter is rarely mistyped.
			if candidate[0] == word[0] && near(word, candidate, most) {
				cost := s.cost(word, candidate)
				if cost > 0 && (best == "" || cost < bestCost) {
					best, bestCost = candidate, cost
				}
			}
		}
	}
	return best
}

// derived reports whether a word is formed from others by the rules of English.
func (s *speller) derived(word string) bool {
	if s.word(word + "s") {
		return true
	}
	for _, ending := range endings {
		stem, ok := strings.CutSuffix(word, ending.text)
		if ok && len(stem) >= 3 && ending.fits(stem) {
			for _, form := range ending.stems(stem) {
				if len(form) >= 3 && s.word(form) {
					return true
				}
			}
		}
	}
	for _, start := range beginnings {
		if rest, ok := strings.CutPrefix(word, start); ok && len(rest) >= 4 && s.word(rest) {
			return true
		}
	}
	for i := 3; i <= len(word)-3; i++ { // "toothbrush"
		if s.everyday(word[:i]) && s.everyday(word[i:]) {
			return true
		}
	}
	return false
}

// everyday reports whether a word may be part of a compound.
func (s *speller) everyday(word string) bool {
	rank, ok := s.whole(word)
	return s.common[word] || ok && rank < frequent
}

// word reports whether a word is one of the pack's or a frequent English word.
func (s *speller) word(word string) bool {
	if s.learned[word] || lexicon.PlainWords[word] || faceWords[word] || lookalikes[word] {
		return true
	}
	_, ok := s.whole(word)
	return ok
}

// lookalikes are English words that tokenizers split and that differ from a word about
// faces by one or two letters.
var lookalikes = lexicon.Set(`
	beware blacken browse deadlock deadlocks facet fulfil glean hairpin hairpins pane panes polluting redo
	spurious spuriously staves tern terns tiddler turnip turnips widget yarrow pong lite grad thunk plugin
	widgets facets fulness blit toddy grader beardy teeny
`)

// joined splits two words of the concepts that were typed as one: "blondhair".
func (s *speller) joined(word string) string {
	for i := 3; i <= len(word)-3; i++ {
		if s.common[word[:i]] && s.common[word[i:]] {
			return word[:i] + " " + word[i:]
		}
	}
	return ""
}

// cost orders the candidates: by distance, then the concepts' own words, then by
// frequency. 0 means that a candidate is too far.
func (s *speller) cost(word, candidate string) int {
	d := distance(word, candidate)
	place := unranked
	if rank, ok := s.whole(candidate); ok {
		place = int(rank)
	}
	sure := s.common[candidate]
	apart := len(word) - len(candidate)
	if d > 1 && (apart > 1 || apart < -1 || len(word) < longWord && !sure) {
		return 0
	}
	cost := d << 24
	if !sure {
		cost += 1 << 22
	}
	return cost + place + 1
}

// ending is an ending of English words.
type ending struct {
	text string
	fits func(stem string) bool
	// stems returns what the word may have been before the ending was added.
	stems func(stem string) []string
}

func always(string) bool { return true }

func sibilant(stem string) bool {
	for _, end := range []string{"s", "x", "z", "ch", "sh", "o"} {
		if strings.HasSuffix(stem, end) {
			return true
		}
	}
	return false
}

// vowelEnding returns the possible stems of an ending that begins with a vowel: the
// word, with a dropped e, with a y, or without a doubled consonant.
func vowelEnding(stem string) []string {
	out := []string{stem, stem + "e"}
	if n := len(stem); n > 3 && stem[n-1] == stem[n-2] && stem[n-1] != 'l' && stem[n-1] != 's' {
		out = append(out, stem[:n-1])
	}
	if rest, ok := strings.CutSuffix(stem, "i"); ok {
		out = append(out, rest+"y")
	}
	return out
}

func plain(stem string) []string { return []string{stem} }

func withY(stem string) []string {
	out := []string{stem}
	if rest, ok := strings.CutSuffix(stem, "i"); ok {
		out = append(out, rest+"y")
	}
	return out
}

var endings = []ending{
	{"s", func(stem string) bool { return !sibilant(stem) || strings.HasSuffix(stem, "o") }, plain},
	{"es", sibilant, plain},
	{"ies", always, func(stem string) []string { return []string{stem + "y", stem + "ie"} }},
	{"ed", always, vowelEnding},
	{"ing", always, vowelEnding},
	{"er", always, vowelEnding},
	{"ers", always, vowelEnding},
	{"est", always, vowelEnding},
	{"y", always, vowelEnding},
	{"ish", always, vowelEnding},
	{"ist", always, vowelEnding},
	{"ism", always, vowelEnding},
	{"able", always, vowelEnding},
	{"ie", always, vowelEnding},
	{"ly", always, withY},
	{"less", always, withY},
	{"ful", always, withY},
	{"ness", always, withY},
	{"ment", always, withY},
	{"like", always, plain},
	{"free", always, plain},
	{"man", always, plain},
}

var beginnings = []string{"un", "non", "anti", "over", "under", "re", "dis", "super", "semi", "pre", "mis", "out", "inter", "multi"}

func onlyLetters(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return s != ""
}

// near reports whether two ASCII words may be within distance most of each other; it is
// fast for words that are not.
func near(a, b string, most int) bool {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	j := 0
	for j < len(a)-i && j < len(b)-i && a[len(a)-1-j] == b[len(b)-1-j] {
		j++
	}
	if max(len(a), len(b))-i-j > 2*most+2 {
		return false
	}
	return distance(a, b) <= most
}

// distance returns the number of letters to insert, remove, replace or exchange with
// their neighbour to turn one word into the other (the optimal string alignment
// distance), for ASCII words.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
