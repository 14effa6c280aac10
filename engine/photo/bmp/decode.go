package bmp

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"math/bits"
)

// ErrPadding says that a file ends within the bytes that fill its last row. The image
// that Decode returns with it is complete.
var ErrPadding = errors.New("the last bytes of the BMP file are missing")

// Decode decodes a file: a new *image.Paletted for palettes, and *image.NRGBA for
// others. The caller has compared the size with its limits. Errors are Unsupported,
// io.ErrUnexpectedEOF for a file that ends too early, ErrPadding for one that lacks no
// pixel, and those that wrap ErrDamaged.
func Decode(data []byte) (image.Image, error) {
	h, err := newHeader(data)
	if err != nil {
		return nil, err
	}
	if h.compression == rle8 || h.compression == rle4 {
		return h.decodeRuns()
	}
	stride := (h.width*h.bits + 31) / 32 * 4
	needed := (h.width*h.bits + 7) / 8
	if len(h.pixels) < stride*(h.height-1)+needed {
		return nil, io.ErrUnexpectedEOF
	}
	if len(h.pixels) < stride*h.height {
		err = ErrPadding
	}
	row := func(i int) []byte { return h.pixels[stride*i:][:needed] }
	if h.bits <= 8 {
		img := h.newPaletted()
		for i := range h.height {
			h.unpack(img.Pix[h.y(i)*img.Stride:][:h.width], row(i))
		}
		return checked(img, err)
	}
	img := image.NewNRGBA(image.Rect(0, 0, h.width, h.height))
	convert := h.rowConverter()
	for i := range h.height {
		convert(img.Pix[h.y(i)*img.Stride:][:4*h.width], row(i))
	}
	if h.bits == 32 || h.bits == 16 {
		h.opaqueIfClear(img)
	}
	return img, err
}

// y returns the line of the image that row i of the file is.
func (h *header) y(i int) int {
	if h.topDown {
		return i
	}
	return h.height - 1 - i
}

func (h *header) newPaletted() *image.Paletted {
	p := make(color.Palette, len(h.palette)/h.inColour)
	for i := range p {
		c := h.palette[h.inColour*i:]
		p[i] = color.RGBA{c[2], c[1], c[0], 255}
	}
	return image.NewPaletted(image.Rect(0, 0, h.width, h.height), p)
}

// checked refuses an image with colours that its palette lacks; err is passed on.
func checked(img *image.Paletted, err error) (image.Image, error) {
	for _, v := range img.Pix {
		if int(v) >= len(img.Palette) {
			return nil, fmt.Errorf("%w: it uses colour %d of a palette of %d", ErrDamaged, v, len(img.Palette))
		}
	}
	return img, err
}

// unpack spreads a row of 1 to 8 bits a pixel over a byte for each.
func (h *header) unpack(dst, src []byte) {
	mask := byte(1<<h.bits - 1)
	for x := range dst {
		bit := x * h.bits
		dst[x] = src[bit/8] >> (8 - h.bits - bit%8) & mask
	}
}

// rowConverter returns a function that converts a row of 16, 24 or 32 bits a pixel.
func (h *header) rowConverter() func(dst, src []byte) {
	if h.bits == 24 {
		return func(dst, src []byte) {
			for ; len(dst) >= 4; dst, src = dst[4:], src[3:] {
				*(*[4]byte)(dst) = [4]byte{src[2], src[1], src[0], 255}
			}
		}
	}
	if h.bits == 32 && h.masks[0] == 0xff0000 && h.masks[1] == 0xff00 && h.masks[2] == 0xff && (h.masks[3] == 0 || h.masks[3] == 0xff000000) {
		opaque := byte(255)
		if h.masks[3] != 0 {
			opaque = 0
		}
		return func(dst, src []byte) {
			for ; len(dst) >= 4; dst, src = dst[4:], src[4:] {
				*(*[4]byte)(dst) = [4]byte{src[2], src[1], src[0], src[3] | opaque}
			}
		}
	}
	channels := [4]func(uint32) byte{}
	for i, m := range h.masks {
		channels[i] = channel(m)
	}
	if h.masks[3] == 0 {
		channels[3] = func(uint32) byte { return 255 }
	}
	n := h.bits / 8
	return func(dst, src []byte) {
		for ; len(dst) >= 4; dst, src = dst[4:], src[n:] {
			v := uint32(le.Uint16(src))
			if n == 4 {
				v = le.Uint32(src)
			}
			for i, of := range channels {
				dst[i] = of(v)
			}
		}
	}
}

// channel returns a function that takes the bits of a mask out of a pixel and scales
// them to 8 bits, rounded. An empty mask gives 0.
func channel(mask uint32) func(uint32) byte {
	if mask == 0 {
		return func(uint32) byte { return 0 }
	}
	shift := bits.TrailingZeros32(mask)
	top := uint64(mask >> shift)
	return func(v uint32) byte { return byte((uint64(v&mask>>shift)*255 + top/2) / top) }
}

// opaqueIfClear makes an image opaque whose alpha is 0 everywhere: programs that do
// not know alpha leave it so.
func (h *header) opaqueIfClear(img *image.NRGBA) {
	for i := 3; i < len(img.Pix); i += 4 {
		if img.Pix[i] != 0 {
			return
		}
	}
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
}
