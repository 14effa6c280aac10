package prompt

import (
	"context"
	"slices"
	"strings"

	"deltaedit/engine/prompt/lexicon"
)

// neutralPrompt is the prompt that asks for no change. The meaning of a single text is
// its difference from it.
const neutralPrompt = "face"

// maxTriedWords is the maximum number of content words among which the unknown ones are
// searched; longer texts are reported whole.
const maxTriedWords = 8

// textChange is the difference between two texts in the shared space.
type textChange struct {
	vector []float32 // unit, unless length is 0
	length float64   // |g(to) − g(from)|
	// steady is the share of vector that concepts explain times the agreement
	// of the templates; confidence is reduced further for a short change.
	steady, confidence float64
	decomposition
}

// changeBetween returns the change from one text to another.
func (e *Encoder) changeBetween(from, to embedding) textChange {
	v := difference(to.mean, from.mean)
	s := textChange{vector: v, length: normalize(v)}
	s.decomposition = decompose(v, s.length, e.concepts)
	s.steady = s.explained * agreement(from.each, to.each)
	s.confidence = s.steady
	if s.length < e.minDelta {
		s.confidence *= s.length / e.minDelta
	}
	return s
}

// unknownWords finds the words of a text that the pack does not know, as indices into
// words. at is the change from the neutral prompt to the text. A text whose direction
// is known has none.
//
// Otherwise words are removed one by one, each time the one without which the remainder
// is known best, until the remainder is known or means nothing. This retains words that
// are known only together ("double chin"), and finds several unknown words. All content
// words count as unknown if there are more than maxTriedWords, or if the whole text
// means nothing. To be fast, the trials use only one template.
func (e *Encoder) unknownWords(ctx context.Context, words []lexicon.Word, at textChange) (map[int]bool, error) {
	named := map[int]bool{}
	if at.steady >= e.bar {
		return named, nil
	}
	var left []int
	for i, w := range words {
		if w.Content() {
			left = append(left, i)
		}
	}
	all := map[int]bool{}
	for _, i := range left {
		all[i] = true
	}
	if len(left) > maxTriedWords || at.length < e.minDelta {
		return all, nil
	}
	start, err := e.neutralEmbedding(ctx)
	if err != nil {
		return nil, err
	}
	for len(left) > 1 {
		rest := make([]string, len(left))
		for k, i := range left {
			named[i] = true
			rest[k] = lexicon.Without(words, named)
			delete(named, i)
		}
		embeddings, err := e.embedAll(ctx, rest, e.templates[:1])
		if err != nil {
			return nil, err
		}
		best, done := -1, false
		var most textChange
		for k, m := range embeddings {
			s := e.changeBetween(start, m)
			empty := s.length < e.minDelta // the remainder means nothing
			ends := empty || s.steady >= e.bar
			// A remainder that is known or means nothing is preferred to an unknown
			// one.
			better := best < 0 || ends && !done ||
				ends == done && s.confidence > most.confidence
			if better {
				best, done, most = k, ends, s
			}
		}
		named[left[best]] = true
		left = slices.Delete(left, best, best+1)
		if done {
			return named, nil
		}
	}
	return all, nil
}

// neutralEmbedding returns the embedding of the neutral prompt in the first template
// only, to compare with the trials.
func (e *Encoder) neutralEmbedding(ctx context.Context) (embedding, error) {
	m, err := e.embed(ctx, neutralPrompt)
	if err != nil {
		return embedding{}, err
	}
	return embedding{each: m.each[:1], mean: m.each[0]}, nil
}

// outOfRangeIn returns the concepts that the generator cannot draw and whose names
// occur in the texts, with their cosines to the unit direction dir.
func (e *Encoder) outOfRangeIn(texts []string, dir []float32) []Concept {
	said := map[string]bool{}
	for _, text := range texts {
		for _, w := range lexicon.Split(text) {
			said[w.Key] = true
		}
	}
	var out []Concept
	for _, c := range e.concepts {
		if c.OutOfRange == "" {
			continue
		}
		unsaid := func(w lexicon.Word) bool { return !said[w.Key] }
		if !slices.ContainsFunc(lexicon.Split(c.Name), unsaid) {
			out = append(out, conceptAt(dir, c))
		}
	}
	return out
}

// isNeutral reports whether the text is the neutral prompt.
func (e *Encoder) isNeutral(text string) bool {
	return slices.Equal(e.tok.Encode(text), e.tok.Encode(neutralPrompt))
}

