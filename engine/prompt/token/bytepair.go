package token

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// BytePairs is CLIP's tokenizer (Radford et al., 2021): byte-pair encoding of text that
// was repaired (see repairText) and converted to lower case. Its tokens are equal to
// those of the reference, except for text that was decoded with the wrong character
// set: the reference guesses the original, and this implementation does not change it.
// It is immutable and safe for concurrent use.
type BytePairs struct {
	ids        map[string]int64
	ranks      map[[2]string]int
	bytes      [256]string // the character that stands for each byte
	start, end int64
	maxTokens  int
}

const (
	wordEnd = "</w>"
	// longestWord is the maximum number of bytes that are read of a run of letters: far
	// more than a text's tokens can hold.
	longestWord = 1 << 12
)

// Names of the tokens around a text. Within a text they also become those tokens, as in
// the reference.
const (
	startOfText = "<|startoftext|>"
	endOfText   = "<|endoftext|>"
)

// NewBytePairs reads merges, two pieces per line, best first. The vocabulary follows
// from them: each byte, each byte at the end of a word, each merge, and the start and
// end tokens. maxTokens includes these two and is at least 3.
func NewBytePairs(merges []byte, maxTokens int) (*BytePairs, error) {
	if maxTokens < 3 {
		return nil, fmt.Errorf("max_tokens is %d: want at least 3", maxTokens)
	}
	if !utf8.Valid(merges) {
		return nil, fmt.Errorf("%w: not UTF-8", errVocab)
	}
	t := &BytePairs{
		ids:       make(map[string]int64, 1<<16),
		ranks:     make(map[[2]string]int, 1<<16),
		maxTokens: maxTokens,
	}
	t.alphabet()
	next := int64(len(t.ids))
	lines := bufio.NewScanner(bytes.NewReader(merges))
	for n := 1; lines.Scan(); n++ {
		first, second, ok := strings.Cut(lines.Text(), " ")
		if !ok || first == "" || second == "" || strings.Contains(second, " ") {
			return nil, fmt.Errorf("%w: line %d: want two pieces, got %q", errVocab, n, Shorten(lines.Text()))
		}
		for _, piece := range []string{first, second} {
			if _, ok := t.ids[piece]; !ok {
				return nil, fmt.Errorf("%w: line %d: %q is no piece so far", errVocab, n, Shorten(piece))
			}
		}
		if _, twice := t.ranks[[2]string{first, second}]; twice {
			return nil, fmt.Errorf("%w: line %d: %q is there twice", errVocab, n, Shorten(lines.Text()))
		}
		t.ranks[[2]string{first, second}] = n
		t.ids[first+second] = next
		next++
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", errVocab, err)
	}
	t.start, t.end = next, next+1
	return t, nil
}

// alphabet gives ids to the bytes. A printable byte stands for itself, the others for
// the characters from U+0100 on; their ids follow those of the printable ones.
func (t *BytePairs) alphabet() {
	prints := func(b int) bool {
		return b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE
	}
	other := rune(256)
	var plain, rest []string
	for b := range 256 {
		if prints(b) {
			t.bytes[b] = string(rune(b))
			plain = append(plain, t.bytes[b])
			continue
		}
		t.bytes[b] = string(other)
		rest = append(rest, t.bytes[b])
		other++
	}
	for _, end := range []string{"", wordEnd} {
		for _, c := range append(plain[:len(plain):len(plain)], rest...) {
			t.ids[c+end] = int64(len(t.ids))
		}
	}
}

// Encode returns the ids of text between the start and end tokens, at most maxTokens in
// all: what does not fit is dropped before the end token. Bytes that are not UTF-8
// count as U+FFFD.
func (t *BytePairs) Encode(text string) []int64 {
	ids := append(make([]int64, 0, 32), t.start)
	text = lower(strings.Join(strings.FieldsFunc(repairText(text), isBlank), " "))
	for text != "" && len(ids) < t.maxTokens-1 {
		var token string
		token, text = cutToken(text)
		switch {
		case token == " ":
		case token == startOfText:
			ids = append(ids, t.start)
		case token == endOfText:
			ids = append(ids, t.end)
		default:
			ids = t.appendWord(ids, token)
		}
	}
	return append(ids[:min(len(ids), t.maxTokens-1)], t.end)
}

// cutToken cuts off the first token: a blank, the name of a start or end token, an
// English contraction, a run of letters, a numeral, or a run of anything else.
func cutToken(text string) (token, rest string) {
	for _, mark := range []string{startOfText, endOfText} {
		if strings.HasPrefix(text, mark) {
			return mark, text[len(mark):]
		}
	}
	for _, c := range contractions {
		if strings.HasPrefix(text, c) {
			return c, text[len(c):]
		}
	}
	first, end := utf8.DecodeRuneInString(text)
	kind := kindOf(first)
	if kind == kindLetter || kind == kindOther {
		for end < len(text) {
			r, size := utf8.DecodeRuneInString(text[end:])
			if kindOf(r) != kind {
				break
			}
			end += size
		}
	}
	return text[:end], text[end:]
}

// contractions are in the order of the search. The long s counts as an s in the
// reference, which ignores case.
var contractions = []string{"'s", "'ſ", "'t", "'re", "'ve", "'m", "'ll", "'d"}

const (
	kindBlank = iota
	kindLetter
	kindNumeral
	kindOther
)

func kindOf(r rune) int {
	switch {
	case isBlank(r):
		return kindBlank
	case unicode.IsLetter(r):
		return kindLetter
	case unicode.IsNumber(r):
		return kindNumeral
	}
	return kindOther
}

// appendWord merges a token's bytes, the best pair first and the leftmost of equal
// pairs, until no known pair is left.
func (t *BytePairs) appendWord(ids []int64, token string) []int64 {
	token = token[:min(len(token), longestWord)]
	parts := make([]string, len(token))
	for i := range len(token) {
		parts[i] = t.bytes[token[i]]
	}
	parts[len(parts)-1] += wordEnd
	const none = math.MaxInt
	rank := func(i int) int {
		if i < 0 || i+1 >= len(parts) {
			return none
		}
		if r, ok := t.ranks[[2]string{parts[i], parts[i+1]}]; ok {
			return r
		}
		return none
	}
	ranks := make([]int, len(parts))
	for i := range ranks {
		ranks[i] = rank(i)
	}
	for {
		best, at := none, -1
		for i, r := range ranks {
			if r < best {
				best, at = r, i
			}
		}
		if at < 0 {
			break
		}
		parts[at] += parts[at+1]
		parts = append(parts[:at+1], parts[at+2:]...)
		ranks = append(ranks[:at+1], ranks[at+2:]...)
		ranks[at] = rank(at)
		if at > 0 {
			ranks[at-1] = rank(at - 1)
		}
	}
	for _, p := range parts {
		ids = append(ids, t.ids[p])
	}
	return ids
}
