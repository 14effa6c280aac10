package photo

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
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
