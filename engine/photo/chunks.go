package photo

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// signature begins every PNG.
const signature = "\x89PNG\r\n\x1a\n"

// headerLength is the length of the signature and the IHDR chunk.
const headerLength = len(signature) + 4 + 4 + 13 + 4

// appendChunk appends one PNG chunk: length, type, data, CRC.
func appendChunk(dst []byte, kind string, data []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(data)))
	start := len(dst)
	dst = append(dst, kind...)
	dst = append(dst, data...)
	return binary.BigEndian.AppendUint32(dst, crc32.ChecksumIEEE(dst[start:]))
}

// textChunk encodes keyword and text as tEXt where both are plain ASCII, and as
// iTXt (UTF-8, uncompressed) otherwise.
func textChunk(dst []byte, keyword, text string) []byte {
	if isPlain(text) && keyword != XMPKeyword {
		return appendChunk(dst, "tEXt", []byte(latin1(keyword)+"\x00"+text))
	}
	// keyword, NUL, compressed?, method, language, NUL, translated keyword, NUL
	return appendChunk(dst, "iTXt", []byte(latin1(keyword)+"\x00\x00\x00\x00\x00"+text))
}

// isPlain reports whether text is ASCII that tEXt may hold.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c != '\n' && (c < 32 || c > 126) {
			return false
		}
	}
	return true
}

// latin1 encodes a string whose characters are all below 256, one byte each.
func latin1(s string) string {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		out = append(out, byte(r))
	}
	return string(out)
}

// fromLatin1 is latin1's inverse.
func fromLatin1(b []byte) string {
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
	}
	return string(out)
}

// profileChunk encodes an ICC profile.
func profileChunk(dst, icc []byte) []byte {
	var b bytes.Buffer
	b.WriteString("ICC profile\x00\x00")
	z := zlib.NewWriter(&b)
	_, _ = z.Write(icc) // a bytes.Buffer does not fail
	_ = z.Close()
	return appendChunk(dst, "iCCP", b.Bytes())
}

// errStop ends a walk over chunks early.
var errStop = errors.New("stop")

// walkPNG calls f for each chunk up to IEND whose type wanted accepts, with its
// data; chunks longer than limit are skipped. It checks the CRC of what it
// reads and returns errors of this package.
func walkPNG(r io.Reader, limit uint32, wanted func(kind string) bool, f func(kind string, data []byte) error) error {
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
		if n > limit || !wanted(kind) {
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
		crc := crc32.Update(crc32.ChecksumIEEE(h[4:]), crc32.IEEETable, data)
		if crc != sum {
			return ErrDamaged
		}
		if err := f(kind, data); err != nil {
			if errors.Is(err, errStop) {
				return nil
			}
			return err
		}
	}
}

// inflate decompresses data, up to limit bytes.
func inflate(data []byte, limit int64) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	out, err := io.ReadAll(io.LimitReader(z, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(out)) > limit {
		return nil, ErrTooLarge
	}
	return out, nil
}
