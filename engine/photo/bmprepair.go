package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"

	"golang.org/x/image/bmp"
)

// repairBMP decodes a BMP that lacks padding bytes of its last row, of which there are
// up to three.
func repairBMP(data []byte) (image.Image, Notice) {
	const bitsAt = 28
	if len(data) <= bitsAt || data[bitsAt] != 24 { // only 24-bit rows are handled
		return nil, ""
	}
	width := int(int32(binary.LittleEndian.Uint32(data[18:])))
	padding := (4 - 3*width%4) % 4
	if width <= 0 || padding == 0 {
		return nil, ""
	}
	img, err := bmp.Decode(io.MultiReader(bytes.NewReader(data), bytes.NewReader(make([]byte, padding))))
	if err != nil {
		return nil, ""
	}
	return img, NoticeEndMissing
}
