package prompt

import (
	"context"
	"fmt"
	"strings"

	"deltaedit/engine/pack"
	"deltaedit/engine/prompt/lexicon"
	"deltaedit/engine/prompt/token"
)

// sameDirection is the minimum cosine of two directions that count as the same.
const sameDirection = 0.9

// ignoredWords finds the words that have no effect in a known text, as indices into
// words: they are not in the pack's word list, they are unknown by themselves, and the
// text without them has the same direction. at is the change from the neutral prompt to
// the text. "Smiling zombie" is known, as a smile; the user should be informed that
// there will be no zombie. A pack without a word list has none.
func (e *Encoder) ignoredWords(ctx context.Context, words []lexicon.Word, at textChange) (map[int]bool, error) {
	named := map[int]bool{}
	var odd []int
	for i, w := range words {
		if len(e.learned) > 0 && w.Content() && !e.learned[w.Key] {
			odd = append(odd, i)
		}
	}
	if len(odd) == 0 || len(odd) > maxTriedWords {
		return named, nil
	}
	start, err := e.neutralEmbedding(ctx)
	if err != nil {
		return nil, err
	}
	texts := make([]string, 0, 2*len(odd))
	for _, i := range odd {
		texts = append(texts, words[i].Key, lexicon.Without(words, map[int]bool{i: true}))
	}
	embeddings, err := e.embedAll(ctx, texts, e.templates[:1])
	if err != nil {
		return nil, err
	}
	for k, i := range odd {
		alone, rest := e.changeBetween(start, embeddings[2*k]), e.changeBetween(start, embeddings[2*k+1])
		unknown := alone.length >= e.minDelta && alone.steady < e.bar
		if unknown && dot(rest.vector, at.vector) >= sameDirection {
			named[i] = true
		}
	}
	return named, nil
}

// loadLearned reads the list of learned words rel, one per line; "" has none.
func loadLearned(p *pack.Pack, rel string) (map[string]bool, error) {
	if rel == "" {
		return nil, nil
	}
	data, err := p.Bytes(rel)
	if err != nil {
		return nil, err
	}
	out := lexicon.Set(token.Fold(string(data)))
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: %s lists no words", pack.ErrFile, strings.TrimSpace(rel))
	}
	return out, nil
}