// unknowns are the unknown parts of a pair of prompts.
type unknowns struct {
	// confidence ≤ that of the pair.
	confidence float64
	// unknown are the words that are not known, or the whole text if no single word can
	// be identified. If the confidence reaches the bar they are words that have no
	// effect.
	unknown []string
	// notices report how the target's direction interprets its words.
	notices []Notice
}

// findUnknown looks for what makes a pair unknown. The target is also examined by
// itself: the change from "smiling face" to "zombie" is mainly the loss of the smile,
// which is known. Words that occur in both prompts are not part of the edit.
func (e *Encoder) findUnknown(ctx context.Context, before, after reading, from, to embedding, pair textChange) (unknowns, error) {
	out := unknowns{confidence: pair.confidence * before.share() * after.share()}
	start, err := e.embed(ctx, neutralPrompt)
	if err != nil {
		return unknowns{}, err
	}
	alone := pair // the target by itself
	if !e.isNeutral(before.text) {
		alone = e.changeBetween(start, to)
	}
	backed, err := e.backed(ctx, after, alone)
	if err != nil {
		return unknowns{}, err
	}
	out.confidence *= backed
	conflict, notices, err := e.halves(ctx, after, alone)
	if err != nil {
		return unknowns{}, err
	}
	out.notices = notices
	known := out.confidence >= e.bar
	sides := []struct {
		reading, other reading
		m              embedding
	}{{after, before, to}, {before, after, from}}
	if known {
		sides = sides[:1] // the source need not be examined if the change is known
	}
	for i, side := range sides {
		if e.isNeutral(side.reading.text) {
			continue
		}
		if side.reading.share() < 1 {
			out.unknown = append(out.unknown, e.notUnderstood(side.reading)...)
			continue
		}
		words, shared := side.reading.words, map[string]bool{}
		for _, w := range lexicon.Split(side.other.text) {
			shared[w.Key] = true
		}
		at := alone
		if i > 0 {
			at = e.changeBetween(start, side.m)
		}
		whole := at.steady >= e.bar // a text known by itself has no unknown words
		if known && e.isNeutral(before.text) {
			whole = true // the pair is the target by itself, and known
		}
		var named map[int]bool
		switch {
		case !whole:
			named, err = e.unknownWords(ctx, words, at)
		case i == 0:
			named, err = e.ignoredWords(ctx, words, at)
		}
		if err != nil {
			return unknowns{}, err
		}
		for k := range named {
			if shared[words[k].Key] || i == 0 && conflict[k] {
				delete(named, k)
			}
		}
		if i == 0 && !whole && (len(named) > 0 || len(conflict) > 0) {
			out.confidence = min(out.confidence, at.steady)
		}
		out.unknown = append(out.unknown, lexicon.Phrases(words, named)...)
	}
	out.unknown = firstListed(append(out.unknown, after.odd...))
	if out.confidence < e.bar && len(out.unknown) == 0 && len(conflict) == 0 {
		out.unknown = []string{strings.TrimSpace(after.text)}
	}
	return out, nil
}

// halves finds the words of a target that are only partly understood or contradict each
// other; conflict has the indices of the latter.
func (e *Encoder) halves(ctx context.Context, r reading, at textChange) (conflict map[int]bool, notices []Notice, err error) {
	if r.share() < 1 || e.isNeutral(r.text) {
		return nil, nil, nil
	}
	taken := takenNames(at.taken)
	halfs := lexicon.Half(r.words, taken)
	pair, err := e.contradiction(ctx, r.words, at)
	if err != nil {
		return nil, nil, err
	}
	conflict = map[int]bool{}
	var words []string
	covered := true // all are in halfs: "one blue eye and one brown eye"
	for _, m := range pair {
		part := map[int]bool{}
		for _, i := range m.at {
			part[i], conflict[i] = true, true
			covered = covered && halfs[i]
		}
		words = append(words, strings.Join(lexicon.Phrases(r.words, part), " "))
	}
	if len(pair) > 0 && !covered {
		notices = append(notices, Notice{Kind: NoticeContradiction, Side: r.side, Words: words, Taken: taken})
	}
	if len(halfs) > 0 {
		notices = append(notices, Notice{Kind: NoticeHalf, Side: r.side, Words: lexicon.Phrases(r.words, halfs), Taken: taken})
	}
	return conflict, notices, nil
}

// takenNames returns the names of concepts, with "not " before those that a direction
// points away from.
func takenNames(concepts []Concept) []string {
	var out []string
	for _, c := range concepts {
		if c.Opposite() {
			out = append(out, "not "+c.Name)
		} else {
			out = append(out, c.Name)
		}
	}
	return out
}
