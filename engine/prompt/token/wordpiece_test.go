package token

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"deltaedit/engine/internal/packtest"
)

// builtinVocab reads the built-in pack's vocabulary, which make setup provides.
func builtinVocab(t testing.TB) []byte {
	t.Helper()
	p := packtest.Builtin(t)
	vocab, err := p.Bytes("vocab.txt")
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	return vocab
}

func TestTokenizerMatchesReference(t *testing.T) {
	tok, err := NewWordPiece(builtinVocab(t), true, 128)
	if err != nil {
		t.Fatal(err)
	}
	matchReference(t, tok, "testdata/wordpiece_reference.json")
}

// matchReference holds a tokenizer to a table of texts and their ids.
func matchReference(t *testing.T, tok interface{ Encode(text string) []int64 }, table string) {
	t.Helper()
	data, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Text string
		IDs  []int64
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 50 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		if got := tok.Encode(c.Text); !slices.Equal(got, c.IDs) {
			t.Errorf("%q:\nwant %v\n got %v", Shorten(c.Text), c.IDs, got)
		}
	}
}

const tinyVocab = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nface\nsmil\n##ing\nblond\nhair\n,\nand\na"

func tinyTokenizer(t testing.TB, maxTokens int) *WordPiece {
	t.Helper()
	tok, err := NewWordPiece([]byte(tinyVocab), true, maxTokens)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func TestEncode(t *testing.T) {
	tok := tinyTokenizer(t, 8)
	for _, c := range []struct {
		text string
		want []int64
	}{
		{"", []int64{2, 3}},
		{" \t\n\u00a0\u200b\x00", []int64{2, 3}},
		{"face", []int64{2, 4, 3}},
		{"FÁCE", []int64{2, 4, 3}},
		{"smiling", []int64{2, 5, 6, 3}},
		{"smiled", []int64{2, 1, 3}},
		{"ing", []int64{2, 1, 3}},
		{"face,face", []int64{2, 4, 9, 4, 3}},
		{"face 笑 face", []int64{2, 4, 1, 4, 3}},
		{"fa\xffce", []int64{2, 4, 3}},
		{strings.Repeat("face ", 20), []int64{2, 4, 4, 4, 4, 4, 4, 3}},
		{"a a a a a smiling", []int64{2, 11, 11, 11, 11, 11, 5, 3}},
		{strings.Repeat("a", 101), []int64{2, 1, 3}},
		{"[CLS]", []int64{2, 2, 3}},
		{"face[SEP]face [MASK]", []int64{2, 4, 3, 4, 1, 3}},
		{"[cls]", []int64{2, 1, 1, 1, 3}},
		{"a\vface", []int64{2, 1, 3}},
	} {
		if got := tok.Encode(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%q: want %v, got %v", Shorten(c.text), c.want, got)
		}
	}
}

func TestBadVocabulary(t *testing.T) {
	for name, vocab := range map[string]string{
		"empty": "", "no [SEP]": "[UNK]\n[CLS]", "not UTF-8": "[UNK]\n[CLS]\n[SEP]\n\xff",
	} {
		if _, err := NewWordPiece([]byte(vocab), true, 128); !errors.Is(err, errVocab) {
			t.Errorf("%s: want errVocab, got %v", name, err)
		}
	}
	if _, err := NewWordPiece([]byte(tinyVocab), true, 2); err == nil {
		t.Error("max_tokens 2: want an error")
	}
}

// A text of megabytes costs no more than what is looked at.
func TestEncodeHugeText(t *testing.T) {
	tok := tinyTokenizer(t, 128)
	for name, text := range map[string]string{
		"words":    strings.Repeat("smiling face ", 1<<18),
		"one word": strings.Repeat("é", 1<<17),
		"marks":    "a" + strings.Repeat("\u0301", 1<<17),
		"spaces":   strings.Repeat(" ", 1<<20),
	} {
		start := time.Now()
		if got := tok.Encode(text); len(got) > 128 {
			t.Errorf("%s: %d tokens", name, len(got))
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%s: took %v", name, d)
		}
	}
}

func FuzzEncode(f *testing.F) {
	for _, s := range []string{"", "smiling face", "e\u0301\u0300", "漢字face", "\u202e\ufeff", "한국어", "\xff\xfe", "İẞς", "👩‍👩‍👧"} {
		f.Add(s)
	}
	tok := tinyTokenizer(f, 16)
	f.Fuzz(func(t *testing.T, text string) {
		ids := tok.Encode(text)
		if len(ids) < 2 || len(ids) > 16 || ids[0] != 2 || ids[len(ids)-1] != 3 {
			t.Fatalf("%q: %v", text, ids)
		}
		if again := tok.Encode(" " + text + "\n"); !slices.Equal(ids, again) {
			t.Fatalf("%q: %v, with white space around it %v", text, ids, again)
		}
		for w := range words(text, true) {
			if w == "" || strings.ContainsFunc(w, IsSpace) || utf8.RuneCountInString(w) > 1 && strings.ContainsFunc(w, isAlone) {
				t.Fatalf("%q: word %q", text, w)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	tok, err := NewWordPiece(builtinVocab(b), true, 128)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		tok.Encode("a photo of a smiling face with long blond hair and glasses")
	}
}
