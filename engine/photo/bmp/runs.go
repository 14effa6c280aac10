package bmp

import (
	"image"
	"io"
)

// decodeRuns decodes run-length coding, of 8 or 4 bits a pixel. Pixels that are skipped
// have colour 0. A file that ends within them is cut short; the mark of the end may be
// missing.
func (h *header) decodeRuns() (image.Image, error) {
	img := h.newPaletted()
	src := h.pixels
	x, row := 0, 0
	put := func(v byte) {
		if x < h.width && row < h.height {
			img.Pix[h.y(row)*img.Stride+x] = v
		}
		x++
	}
	nibble := func(b byte, i int) byte {
		switch {
		case h.compression == rle8:
			return b
		case i%2 == 0:
			return b >> 4
		}
		return b & 15
	}
	for row < h.height {
		if len(src) < 2 {
			if row == h.height-1 && x >= h.width {
				return checked(img, ErrPadding)
			}
			return nil, io.ErrUnexpectedEOF
		}
		n, code := int(src[0]), src[1]
		src = src[2:]
		switch {
		case n > 0: // a run
			for i := range n {
				put(nibble(code, i))
			}
		case code == 0: // end of a row
			x, row = 0, row+1
		case code == 1: // end of the image
			return checked(img, nil)
		case code == 2: // a step to the right and up
			if len(src) < 2 {
				return nil, io.ErrUnexpectedEOF
			}
			x, row = x+int(src[0]), row+int(src[1])
			src = src[2:]
		default: // pixels as they are, padded to an even length
			length := int(code)
			if h.compression == rle4 {
				length = (length + 1) / 2
			}
			if len(src) < length {
				return nil, io.ErrUnexpectedEOF
			}
			for i := range int(code) {
				at := i
				if h.compression == rle4 {
					at = i / 2
				}
				put(nibble(src[at], i))
			}
			src = src[min(len(src), length+length%2):]
		}
	}
	return checked(img, nil)
}
