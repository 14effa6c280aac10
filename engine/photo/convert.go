package photo

import (
	"image"
	"image/color"
	"image/draw"
)

// uprightNRGBA is toNRGBA followed by upright, in one pass where that saves memory.
func uprightNRGBA(img image.Image, format string, o int) *image.NRGBA {
	if src, ok := img.(*image.YCbCr); ok {
		return fromYCbCr(src, o, rangeOf(format))
	}
	return upright(toNRGBA(img, format), o)
}

// toNRGBA converts an image decoded from the given format to 8-bit RGB with straight
// alpha and its origin at (0, 0). It reuses img's memory where the bytes already fit.
func toNRGBA(img image.Image, format string) *image.NRGBA {
	b := img.Bounds()
	rect := image.Rect(0, 0, b.Dx(), b.Dy())
	switch src := img.(type) {
	case *image.NRGBA:
		return &image.NRGBA{Pix: src.Pix[src.PixOffset(b.Min.X, b.Min.Y):], Stride: src.Stride, Rect: rect}
	case *image.RGBA:
		dst := &image.NRGBA{Pix: src.Pix[src.PixOffset(b.Min.X, b.Min.Y):], Stride: src.Stride, Rect: rect}
		if !src.Opaque() {
			unpremultiply(dst)
		}
		return dst
	case *image.NYCbCrA:
		dst := fromYCbCr(&src.YCbCr, 1, rangeOf(format))
		rows(rect.Dy(), func(y int) {
			row := dst.Pix[y*dst.Stride:]
			alpha := src.A[src.AOffset(b.Min.X, b.Min.Y+y):]
			for x := range rect.Dx() {
				row[4*x+3] = alpha[x]
			}
		})
		return dst
	case *image.YCbCr:
		return fromYCbCr(src, 1, rangeOf(format))
	case *image.CMYK:
		return viaRGBA(img)
	}
	dst := image.NewNRGBA(rect)
	rows(rect.Dy(), func(y int) {
		row := dst.Pix[y*dst.Stride:][:4*rect.Dx()]
		convertRow(row, img, b.Min.X, b.Min.Y+y)
	})
	return dst
}

// viaRGBA converts an opaque image by way of RGBA, for which the standard library has
// fast paths. Opaque pixels have the same bytes in RGBA and NRGBA.
func viaRGBA(img image.Image) *image.NRGBA {
	b := img.Bounds()
	dst := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	rows(b.Dy(), func(y int) {
		draw.Draw(dst, image.Rect(0, y, b.Dx(), y+1), img, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
	})
	return &image.NRGBA{Pix: dst.Pix, Stride: dst.Stride, Rect: dst.Rect}
}

// convertRow converts the row of img that starts at (x0, y).
func convertRow(row []byte, img image.Image, x0, y int) {
	n := len(row) / 4
	switch src := img.(type) {
	case *image.Gray:
		for x, v := range src.Pix[src.PixOffset(x0, y):][:n] {
			row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = v, v, v, 255
		}
	case *image.Gray16:
		p := src.Pix[src.PixOffset(x0, y):][:2*n]
		for x := range n {
			v := to8Bits(p[2*x], p[2*x+1])
			row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = v, v, v, 255
		}
	case *image.NRGBA64:
		p := src.Pix[src.PixOffset(x0, y):][:8*n]
		for i := range row {
			row[i] = to8Bits(p[2*i], p[2*i+1])
		}
	case *image.RGBA64:
		p := src.Pix[src.PixOffset(x0, y):][:8*n]
		for x := range n {
			straightTo8Bits(row[4*x:4*x+4], p[8*x:8*x+8])
		}
	case *image.Paletted:
		var table [256][4]byte
		for i, c := range src.Palette[:min(len(src.Palette), 256)] {
			v := color.NRGBAModel.Convert(c).(color.NRGBA)
			table[i] = [4]byte{v.R, v.G, v.B, v.A}
		}
		for x, v := range src.Pix[src.PixOffset(x0, y):][:n] {
			*(*[4]byte)(row[4*x:]) = table[v]
		}
	default: // no decoder here makes another type
		for x := range n {
			v := color.NRGBAModel.Convert(img.At(x0+x, y)).(color.NRGBA)
			*(*[4]byte)(row[4*x:]) = [4]byte{v.R, v.G, v.B, v.A}
		}
	}
}

// to8Bits rounds a 16-bit value, given as its two bytes, to 8 bits.
func to8Bits(hi, lo byte) byte {
	v := uint32(hi)<<8 | uint32(lo)
	return byte((v*255 + 32767) / 65535)
}

// straightTo8Bits converts a premultiplied 16-bit pixel to a straight 8-bit one.
func straightTo8Bits(dst, p []byte) {
	a := uint32(p[6])<<8 | uint32(p[7])
	if a == 0 {
		clear(dst)
		return
	}
	for c := range 3 {
		v := uint32(p[2*c])<<8 | uint32(p[2*c+1])
		dst[c] = byte((min(v, a)*255 + a/2) / a)
	}
	dst[3] = to8Bits(p[6], p[7])
}

// unpremultiply turns premultiplied bytes into straight ones, in place.
func unpremultiply(img *image.NRGBA) {
	rows(img.Rect.Dy(), func(y int) {
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		for ; len(row) >= 4; row = row[4:] {
			a := uint32(row[3])
			if a == 0 || a == 255 {
				continue
			}
			for c := range 3 {
				row[c] = byte((min(uint32(row[c]), a)*255 + a/2) / a)
			}
		}
	})
}

// onLogicalScreen places the first frame of a GIF on its logical screen, whose size is
// that of the image.
func onLogicalScreen(img image.Image, c image.Config) image.Image {
	screen := image.Rect(0, 0, c.Width, c.Height)
	if img.Bounds() == screen {
		return img
	}
	dst := image.NewNRGBA(screen)
	draw.Draw(dst, screen, gifFrame(img), image.Point{}, draw.Src)
	return dst
}

// gifFrame is toNRGBA for a frame of a GIF, which keeps its position.
func gifFrame(img image.Image) *image.NRGBA {
	out := toNRGBA(img, "gif")
	out.Rect = img.Bounds()
	return out
}
