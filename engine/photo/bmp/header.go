package bmp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
)

// ErrDamaged says that a file contradicts itself.
var ErrDamaged = errors.New("the BMP file contradicts itself")

// Unsupported is the error for a feature of BMP that is not read. Its text names the
// feature: "JPEG compression".
type Unsupported string

func (u Unsupported) Error() string { return string(u) + " cannot be read" }

var le = binary.LittleEndian

// Lengths of headers in bytes.
const (
	fileHeader = 14
	coreHeader = 12 // of OS/2, with sizes of 16 bits
	infoHeader = 40
	maskHeader = 52 // from here on the masks are part of the header
	v4Header   = 108
	v5Header   = 124
)

// Values of the compression.
const (
	none      = 0
	rle8      = 1
	rle4      = 2
	masked    = 3
	maskAlpha = 6
)

// header is what a file says about its pixels.
type header struct {
	width, height int
	topDown       bool
	bits          int // of a pixel: 1, 2, 4, 8, 16, 24 or 32
	compression   uint32
	masks         [4]uint32 // red, green, blue, alpha; for 16 and 32 bits
	palette       []byte    // three or four bytes a colour: blue, green, red
	inColour      int       // bytes of a colour of the palette
	pixels        []byte    // up to the end of the file
}

// Config returns the size in pixels that a file states.
func Config(data []byte) (image.Config, error) {
	h, err := sizeOf(data)
	return image.Config{Width: h.width, Height: h.height}, err
}

// sizeOf reads the size alone, so that it is known of files that Decode refuses.
func sizeOf(data []byte) (h header, err error) {
	if len(data) < fileHeader+coreHeader {
		return h, io.ErrUnexpectedEOF
	}
	body := data[fileHeader:]
	switch length := le.Uint32(body); {
	case string(data[:2]) != "BM":
		return h, fmt.Errorf("%w: it begins with % x", ErrDamaged, data[:2])
	case length == coreHeader:
		h.width, h.height = int(le.Uint16(body[4:])), int(le.Uint16(body[6:]))
	case length < 16 || length > 1<<16:
		return h, fmt.Errorf("%w: a header of %d bytes", ErrDamaged, length)
	default:
		h.width, h.height = int(int32(le.Uint32(body[4:]))), int(int32(le.Uint32(body[8:])))
	}
	if h.height < 0 {
		h.height, h.topDown = -h.height, true
	}
	if h.width <= 0 || h.height == 0 {
		return h, fmt.Errorf("%w: it states a size of %d×%d pixels", ErrDamaged, h.width, h.height)
	}
	return h, nil
}

// newHeader reads all of the header. Errors are Decode's.
func newHeader(data []byte) (*header, error) {
	h, err := sizeOf(data)
	if err != nil {
		return nil, err
	}
	length := int(le.Uint32(data[fileHeader:]))
	if len(data) < fileHeader+length {
		return nil, io.ErrUnexpectedEOF
	}
	// Fields that a short header lacks are 0.
	body := make([]byte, max(length, v5Header))
	copy(body, data[fileHeader:fileHeader+length])
	colours := 0
	if length == coreHeader {
		h.bits, h.inColour = int(le.Uint16(body[10:])), 3
	} else {
		h.bits, h.inColour = int(le.Uint16(body[14:])), 4
		h.compression = le.Uint32(body[16:])
		colours = int(min(le.Uint32(body[32:]), 256))
	}
	next := fileHeader + length
	if err := h.readCoding(data, body, length, &next); err != nil {
		return nil, err
	}
	if h.bits <= 8 {
		if most := 1 << h.bits; colours == 0 || colours > most {
			colours = most
		}
		if next+h.inColour*colours > len(data) {
			return nil, io.ErrUnexpectedEOF
		}
		h.palette = data[next:][:h.inColour*colours]
		next += len(h.palette)
	}
	// Where the pixels begin. Some programs write 0.
	from := int64(le.Uint32(data[10:]))
	if from < fileHeader+int64(length) {
		from = int64(next)
	}
	if from < int64(next) { // a palette that is shorter than stated
		h.palette = h.palette[:max(0, len(h.palette)-(next-int(from)))]
	}
	if from > int64(len(data)) {
		return nil, io.ErrUnexpectedEOF
	}
	h.pixels = data[from:]
	return &h, nil
}

// readCoding reads how pixels are coded. next is the position after the header; masks
// may lie there.
func (h *header) readCoding(data, body []byte, length int, next *int) error {
	switch h.bits {
	case 1, 2, 4, 8, 16, 24, 32:
	case 0:
		return Unsupported("JPEG or PNG compression")
	default:
		return Unsupported(fmt.Sprintf("%d bits a pixel", h.bits))
	}
	os2 := length == 64 // where 3 and 4 are compressions of its own
	switch c := h.compression; {
	case c == none, c == rle8 && h.bits == 8, c == rle4 && h.bits == 4:
	case (c == masked || c == maskAlpha) && !os2 && (h.bits == 16 || h.bits == 32):
	case c == 4 || c == 5:
		return Unsupported("JPEG or PNG compression")
	default:
		return Unsupported(fmt.Sprintf("compression %d of %d bits", c, h.bits))
	}
	switch {
	case h.compression == masked || h.compression == maskAlpha:
		n := 3
		if h.compression == maskAlpha {
			n = 4
		}
		from := body[infoHeader:]
		if length < maskHeader {
			if *next+4*n > len(data) {
				return io.ErrUnexpectedEOF
			}
			from, *next = data[*next:], *next+4*n
		} else if length > maskHeader {
			n = 4
		}
		for i := range n {
			h.masks[i] = le.Uint32(from[4*i:])
		}
	case h.bits == 16:
		h.masks = [4]uint32{0x7c00, 0x03e0, 0x001f, 0}
	case h.bits == 32:
		h.masks = [4]uint32{0xff0000, 0xff00, 0xff, 0}
		if length > maskHeader { // headers that know alpha
			h.masks[3] = 0xff000000
		}
	}
	return nil
}
