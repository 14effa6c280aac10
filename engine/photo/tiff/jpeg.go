package tiff

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"io"
)

// decodeJPEG decodes an image whose blocks are JPEGs.
func (l *layout) decodeJPEG() (image.Image, error) {
	var tables []byte
	if e, ok := l.entries[tagJPEGTables]; ok {
		tables = bytes.TrimSuffix(e.Value, []byte{0xff, 0xd9})
	}
	var dst draw.Image
	bounds := image.Rect(0, 0, l.width, l.height)
	switch l.photometric {
	case rgb, yCbCr:
		dst = image.NewRGBA(bounds)
	case cmyk:
		dst = image.NewCMYK(bounds)
	case whiteIsZero, blackIsZero:
		dst = image.NewGray(bounds)
	default:
		return nil, Unsupported("JPEG compression of a palette")
	}
	for i := range l.offsets {
		x, y := i%l.across*l.blockWidth, i/l.across*l.blockHeight
		data, err := l.block(i)
		if err != nil {
			return nil, err
		}
		img, err := l.jpegBlock(tables, data, min(l.blockWidth, l.width-x), min(l.blockHeight, l.height-y))
		if err != nil {
			return nil, err
		}
		draw.Draw(dst, image.Rect(x, y, x+l.blockWidth, y+l.blockHeight), img, image.Point{}, draw.Src)
	}
	if grey, ok := dst.(*image.Gray); ok && l.photometric == whiteIsZero {
		for i := range grey.Pix {
			grey.Pix[i] ^= 255
		}
	}
	return dst, nil
}

// jpegBlock decodes one block, of which w × h pixels are needed; the tables that
// all blocks share may be missing.
func (l *layout) jpegBlock(tables, data []byte, w, h int) (image.Image, error) {
	parts := func() io.Reader { return bytes.NewReader(data) }
	if len(tables) > 2 && len(data) > 2 {
		parts = func() io.Reader { return io.MultiReader(bytes.NewReader(tables), bytes.NewReader(data[2:])) }
	}
	c, err := jpeg.DecodeConfig(parts())
	if err != nil {
		return nil, ended(err)
	}
	if c.Width < w || c.Height < h || c.Width > l.blockWidth+16 || c.Height > l.blockHeight+16 {
		return nil, fmt.Errorf("%w: a part of %d×%d pixels holds a JPEG of %d×%d", ErrDamaged, l.blockWidth, l.blockHeight, c.Width, c.Height)
	}
	img, err := jpeg.Decode(parts())
	if err != nil {
		return nil, ended(err)
	}
	src, ok := img.(*image.YCbCr)
	if l.photometric != rgb || !ok {
		return img, nil
	}
	// Without a segment of Adobe's the decoder takes RGB for YCbCr.
	out := image.NewRGBA(src.Rect)
	for y := range src.Rect.Dy() {
		row := out.Pix[y*out.Stride:]
		for x := range src.Rect.Dx() {
			c := src.COffset(x, y)
			*(*[4]byte)(row[4*x:]) = [4]byte{src.Y[src.YOffset(x, y)], src.Cb[c], src.Cr[c], 255}
		}
	}
	return out, nil
}
