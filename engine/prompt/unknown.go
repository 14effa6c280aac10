package prompt

import (
	"context"
	"slices"
	"strings"
)

// neutral is the prompt that asks for nothing: what a text alone means is its
// difference from it.
const neutral = "face"

// tried is the number of content words up to which the unknown ones are looked
// for; longer texts are reported whole.
const tried = 8

// step is what lies between two texts.
type step struct {
	vector []float32 // unit, unless length is 0
	length float64   // |g(to) − g(from)|
	// steady is the share of vector that concepts explain times the agreement
	// of the templates; confidence also counts how long the step is.
	steady, confidence float64
	verdict
}

// between judges the step from one text to another.
func (e *Encoder) between(from, to meaning) step {
	v := difference(to.mean, from.mean)
	s := step{vector: v, length: normalize(v)}
	s.verdict = judge(v, s.length, e.concepts)
	s.steady = s.explained * agreement(from.each, to.each)
	s.confidence = s.steady
	if s.length < e.minDelta {
		s.confidence *= s.length / e.minDelta
	}
	return s
}

// strange finds the words of text that the pack does not know, as indices into
// words. at is the step from the neutral prompt to text. A text that points
// where concepts point holds none, nor does one without content.
//
// Otherwise words are left out one after the other, each time the one without
// which the text is known best, until the rest is known or says nothing. That
// keeps what is known only in company ("double chin"), and finds several
// unknown words as well as one. A text of more words than are tried, and one
// that as a whole says nothing, is strange in all its content words. The tries
// are worded in one way only, since somebody waits for the first preview.
func (e *Encoder) strange(ctx context.Context, words []word, at step) (map[int]bool, error) {
	named := map[int]bool{}
	if at.steady >= e.bar {
		return named, nil
	}
	var left []int
	for i, w := range words {
		if w.content() {
			left = append(left, i)
		}
	}
	all := map[int]bool{}
	for _, i := range left {
		all[i] = true
	}
	if len(left) > tried || at.length < e.minDelta {
		return all, nil
	}
	start, err := e.start(ctx)
	if err != nil {
		return nil, err
	}
	for len(left) > 1 {
		rest := make([]string, len(left))
		for k, i := range left {
			named[i] = true
			rest[k] = without(words, named)
			delete(named, i)
		}
		meanings, err := e.read(ctx, rest, e.templates[:1])
		if err != nil {
			return nil, err
		}
		best, done := -1, false
		var most step
		for k, m := range meanings {
			s := e.between(start, m)
			silent := s.length < e.minDelta // nothing strange is left, nor anything else
			ends := silent || s.steady >= e.bar
			// What is known beats what says nothing, and that what is strange.
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

// start returns the neutral prompt worded in the first way alone, as words are
// when they are tried.
func (e *Encoder) start(ctx context.Context) (meaning, error) {
	m, err := e.text(ctx, neutral)
	if err != nil {
		return meaning{}, err
	}
	return meaning{each: m.each[:1], mean: m.each[0]}, nil
}

// named returns the concepts out of range whose names stand in the texts, beside
// the unit direction dir.
func (e *Encoder) named(texts []string, dir []float32) []Concept {
	said := map[string]bool{}
	for _, text := range texts {
		for _, w := range split(text) {
			said[w.key] = true
		}
	}
	var out []Concept
	for _, c := range e.concepts {
		if c.OutOfRange == "" {
			continue
		}
		unsaid := func(w word) bool { return !said[w.key] }
		if !slices.ContainsFunc(split(c.Name), unsaid) {
			out = append(out, beside(dir, c))
		}
	}
	return out
}

// silent reports whether the text is the neutral prompt.
func (e *Encoder) silent(text string) bool {
	return slices.Equal(e.tok.Encode(text), e.tok.Encode(neutral))
}

// doubt is what a pack does not know of a pair of prompts.
type doubt struct {
	// confidence ≤ that of the pair.
	confidence float64
	// unknown are the words, or the whole text where no words stand out; beside
	// a confidence that reaches the bar, words that the edit leaves out.
	unknown []string
}

// doubts looks for what makes a pair unknown. A target is judged by itself too:
// seen from a smile, a zombie is for the larger part a face without the smile,
// which is known well. Words that are in both prompts are no part of the wish.
func (e *Encoder) doubts(ctx context.Context, source, target string, from, to meaning, pair step) (doubt, error) {
	out := doubt{confidence: pair.confidence}
	start, err := e.text(ctx, neutral)
	if err != nil {
		return doubt{}, err
	}
	known := pair.confidence >= e.bar
	if known && e.silent(source) { // the pair is the target by itself
		words := split(target)
		named, err := e.overlooked(ctx, words, pair)
		out.unknown = phrases(words, named)
		return out, err
	}
	sides := []struct {
		text, other string
		m           meaning
	}{{target, source, to}, {source, target, from}}
	if known {
		sides = sides[:1] // what goes away may be anything, as long as the step is known
	}
	for i, side := range sides {
		if e.silent(side.text) {
			continue
		}
		words, shared := split(side.text), map[string]bool{}
		for _, w := range split(side.other) {
			shared[w.key] = true
		}
		at := e.between(start, side.m)
		named, err := e.strange(ctx, words, at)
		whole := at.steady >= e.bar // known by itself: nothing in it is strange
		if err == nil && i == 0 && whole {
			named, err = e.overlooked(ctx, words, at)
		}
		if err != nil {
			return doubt{}, err
		}
		for k := range named {
			if shared[words[k].key] {
				delete(named, k)
			}
		}
		if len(named) == 0 {
			continue
		}
		if i == 0 && !whole {
			out.confidence = min(out.confidence, at.steady)
		}
		out.unknown = append(out.unknown, phrases(words, named)...)
	}
	if out.confidence < e.bar && len(out.unknown) == 0 {
		out.unknown = []string{strings.TrimSpace(target)}
	}
	return out, nil
}
