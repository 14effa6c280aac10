package photo

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxText bounds one text chunk, compressed and not.
const maxText = 16 << 20

// ReadText returns the text chunks of a PNG by keyword (tEXt, zTXt and iTXt;
// the XMP packet is under XMPKeyword). Of texts with one keyword the last wins;
// malformed ones are left out. Data that is no PNG gives ErrNotImage, one cut
// short ErrTruncated, one with a wrong checksum ErrDamaged.
func ReadText(r io.Reader) (map[string]string, error) {
	texts := map[string]string{}
	err := walkPNG(r, maxText, func(kind string) bool {
		return kind == "tEXt" || kind == "zTXt" || kind == "iTXt"
	}, func(kind string, data []byte) error {
		if key, text, ok := parseText(kind, data); ok {
			texts[key] = text
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read PNG text: %w", err)
	}
	return texts, nil
}

func parseText(kind string, data []byte) (keyword, text string, ok bool) {
	key, rest, found := bytes.Cut(data, []byte{0})
	keyword = fromLatin1(key)
	if !found || !validKeyword(keyword) {
		return "", "", false
	}
	switch kind {
	case "tEXt":
		return keyword, fromLatin1(rest), true
	case "zTXt":
		if len(rest) < 1 || rest[0] != 0 {
			return "", "", false
		}
		plain, err := inflate(rest[1:], maxText)
		return keyword, fromLatin1(plain), err == nil
	}
	// iTXt: compressed?, method, language NUL, translated keyword NUL, text.
	if len(rest) < 2 || rest[0] > 1 || rest[1] != 0 {
		return "", "", false
	}
	body := rest[2:]
	for range 2 {
		if _, body, found = bytes.Cut(body, []byte{0}); !found {
			return "", "", false
		}
	}
	if rest[0] == 1 {
		var err error
		if body, err = inflate(body, maxText); err != nil {
			return "", "", false
		}
	}
	return keyword, string(body), utf8.Valid(body)
}
