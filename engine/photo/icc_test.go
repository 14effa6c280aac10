package photo

import (
	"bytes"
	"encoding/binary"
	"testing"
)

func TestProfile(t *testing.T) {
	rgb := profileOf("RGB ", 1000)
	jpg := encoded(t, sample(4, 4), "jpeg")
	part := func(n, of byte, data []byte) []byte {
		return append([]byte{'I', 'C', 'C', '_', 'P', 'R', 'O', 'F', 'I', 'L', 'E', 0, n, of}, data...)
	}
	// Segments are inserted in front, so the last inserted comes first.
	inOrder := withSegment(withSegment(jpg, 0xe2, part(2, 2, rgb[400:])), 0xe2, part(1, 2, rgb[:400]))
	swapped := withSegment(withSegment(jpg, 0xe2, part(1, 2, rgb[:400])), 0xe2, part(2, 2, rgb[400:]))
	missing := withSegment(jpg, 0xe2, part(2, 2, rgb[400:]))
	webp := []byte("RIFF\x00\x00\x00\x00WEBPVP8X")
	webp = binary.LittleEndian.AppendUint32(webp, 3)
	webp = append(webp, 1, 2, 3, 0) // padded to an even length
	webp = append(webp, "ICCP"...)
	webp = binary.LittleEndian.AppendUint32(webp, uint32(len(rgb)))
	webp = append(webp, rgb...)
	for _, tt := range []struct {
		name, format string
		data         []byte
		want         []byte
	}{
		{"jpeg in two parts", "jpeg", inOrder, rgb},
		{"jpeg, parts swapped", "jpeg", swapped, rgb},
		{"jpeg, part missing", "jpeg", missing, nil},
		{"jpeg without", "jpeg", jpg, nil},
		{"jpeg, CMYK profile", "jpeg", withSegment(jpg, 0xe2, part(1, 1, profileOf("CMYK", 500))), nil},
		{"jpeg, cut", "jpeg", inOrder[:100], nil},
		{"webp", "webp", webp, rgb},
		{"webp, cut", "webp", webp[:len(webp)-1], nil},
		{"png", "png", withChunk(encoded(t, sample(4, 4), "png"), "iCCP", []byte("p\x00\x00"+deflated(string(rgb)))), rgb},
		{"png without", "png", encoded(t, sample(4, 4), "png"), nil},
		{"other", "gif", nil, nil},
	} {
		if got := profile(tt.data, tt.format); !bytes.Equal(got, tt.want) {
			t.Errorf("%s: %d bytes, want %d", tt.name, len(got), len(tt.want))
		}
	}
}
