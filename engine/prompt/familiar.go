package prompt

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"deltaedit/engine/prompt/lexicon"
	"deltaedit/engine/prompt/token"
)

// A text encoder gives a direction for any text, also for text unlike all that it was
// trained on: the direction of a foreign script or a page of prose is often close to a
// concept. In this case the words themselves are better evidence: a prompt whose words
// are mostly not in the vocabulary is not known, however close its direction is to a
// concept.

const (
	// leastUnlearned is the minimum number of unlearned words in a prompt that is far.
	// With two, they may be a description that the encoder understands from its own
	// training ("four-eyes", "porcelain-smooth face without a blemish").
	leastUnlearned = 3
	// programMarks are characters that occur in programs and markup but not in
	// descriptions.
	programMarks = "<>{}[]\\|=$;#@~^*_`"
)

// far reports whether the prompt is too far from the vocabulary to be known: more than
// a third of its words are unlearned, and at least leastUnlearned.
func (r reading) far() bool {
	return r.unlearned >= leastUnlearned && 3*r.unlearned > r.content
}

// padded reports whether a prompt is long compared to its content words. A sequence of
// function words is often close to some concept by chance.
func (r reading) padded() bool {
	content := 0
	for _, w := range r.words {
		if w.Content() {
			content++
		}
	}
	all := len(r.words) + len(r.unread)
	return all > longEnough && 8*content < all
}

// longEnough is the maximum number of words of a prompt that cannot be padded.
const longEnough = 8

// share in [0, 1] is the factor on the confidence of a prompt: 0 if the prompt asks for
// nothing about a face; the square of the share of its words that were learned if it is
// far or in another language; otherwise 1.
func (r reading) share() float64 {
	switch {
	case r.empty, r.padded() && !asks(r.words):
		return 0
	case r.far() || r.foreign:
		learned := float64(r.content-r.unlearned) / float64(max(r.content, 1))
		return learned * learned
	}
	return 1
}

// count sets the fields of a reading that depend on the vocabulary.
func (e *Encoder) count(r *reading) {
	if len(e.learned) == 0 {
		return
	}
	seen := map[string]bool{}
	for _, w := range r.words {
		for _, part := range subwords(w) {
			if seen[part.text] || lexicon.PlainWords[part.text] {
				continue
			}
			seen[part.text] = true
			r.content++
			if part.program || !e.familiar(part.text) {
				r.unlearned++
			}
		}
	}
	r.foreign = e.foreignWords(r.words)
}

// isEnglish reports whether a word, in lower case, is one that the pack knows, or may be an
// English one where the pack lists none.
func (e *Encoder) isEnglish(word string) bool {
	key := token.Fold(word)
	if len(e.learned) == 0 {
		return !lexicon.OtherScript(word) && !lexicon.Accented(word) && !lexicon.IsForeign(key)
	}
	return e.familiar(key)
}

// familiar reports whether a word, in lower case, was learned by the space, or is a
// function word, an age or a contraction ("isn't").
func (e *Encoder) familiar(key string) bool {
	if e.learned[key] || lexicon.PlainWords[key] {
		return true
	}
	if n, err := strconv.Atoi(key); err == nil {
		return n >= 0 && n <= oldest
	}
	base, _, short := strings.Cut(key, "'")
	return short && (lexicon.PlainWords[base] || lexicon.PlainWords[strings.TrimSuffix(base, "n")] || e.learned[base])
}

// oldest is the largest number that may be an age.
const oldest = 120

// subword is a part of a word that would be a word by itself.
type subword struct {
	text    string
	program bool // it is next to one of programMarks
}

// subwords splits a word at hyphens and other punctuation.
func subwords(w lexicon.Word) []subword {
	if w.Key == "" {
		return nil
	}
	inner := lexicon.TrimWord(w.Text)
	program := strings.ContainsAny(inner, programMarks) || strings.ContainsAny(inner, "()") && strings.ContainsAny(w.Text, programMarks)
	var out []subword
	for _, part := range strings.FieldsFunc(w.Key, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '\'' && !unicode.Is(unicode.Mn, r)
	}) {
		out = append(out, subword{strings.TrimSuffix(part, "'s"), program})
	}
	return out
}

// notUnderstood returns the words of a reading that are not understood, as phrases;
// each word once, at most maxListed phrases. If there are none, it returns the start of
// the text.
func (e *Encoder) notUnderstood(r reading) []string {
	if r.empty {
		return firstListed(r.leftOut)
	}
	named, seen := map[int]bool{}, map[string]bool{}
	for i, w := range r.words {
		if seen[w.Key] {
			continue
		}
		seen[w.Key] = true
		named[i] = slices.ContainsFunc(subwords(w), func(part subword) bool {
			return part.program || !e.familiar(part.text) || r.foreign && lexicon.IsForeign(part.text)
		})
	}
	out := firstListed(lexicon.Phrases(r.words, named))
	if out == nil {
		out = []string{token.Shorten(strings.TrimSpace(r.text))}
	}
	return out
}

// backed returns a factor in [0, 1] on the confidence of a padded text: the cosine
// between the text with only its content words and the whole, or 1 from borneOut on.
func (e *Encoder) backed(ctx context.Context, r reading, at textChange) (float64, error) {
	if !r.padded() || r.share() == 0 {
		return 1, nil
	}
	gone := map[int]bool{}
	for i, w := range r.words {
		gone[i] = !w.Content() && !negations[w.Key]
	}
	start, err := e.neutralEmbedding(ctx)
	if err != nil {
		return 0, err
	}
	embeddings, err := e.embedAll(ctx, []string{lexicon.Without(r.words, gone)}, e.templates[:1])
	if err != nil {
		return 0, err
	}
	cosine := dot(e.changeBetween(start, embeddings[0]).vector, at.vector)
	if cosine >= borneOut {
		return 1, nil
	}
	return max(0, cosine), nil
}

// borneOut is the minimum cosine at which the content words fully confirm a text.
const borneOut = 0.5

// foreignWords reports whether a prompt is in another language than English: it has a
// word in another script, or more words of other languages than of English.
func (e *Encoder) foreignWords(words []lexicon.Word) bool {
	foreign, english := 0, 0
	for _, w := range words {
		switch {
		case w.Key == "":
		case lexicon.OtherScript(w.Text):
			return true
		case e.familiar(w.Key):
			if !lexicon.AlsoForeign[w.Key] {
				english++
			}
		case lexicon.IsForeign(w.Key), lexicon.Accented(w.Text) && !e.english(w.Key):
			foreign++
		}
	}
	return foreign > english
}

// english reports whether a word, in lower case and without accents, is among the
// tokenizer's frequent English words: "café".
func (e *Encoder) english(key string) bool {
	if e.spelling == nil {
		return false
	}
	_, ok := e.spelling.whole(key)
	return ok
}
