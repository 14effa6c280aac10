package photo

import (
	"bytes"
	"compress/zlib"
	"errors"
	"testing"
)

func deflated(s string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

func TestParseText(t *testing.T) {
	for _, tt := range []struct {
		name, kind, data string
		key, text        string
		ok               bool
	}{
		{"plain", "tEXt", "Title\x00caf\xe9", "Title", "café", true},
		{"compressed Latin-1", "zTXt", "Title\x00\x00" + deflated("caf\xe9"), "Title", "café", true},
		{"UTF-8", "iTXt", "Title\x00\x00\x00de\x00Titel\x00世界", "Title", "世界", true},
		{"compressed UTF-8", "iTXt", "Title\x00\x01\x00\x00\x00" + deflated("世界"), "Title", "世界", true},
		{"no separator", "tEXt", "Title", "", "", false},
		{"no keyword", "tEXt", "\x00text", "", "", false},
		{"unknown compression", "zTXt", "Title\x00\x01abc", "", "", false},
		{"cut compression", "zTXt", "Title\x00\x00" + deflated("hello hello")[:5], "", "", false},
		{"zTXt without method", "zTXt", "Title\x00", "", "", false},
		{"bad flag", "iTXt", "Title\x00\x02\x00\x00\x00x", "", "", false},
		{"cut iTXt", "iTXt", "Title\x00\x00\x00de", "", "", false},
		{"bad UTF-8", "iTXt", "Title\x00\x00\x00\x00\x00\xff", "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			key, text, ok := parseText(tt.kind, []byte(tt.data))
			if ok != tt.ok || ok && (key != tt.key || text != tt.text) {
				t.Errorf("got %q, %q, %t", key, text, ok)
			}
		})
	}
}

func TestReadTextBadInput(t *testing.T) {
	good := withChunk(encoded(t, sample(3, 3), "png"), "tEXt", []byte("a\x00b"))
	flipped := bytes.Clone(good)
	flipped[headerLength+8] ^= 1
	long := bytes.Clone(good)
	long[headerLength] = 0xff
	for _, tt := range []struct {
		name string
		data []byte
		want error
	}{
		{"empty", nil, ErrNotImage},
		{"jpeg", encoded(t, sample(3, 3), "jpeg"), ErrNotImage},
		{"cut in a chunk", good[:headerLength+6], ErrTruncated},
		{"cut in a text", good[:headerLength+9], ErrTruncated},
		{"no end", good[:len(good)-12], ErrTruncated},
		{"checksum", flipped, ErrDamaged},
		{"length", long, ErrDamaged},
	} {
		if got, err := ReadText(bytes.NewReader(tt.data)); got != nil || !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, %v; want %v", tt.name, got, err, tt.want)
		}
	}
}

func TestInflateIsBounded(t *testing.T) {
	bomb := deflated(string(make([]byte, 1000)))
	if _, err := inflate([]byte(bomb), 999); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	if b, err := inflate([]byte(bomb), 1000); err != nil || len(b) != 1000 {
		t.Errorf("got %d bytes, %v", len(b), err)
	}
}

func FuzzReadText(f *testing.F) {
	f.Add([]byte(signature))
	f.Add(pngHeader(1, 1))
	f.Add(aWebP(f, sample(2, 2), Encoding{}, Metadata{Text: map[string]string{"a": "b"}}))
	base := encoded(f, sample(2, 2), "png")
	f.Add(withChunk(base, "tEXt", []byte("a\x00b")))
	f.Add(withChunk(base, "zTXt", []byte("a\x00\x00"+deflated("b"))))
	f.Add(withChunk(base, "iTXt", []byte("a\x00\x01\x00\x00\x00"+deflated("b"))))
	f.Fuzz(func(t *testing.T, data []byte) {
		texts, err := ReadText(bytes.NewReader(data))
		if (texts == nil) == (err == nil) {
			t.Fatalf("got %v, %v", texts, err)
		}
		for k := range texts {
			if !validKeyword(k) {
				t.Fatalf("keyword %q", k)
			}
		}
	})
}

// FuzzTextRoundTrip writes any text and reads it back.
func FuzzTextRoundTrip(f *testing.F) {
	f.Add("deltaedit:recipe", `{"a":1}`)
	f.Add("ü", "日本\r\n")
	f.Fuzz(func(t *testing.T, key, text string) {
		meta := Metadata{Text: map[string]string{key: text}}
		var b bytes.Buffer
		if err := EncodePNG(&b, sample(1, 1), meta); err != nil {
			if !errors.Is(err, ErrMetadata) {
				t.Fatal(err)
			}
			return
		}
		got, err := ReadText(&b)
		if err != nil || got[key] != text {
			t.Fatalf("%q: wrote %q, read %q, %v", key, text, got[key], err)
		}
	})
}
