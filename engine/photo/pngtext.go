package photo

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"unicode/utf8"
)

// maxText bounds one text chunk, compressed and not, and the XMP packet of a WebP.
const maxText = 16 << 20

// ReadText returns the text chunks of a PNG by keyword (tEXt, zTXt and iTXt;
// the XMP packet is under XMPKeyword), or the texts in the XMP packet of a WebP that this
// program has written. Of texts with one keyword the last wins;
// malformed ones are left out. Data that is neither gives ErrNotImage, a file cut
// short ErrTruncated, one with a wrong checksum ErrDamaged.
func ReadText(r io.Reader) (map[string]string, error) {
	in := bufio.NewReader(r)
	if head, _ := in.Peek(4); string(head) == "RIFF" {
		return readWebPText(in)
	}
	r = in
	texts := map[string]string{}
	err := eachText(r, func(kind string, data []byte) {
		if key, text, ok := parseText(kind, data); ok {
			texts[key] = text
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read PNG text: %w", err)
	}
	return texts, nil
}

// eachText calls f for each text chunk of a PNG, with its type and data; chunks longer
// than maxText are skipped. It checks the checksums of what it reads and returns errors
// of this package.
func eachText(r io.Reader, f func(kind string, data []byte)) error {
	head := make([]byte, len(signature))
	if _, err := io.ReadFull(r, head); err != nil || string(head) != signature {
		return ErrNotImage
	}
	var h [8]byte
	for {
		if _, err := io.ReadFull(r, h[:]); err != nil {
			return ErrTruncated
		}
		n, kind := binary.BigEndian.Uint32(h[:4]), string(h[4:])
		if kind == "IEND" {
			return nil
		}
		if n > 1<<31-1 {
			return ErrDamaged
		}
		isText := kind == "tEXt" || kind == "zTXt" || kind == "iTXt"
		if !isText || n > maxText {
			if _, err := io.CopyN(io.Discard, r, int64(n)+4); err != nil {
				return ErrTruncated
			}
			continue
		}
		// Read through a buffer that grows with what is really there.
		var b bytes.Buffer
		if _, err := io.CopyN(&b, r, int64(n)+4); err != nil {
			return ErrTruncated
		}
		data, sum := b.Bytes()[:n], binary.BigEndian.Uint32(b.Bytes()[n:])
		if crc32.Update(crc32.ChecksumIEEE(h[4:]), crc32.IEEETable, data) != sum {
			return ErrDamaged
		}
		f(kind, data)
	}
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
