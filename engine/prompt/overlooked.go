package prompt

import (
	"context"
	"fmt"
	"strings"

	"deltaedit/engine/pack"
)

// same is the cosine from which leaving a word out makes no difference.
const same = 0.9

// overlooked finds the words of a known text that do nothing in it, as indices
// into words: the space never learned them, alone they are strange, and without
// them the text points where it did. at is the step from the neutral prompt to
// text. "Smiling zombie" is a smile for the most part, and known; but whoever
// asked should hear that there will be no zombie. A pack that does not list what
// it learned has none.
func (e *Encoder) overlooked(ctx context.Context, words []word, at step) (map[int]bool, error) {
	named := map[int]bool{}
	var odd []int
	for i, w := range words {
		if len(e.learned) > 0 && w.content() && !e.learned[w.key] {
			odd = append(odd, i)
		}
	}
	if len(odd) == 0 || len(odd) > tried {
		return named, nil
	}
	start, err := e.start(ctx)
	if err != nil {
		return nil, err
	}
	texts := make([]string, 0, 2*len(odd))
	for _, i := range odd {
		texts = append(texts, words[i].key, without(words, map[int]bool{i: true}))
	}
	meanings, err := e.read(ctx, texts, e.templates[:1])
	if err != nil {
		return nil, err
	}
	for k, i := range odd {
		alone, rest := e.between(start, meanings[2*k]), e.between(start, meanings[2*k+1])
		strange := alone.length >= e.minDelta && alone.steady < e.bar
		if strange && dot(rest.vector, at.vector) >= same {
			named[i] = true
		}
	}
	return named, nil
}

// loadLearned reads the list of learned words rel, one to a line; "" is none.
func loadLearned(p *pack.Pack, rel string) (map[string]bool, error) {
	if rel == "" {
		return nil, nil
	}
	data, err := p.Bytes(rel)
	if err != nil {
		return nil, err
	}
	out := set(string(data))
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: %s lists no words", pack.ErrFile, strings.TrimSpace(rel))
	}
	return out, nil
}
