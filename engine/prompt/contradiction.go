package prompt

import (
	"context"
	"slices"
	"strings"

	"deltaedit/engine/prompt/lexicon"
)

// The direction of a prompt with contradictory words follows one of them, or neither:
// "smiling sad face" is sad. The confidence does not show this, since sad is known.
// Therefore the words of a prompt are also embedded one by one and compared.

const (
	// excludes is the cosine below which two attributes exclude each other: a smile and
	// sadness have −0.58, blond and black hair −0.78. "A bearded woman" has −0.1.
	excludes = -0.5
	// followed is the minimum cosine to an attribute for an edit that follows it.
	followed = 0.2
	// mostMentions is the maximum number of words in which contradictions are looked
	// for.
	mostMentions = 12
)

// mention is a part of a prompt that names an attribute by itself.
type mention struct {
	at     []int // indices of its words, ascending
	change textChange
}

// contradiction finds two parts of a text that exclude each other where the text does
// not follow both; at is the change from the neutral prompt to the text. It returns nil
// if there are none. A text with a negation, or about the sides of a face, is not
// checked.
func (e *Encoder) contradiction(ctx context.Context, words []lexicon.Word, at textChange) ([]mention, error) {
	if len(words) > mostMentions || negates(words) || slices.ContainsFunc(words, func(w lexicon.Word) bool { return sides[w.Key] }) {
		return nil, nil
	}
	mentions, err := e.mentions(ctx, words)
	if err != nil {
		return nil, err
	}
	if ownConcept(at, mentions) {
		return nil, nil
	}
	var worst []mention
	least := excludes
	for i, a := range mentions {
		for _, b := range mentions[i+1:] {
			if slices.ContainsFunc(a.at, func(k int) bool { return slices.Contains(b.at, k) && !parts[words[k].Key] }) {
				continue
			}
			lost := min(dot(a.change.vector, at.vector), dot(b.change.vector, at.vector)) < followed || at.steady < e.bar
			if away := dot(a.change.vector, b.change.vector); lost && away < least {
				worst, least = []mention{a, b}, away
			}
		}
	}
	slices.SortFunc(worst, func(a, b mention) int { return a.at[0] - b.at[0] })
	return worst, nil
}

// ownConcept reports whether the text matches a concept that matches none of its
// mentions alone, as a smile and a closed mouth together do.
func ownConcept(at textChange, mentions []mention) bool {
	whole := at.nearest[0]
	return whole.Cosine >= ownCosine && !slices.ContainsFunc(mentions, func(m mention) bool {
		return m.change.nearest[0].Name == whole.Name
	})
}

// ownCosine is the minimum cosine between a text and a concept that it matches.
const ownCosine = 0.95

// mentions returns the parts of a text that the pack knows alone: single words, and
// parts of the face with their qualifiers.
func (e *Encoder) mentions(ctx context.Context, words []lexicon.Word) ([]mention, error) {
	var out []mention
	for i, w := range words {
		switch {
		case !e.everyday(w.Key) || shades[w.Key] && i+1 < len(words) && colours[words[i+1].Key]:
		case qualifiers[w.Key]:
			for k := i + 1; k < len(words) && k <= i+3 && !words[k-1].EndsClause(); k++ {
				if parts[words[k].Key] { // "curly, straight hair" has both
					out = append(out, mention{at: []int{i, k}})
					break
				}
			}
			if i > 0 && parts[words[i-1].Key] && !words[i-1].EndsClause() { // "mouth closed"
				out = append(out, mention{at: []int{i - 1, i}})
			}
		case w.Content() && !parts[w.Key] && !strings.HasSuffix(w.Key, "ly"): // "dimly lit"
			out = append(out, mention{at: []int{i}})
		}
	}
	if len(out) < 2 {
		return nil, nil
	}
	texts := make([]string, len(out))
	for i, m := range out {
		texts[i] = words[m.at[0]].Key
		for _, k := range m.at[1:] {
			texts[i] += " " + words[k].Key
		}
	}
	start, err := e.neutralEmbedding(ctx)
	if err != nil {
		return nil, err
	}
	embeddings, err := e.embedAll(ctx, texts, e.templates[:1])
	if err != nil {
		return nil, err
	}
	known := out[:0]
	for i, m := range out {
		m.change = e.changeBetween(start, embeddings[i])
		if m.change.length >= e.minDelta && m.change.steady >= e.bar {
			known = append(known, m)
		}
	}
	return known, nil
}

// everyday reports whether a word belongs to the concepts or is frequent for faces.
// Rarer words are ignored, because alone their direction is a guess.
func (e *Encoder) everyday(key string) bool {
	if e.spelling == nil || qualifiers[key] || parts[key] {
		return true
	}
	for part := range strings.SplitSeq(key, "-") { // "clean-shaven"
		if !e.spelling.common[part] && !faceWords[part] {
			return false
		}
	}
	return true
}

// negates reports whether a text contains a negation.
func negates(words []lexicon.Word) bool {
	return slices.ContainsFunc(words, func(w lexicon.Word) bool {
		return negations[w.Key] || strings.HasSuffix(w.Key, "n't") || strings.HasSuffix(w.Key, "-free") || strings.HasSuffix(w.Key, "less")
	})
}

var negations = lexicon.Set(`
	no not non none never neither nor nothing without cannot free rid remove removes removed removing
	lose loses lost losing stop stops stopped hide hides hidden hiding off away instead
	erase delete drop except less
`)

// sides are words for a part of the image, which may differ from the rest, and words of
// ages ("7 years old").
var sides = lexicon.Set(`half side sides other year years`)

// shades modify the colour after them: "dark brown hair".
var shades = lexicon.Set(`dark darker light lighter pale bright`)

var colours = lexicon.Set(`black white red brown grey gray blue green blond blonde`)

// qualifiers describe a part of the face and mean nothing without it.
var qualifiers = lexicon.Set(`
	big bigger small smaller little large larger huge tiny long longer short shorter medium thick thicker
	thin thinner wide wider narrow narrower broad full fuller heavy high higher low lower light lighter
	dark darker bright brighter dim dimmer pale tanned open opened closed shut tied raised lowered
	black white red brown grey gray blue green straight curly wavy smooth wrinkled soft plain busy
	colourful colorful blurred blurry bushy square pointed round rosy fat chubby blond blonde
`)

// parts are the parts of a face that qualifiers may describe.
var parts = lexicon.Set(`
	hair eyes eye eyebrows brows brow nose lips mouth chin jaw cheeks cheekbones skin background light
	lighting teeth face forehead
`)
