package token

import (
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// clipMerges reads CLIP's merges, which make setup fetches, as a pack has them.
func clipMerges(t testing.TB) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "build", "cache", "sources", "clip", "bpe_simple_vocab_16e6.txt.gz"))
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")
	const merges = 49408 - 512 - 2
	return []byte(strings.Join(lines[1:merges+1], ""))
}

func TestBytePairsMatchReference(t *testing.T) {
	tok, err := NewBytePairs(clipMerges(t), 77)
	if err != nil {
		t.Fatal(err)
	}
	matchReference(t, tok, "testdata/bytepair_reference.json")
}

// tinyMerges make the pieces "fa", "face</w>" and "</w>" of "s" with a letter.
const tinyMerges = "f a\nc e</w>\nfa ce</w>\n' s</w>"

func tinyPairs(t testing.TB, maxTokens int) *BytePairs {
	t.Helper()
	tok, err := NewBytePairs([]byte(tinyMerges), maxTokens)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func TestBytePairs(t *testing.T) {
	tok := tinyPairs(t, 8)
	const start, end = 516, 517
	// The ids of bytes that print are those from '!' on; at a word's end 256 more.
	letter := func(c byte) int64 { return int64(c - '!') }
	last := func(c byte) int64 { return letter(c) + 256 }
	for _, c := range []struct {
		text string
		want []int64
	}{
		{"", []int64{start, end}},
		{" \t\u00a0", []int64{start, end}},
		{"face", []int64{start, 514, end}},
		{"FACE's", []int64{start, 514, 515, end}},
		{"fab", []int64{start, 512, last('b'), end}},
		{"f", []int64{start, last('f'), end}},
		{"face face face face face face face face", []int64{start, 514, 514, 514, 514, 514, 514, end}},
		{"\xff", []int64{start, tok.ids[tok.bytes[0xEF]], tok.ids[tok.bytes[0xBF]], tok.ids[tok.bytes[0xBD]+wordEnd], end}},
		{endOfText + "a", []int64{start, end, last('a'), end}},
	} {
		if got := tok.Encode(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%q: want %v, got %v", c.text, c.want, got)
		}
	}
}

func TestBadMerges(t *testing.T) {
	for name, merges := range map[string]string{
		"one piece":     "f a\nface",
		"three pieces":  "f a c",
		"unknown piece": "f ac",
		"twice":         "f a\nf a",
		"not UTF-8":     "f \xff",
		"no space":      "f  a",
	} {
		if _, err := NewBytePairs([]byte(merges), 77); !errors.Is(err, errVocab) {
			t.Errorf("%s: want errVocab, got %v", name, err)
		}
	}
	if _, err := NewBytePairs([]byte(tinyMerges), 2); err == nil {
		t.Error("2 tokens: want an error")
	}
}

// A prompt may be a whole book pasted by mistake.
func TestBytePairsAreQuick(t *testing.T) {
	tok := tinyPairs(t, 77)
	for _, text := range []string{
		strings.Repeat("fa", 1<<20), strings.Repeat("face ", 1<<18), strings.Repeat("!", 1<<20),
		strings.Repeat("&amp;", 1<<16), strings.Repeat("é", 1<<18),
	} {
		begin := time.Now()
		if got := tok.Encode(text); len(got) != 77 {
			t.Errorf("%s: %d tokens", Shorten(text), len(got))
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%s took %v", Shorten(text), took)
		}
	}
}

func FuzzBytePairs(f *testing.F) {
	for _, s := range []string{"face's", "\x1b[1m&eacute;<b>", "İΣ", "'ſ", endOfText, "\u0085\ufb01\uff21"} {
		f.Add(s)
	}
	tok, err := NewBytePairs([]byte(tinyMerges), 77)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ids := tok.Encode(s)
		if len(ids) < 2 || len(ids) > 77 || ids[0] != tok.start || ids[len(ids)-1] != tok.end {
			t.Fatalf("%q: %v", s, ids)
		}
		for _, id := range ids {
			if id < 0 || id > tok.end {
				t.Fatalf("%q: id %d", s, id)
			}
		}
		if mended := repairText(s); !utf8.ValidString(mended) {
			t.Fatalf("%q is mended to %q", s, mended)
		}
	})
}
