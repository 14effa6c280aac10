package token

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// WordPiece is BERT's uncased WordPiece tokenizer (Devlin et al., 2018). Its tokens are
// equal to those of the reference. It is immutable and safe for concurrent use.
type WordPiece struct {
	first map[string]int64 // pieces that begin a word
	inner map[string]int64 // pieces inside a word, without their "##"
	// longest is the length of the longest piece in bytes, of both kinds: longer
	// prefixes need no look-up.
	longest       int
	special       map[string]int64 // by name, the special tokens of the vocabulary
	lowercase     bool
	unk, cls, sep int64
	maxTokens     int
}

// maxWord is the maximum number of characters of a word; longer words are unknown.
const maxWord = 100

var errVocab = errors.New("bad vocabulary")

// NewWordPiece reads a vocabulary with one piece per line; a piece's id is its line
// number from 0. It must contain [UNK], [CLS] and [SEP]. maxTokens includes [CLS] and
// [SEP] and is at least 3. lowercase also strips accents, as in the training of the
// uncased models.
func NewWordPiece(vocab []byte, lowercase bool, maxTokens int) (*WordPiece, error) {
	if maxTokens < 3 {
		return nil, fmt.Errorf("max_tokens is %d: want at least 3", maxTokens)
	}
	if !utf8.Valid(vocab) {
		return nil, fmt.Errorf("%w: not UTF-8", errVocab)
	}
	t := &WordPiece{
		first:     make(map[string]int64, 1<<15),
		inner:     make(map[string]int64, 1<<13),
		special:   make(map[string]int64, len(specials)),
		lowercase: lowercase,
		maxTokens: maxTokens,
	}
	lines := bufio.NewScanner(bytes.NewReader(vocab))
	var id int64
	for ; lines.Scan(); id++ {
		piece := lines.Text()
		if rest, ok := strings.CutPrefix(piece, "##"); ok && rest != "" {
			t.inner[rest] = id
			piece = rest
		} else {
			t.first[piece] = id
		}
		t.longest = max(t.longest, len(piece))
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: line %d: %w", errVocab, id+1, err)
	}
	for _, name := range specials {
		if id, ok := t.first[name]; ok {
			t.special[name] = id
		}
	}
	for _, s := range []struct {
		name string
		id   *int64
	}{{"[UNK]", &t.unk}, {"[CLS]", &t.cls}, {"[SEP]", &t.sep}} {
		var ok bool
		if *s.id, ok = t.first[s.name]; !ok {
			return nil, fmt.Errorf("%w: it lacks %s", errVocab, s.name)
		}
	}
	return t, nil
}

// Encode returns the ids of text between [CLS] and [SEP], at most maxTokens in all:
// what does not fit is dropped at the end. Names of special tokens in the text become
// those tokens, as in the reference. Bytes that are not UTF-8 are dropped, as U+FFFD
// is.
func (t *WordPiece) Encode(text string) []int64 {
	ids := append(make([]int64, 0, 32), t.cls)
	for text != "" && len(ids) < t.maxTokens-1 {
		plain, special, rest := cutSpecial(text)
		for word := range words(plain, t.lowercase) {
			if ids = t.appendWord(ids, word); len(ids) >= t.maxTokens-1 {
				break
			}
		}
		if special != "" {
			id, ok := t.special[special]
			if !ok {
				id = t.unk
			}
			ids = append(ids, id)
		}
		text = rest
	}
	return append(ids[:min(len(ids), t.maxTokens-1)], t.sep)
}

// Word returns the id of a word, in lower case, that the vocabulary contains as one
// piece. Vocabularies of this kind list frequent words first.
func (t *WordPiece) Word(word string) (id int64, ok bool) {
	id, ok = t.first[word]
	return id, ok
}

var specials = []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}

// cutSpecial splits text around the first name of a special token in it.
func cutSpecial(text string) (before, special, after string) {
	for i := 0; ; i++ {
		next := strings.IndexByte(text[i:], '[')
		if next < 0 {
			return text, "", ""
		}
		i += next
		for _, s := range specials {
			if strings.HasPrefix(text[i:], s) {
				return text[:i], s, text[i+len(s):]
			}
		}
	}
}

// appendWord splits a word into the longest pieces, from left to right; if any part is not
// a piece, the whole word is unknown.
func (t *WordPiece) appendWord(ids []int64, word string) []int64 {
	if utf8.RuneCountInString(word) > maxWord {
		return append(ids, t.unk)
	}
	before := len(ids)
	pieces := t.first
	for word != "" {
		end := min(len(word), t.longest)
		for end > 0 {
			if end == len(word) || utf8.RuneStart(word[end]) {
				if id, ok := pieces[word[:end]]; ok {
					ids = append(ids, id)
					break
				}
			}
			end--
		}
		if end == 0 {
			return append(ids[:before], t.unk)
		}
		word = word[end:]
		pieces = t.inner
	}
	return ids
}
