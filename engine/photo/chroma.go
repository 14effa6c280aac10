package photo

import (
	"image"
	"image/color"
)

// fromYCbCr converts the image of a JPEG or WebP. The standard library repeats each
// chroma sample over the pixels that share it, which leaves steps along coloured
// edges. Here samples are interpolated as in other viewers (weights 3:1 towards the
// nearer sample in each subsampled direction, which libjpeg calls fancy upsampling),
// so that a photo looks as it does elsewhere.
//
// Only images at the origin with 4:2:0 or 4:2:2 subsampling are interpolated:
// decoders make no others. toRGB converts one pixel (see rangeOf). The result is
// turned upright from the EXIF orientation o, which takes less memory than to turn
// it afterwards.
func fromYCbCr(src *image.YCbCr, o int, toRGB func(y, cb, cr uint8) (r, g, b uint8)) *image.NRGBA {
	b := src.Rect
	tall := src.SubsampleRatio == image.YCbCrSubsampleRatio420
	if b.Min != (image.Point{}) || b.Empty() || !tall && src.SubsampleRatio != image.YCbCrSubsampleRatio422 {
		return eachPixel(src, o, toRGB)
	}
	w, h := b.Dx(), b.Dy()
	cw := (w + 1) / 2
	return uprightRows(w, h, o, func(y int, row []byte) {
		near, far := y, y
		if tall {
			near = y / 2
			far = min(max(near-1+y%2*2, 0), (h+1)/2-1)
		}
		luma := src.Y[y*src.YStride:][:w]
		at := func(p []byte, row int) []byte { return p[row*src.CStride:][:cw] }
		b0, b1 := at(src.Cb, near), at(src.Cb, far)
		r0, r1 := at(src.Cr, near), at(src.Cr, far)
		for x, l := range luma {
			i := x / 2
			j := min(max(i-1+x%2*2, 0), cw-1)
			// Sums of 16 weights; rounding alternates so as not to drift.
			round := int32(8 - x%2)
			cb := (3*(3*int32(b0[i])+int32(b1[i])) + 3*int32(b0[j]) + int32(b1[j]) + round) >> 4
			cr := (3*(3*int32(r0[i])+int32(r1[i])) + 3*int32(r0[j]) + int32(r1[j]) + round) >> 4
			red, green, blue := toRGB(l, uint8(cb), uint8(cr))
			*(*[4]byte)(row[4*x:]) = [4]byte{red, green, blue, 255}
		}
	})
}

// eachPixel converts an image without interpolating its chroma samples.
func eachPixel(src *image.YCbCr, o int, toRGB func(y, cb, cr uint8) (r, g, b uint8)) *image.NRGBA {
	b := src.Rect
	return uprightRows(b.Dx(), b.Dy(), o, func(y int, row []byte) {
		for x := range b.Dx() {
			i, j := src.YOffset(b.Min.X+x, b.Min.Y+y), src.COffset(b.Min.X+x, b.Min.Y+y)
			red, green, blue := toRGB(src.Y[i], src.Cb[j], src.Cr[j])
			*(*[4]byte)(row[4*x:]) = [4]byte{red, green, blue, 255}
		}
	})
}

// rangeOf returns the conversion of a format's YCbCr to RGB. JPEG uses the full range
// of a byte, WebP the studio range of ITU-R BT.601: 16 to 235 for luma and 16 to 240
// for chroma. The standard library has a conversion for the full range only.
func rangeOf(format string) func(y, cb, cr uint8) (r, g, b uint8) {
	if format == "webp" {
		return studioToRGB
	}
	return color.YCbCrToRGB
}

// studioToRGB converts a colour of the studio range, with factors in 1/65536.
func studioToRGB(y, cb, cr uint8) (r, g, b uint8) {
	l := 76309*(int32(y)-16) + 1<<15
	u, v := int32(cb)-128, int32(cr)-128
	return clip(l + 104597*v), clip(l - 25675*u - 53279*v), clip(l + 132201*u)
}

func clip(v int32) uint8 { return uint8(min(max(v>>16, 0), 255)) }
