package tiff

import (
	"fmt"
	"image"
	"image/color"
)

// Config returns the size in pixels of a file's first image. It also does so for
// files that Decode cannot read.
func Config(data []byte) (image.Config, error) {
	d, err := first(data)
	if err != nil {
		return image.Config{}, err
	}
	w, h, err := d.size()
	return image.Config{Width: w, Height: h}, err
}

// Decode decodes a file's first image: a new *image.Gray, Gray16, Paletted,
// CMYK, NRGBA, NRGBA64, RGBA or RGBA64, the last two with colours multiplied by
// alpha. The caller has compared the size with its limits. Errors are Unsupported,
// io.ErrUnexpectedEOF for a file that ends too early, and those that wrap
// ErrDamaged.
func Decode(data []byte) (image.Image, error) {
	d, err := first(data)
	if err != nil {
		return nil, err
	}
	l, err := newLayout(data, d)
	if err != nil {
		return nil, err
	}
	if l.compression == jpegCoding {
		return l.decodeJPEG()
	}
	img, err := l.newPixelBuffer()
	if err != nil {
		return nil, err
	}
	return img.Image, l.decodeBlocks(img)
}

// Pages counts the images of a file, up to most, without thumbnails and masks.
func Pages(data []byte, most int) int {
	order, err := orderOf(data)
	if err != nil {
		return 0
	}
	n := 0
	for at, steps := order.Uint32(data[4:]), 0; at != 0 && steps < 100 && n < most; steps++ {
		d, err := read(data, order, at)
		if err != nil {
			break
		}
		if d.number(tagSubfileType, 0)&(1|4) == 0 && d.has(tagWidth) {
			n++
		}
		at = d.next
	}
	return n
}

// pixelBuffer is the image that is decoded into.
type pixelBuffer struct {
	image.Image
	pix            []byte
	stride         int
	channels, wide int // of a pixel, and bytes of a channel
	// to lists the channels that each sample is stored in, none for samples that are
	// left out.
	to [][]int
}

// newPixelBuffer makes an empty image.
func (l *layout) newPixelBuffer() (*pixelBuffer, error) {
	r := image.Rect(0, 0, l.width, l.height)
	p := &pixelBuffer{channels: 1, wide: 1, to: make([][]int, l.samples)}
	if l.bits == 16 {
		p.wide = 2
	}
	colours := 3
	switch l.photometric {
	case palette:
		colours, err := l.palette()
		if err != nil {
			return nil, err
		}
		img := image.NewPaletted(r, colours)
		p.Image, p.pix, p.stride, p.to[0] = img, img.Pix, img.Stride, []int{0}
		return p, nil
	case cmyk: // of 16 bits, the upper eight
		img := image.NewCMYK(r)
		p.Image, p.pix, p.stride, p.channels, p.wide = img, img.Pix, img.Stride, 4, 1
		for i := range 4 {
			p.to[i] = []int{i}
		}
		return p, nil
	case whiteIsZero, blackIsZero:
		colours = 1
	}
	alpha := l.alpha == associated || l.alpha == unassociated
	if colours == 1 && !alpha {
		p.to[0] = []int{0}
		if p.wide == 2 {
			img := image.NewGray16(r)
			p.Image, p.pix, p.stride = img, img.Pix, img.Stride
		} else {
			img := image.NewGray(r)
			p.Image, p.pix, p.stride = img, img.Pix, img.Stride
		}
		return p, nil
	}
	p.channels = 4
	switch {
	case p.wide == 2 && l.alpha == associated:
		img := image.NewRGBA64(r)
		p.Image, p.pix, p.stride = img, img.Pix, img.Stride
	case p.wide == 2:
		img := image.NewNRGBA64(r)
		p.Image, p.pix, p.stride = img, img.Pix, img.Stride
	case l.alpha == associated:
		img := image.NewRGBA(r)
		p.Image, p.pix, p.stride = img, img.Pix, img.Stride
	default:
		img := image.NewNRGBA(r)
		p.Image, p.pix, p.stride = img, img.Pix, img.Stride
	}
	if colours == 1 {
		p.to[0] = []int{0, 1, 2}
	} else {
		p.to[0], p.to[1], p.to[2] = []int{0}, []int{1}, []int{2}
	}
	if alpha {
		p.to[colours] = []int{3}
		return p, nil
	}
	step := 4 * p.wide
	for i := step - p.wide; i < len(p.pix); i += step {
		p.pix[i] = 255
		p.pix[i+p.wide-1] = 255
	}
	return p, nil
}

// palette returns the colours of a palette.
func (l *layout) palette() (color.Palette, error) {
	const most = 256
	values, err := l.numbers(tagColorMap, 3*most)
	if err != nil {
		return nil, err
	}
	n := len(values) / 3
	if n == 0 {
		return nil, fmt.Errorf("%w: its palette is missing", ErrDamaged)
	}
	scale := uint32(1)
	narrow := true // some programs write bytes
	for _, v := range values {
		narrow = narrow && v < 256
	}
	if narrow {
		scale = 257
	}
	p := make(color.Palette, n)
	for i := range p {
		p[i] = color.RGBA64{uint16(values[i] * scale), uint16(values[n+i] * scale), uint16(values[2*n+i] * scale), 0xffff}
	}
	return p, nil
}
