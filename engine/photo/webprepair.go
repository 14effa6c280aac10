package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"

	"golang.org/x/image/webp"
)

// webpConfig reads the size of a WebP from its first chunk. The length that the file
// states is ignored.
func webpConfig(data []byte) (image.Config, error) {
	head := bytes.Clone(data[:12])
	binary.LittleEndian.PutUint32(head[4:], 1<<32-2)
	return webp.DecodeConfig(io.MultiReader(bytes.NewReader(head), bytes.NewReader(data[12:])))
}

// repairWebP decodes a WebP that states a wrong length, lacks the padding byte of its
// last chunk, or has the flag for an alpha channel without having one. The chunks with
// pixels are copied into a new file, which is decoded.
func repairWebP(data []byte) (image.Image, Notice) {
	le := binary.LittleEndian
	out := bytes.Clone(data[:12])
	alpha := false
	for kind, body := range webpChunks(data) {
		switch kind {
		case "ALPH":
			alpha = true
		case "VP8X", "VP8 ", "VP8L":
		default:
			continue
		}
		out = le.AppendUint32(append(out, kind...), uint32(len(body)))
		out = append(out, body...)
		if len(body)%2 == 1 {
			out = append(out, 0)
		}
	}
	le.PutUint32(out[4:], uint32(len(out)-8))
	const flags, alphaFlag = 20, 1 << 4
	if string(out[12:min(16, len(out))]) == "VP8X" && len(out) > flags && !alpha {
		out[flags] &^= alphaFlag
	}
	img, err := webp.Decode(bytes.NewReader(out))
	if err != nil {
		return nil, ""
	}
	return img, NoticeChunksDamaged
}
