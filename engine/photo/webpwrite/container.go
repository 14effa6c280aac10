package webpwrite

import (
	"encoding/binary"
	"errors"
	"image"
	"io"
	"math"
)

// Flags of the chunk VP8X.
const (
	hasXMP   = 1 << 2
	hasExif  = 1 << 3
	hasAlpha = 1 << 4
	hasICC   = 1 << 5
)

// errEncoder says that an encoder made something that is no WebP.
var errEncoder = errors.New("the encoder made no WebP")

// write writes the pixels of an encoded WebP with metadata. img is what was encoded.
func write(w io.Writer, encoded []byte, img *image.NRGBA, meta Metadata) error {
	pixels, err := pixelChunks(encoded)
	if err != nil {
		return err
	}
	var flags byte
	for _, m := range []struct {
		flag byte
		set  bool
	}{{hasICC, meta.ICC != nil}, {hasAlpha, !img.Opaque()}, {hasExif, meta.Exif != nil}, {hasXMP, meta.XMP != nil}} {
		if m.set {
			flags |= m.flag
		}
	}
	size := img.Rect.Size().Sub(image.Pt(1, 1))
	head := []byte{flags, 0, 0, 0, byte(size.X), byte(size.X >> 8), 0, byte(size.Y), byte(size.Y >> 8), 0}

	front := appendChunk([]byte("RIFF\x00\x00\x00\x00WEBP"), "VP8X", head)
	front = appendChunk(front, "ICCP", meta.ICC)
	back := appendChunk(nil, "EXIF", meta.Exif)
	back = appendChunk(back, "XMP ", meta.XMP)
	length := len(front) + len(pixels) + len(back) - 8
	if length > math.MaxUint32 {
		return ErrSize
	}
	binary.LittleEndian.PutUint32(front[4:], uint32(length))
	for _, part := range [][]byte{front, pixels, back} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// pixelChunks returns the chunks of pixels (VP8 with ALPH, or VP8L) of an encoded WebP, which share its
// memory.
func pixelChunks(encoded []byte) ([]byte, error) {
	if len(encoded) < 20 {
		return nil, errEncoder
	}
	chunks := encoded[12:]
	if string(chunks[:4]) != "VP8X" {
		return chunks, nil
	}
	skip := 8 + int(binary.LittleEndian.Uint32(chunks[4:]))
	if skip >= len(chunks) {
		return nil, errEncoder
	}
	return chunks[skip:], nil
}

// appendChunk appends a chunk, unless data is nil: type, length, data, and a byte where the
// length is odd.
func appendChunk(dst []byte, kind string, data []byte) []byte {
	if data == nil {
		return dst
	}
	dst = append(dst, kind...)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(data)))
	dst = append(dst, data...)
	if len(data)%2 == 1 {
		dst = append(dst, 0)
	}
	return dst
}
