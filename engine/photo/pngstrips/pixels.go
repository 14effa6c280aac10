package pngstrips

import (
	"fmt"
	"image"
	"image/draw"
)

// pixels is an image as a PNG holds it: rows of samples, big-endian.
type pixels struct {
	pix    []byte
	stride int
	size   image.Point
	depth  int // bits of a sample
	opaque bool
}

func newPixels(img image.Image) (pixels, error) {
	switch img := img.(type) {
	case *image.NRGBA:
		return pixels{img.Pix, img.Stride, img.Rect.Size(), 8, img.Opaque()}, nil
	case *image.NRGBA64:
		return pixels{img.Pix, img.Stride, img.Rect.Size(), 16, img.Opaque()}, nil
	case *image.RGBA:
		if img.Opaque() {
			return pixels{img.Pix, img.Stride, img.Rect.Size(), 8, true}, nil
		}
		straight := image.NewNRGBA(img.Rect)
		draw.Draw(straight, img.Rect, img, img.Rect.Min, draw.Src)
		return newPixels(straight)
	case *image.RGBA64:
		if img.Opaque() {
			return pixels{img.Pix, img.Stride, img.Rect.Size(), 16, true}, nil
		}
		straight := image.NewNRGBA64(img.Rect)
		draw.Draw(straight, img.Rect, img, img.Rect.Min, draw.Src)
		return newPixels(straight)
	}
	return pixels{}, fmt.Errorf("an image of type %T: want 8 or 16 bits a channel, RGBA", img)
}

// colourType returns the PNG's colour type.
func (p pixels) colourType() byte {
	if p.opaque {
		return 2 // RGB
	}
	return 6 // RGB and alpha
}

// channels returns the number of samples of a pixel.
func (p pixels) channels() int {
	if p.opaque {
		return 3
	}
	return 4
}

// pixelBytes returns the number of bytes of a pixel in the file, rowBytes that of a row.
func (p pixels) pixelBytes() int { return p.channels() * p.depth / 8 }
func (p pixels) rowBytes() int   { return p.size.X * p.pixelBytes() }

// row writes the samples of row y to dst, which has rowBytes bytes.
func (p pixels) row(dst []byte, y int) {
	kept := p.pixelBytes()
	whole := 4 * p.depth / 8
	src := p.pix[y*p.stride:][:p.size.X*whole]
	switch kept {
	case whole:
		copy(dst, src)
	case 3:
		for i, j := 0, 0; i+3 < len(src); i, j = i+4, j+3 {
			d := dst[j : j+3 : j+3]
			d[0], d[1], d[2] = src[i], src[i+1], src[i+2]
		}
	default:
		for i, j := 0, 0; i < len(src); i, j = i+whole, j+kept {
			copy(dst[j:j+kept], src[i:])
		}
	}
}
