package photo

import (
	"image"
	"image/color"
)

// fromYCbCr converts a JPEG's or WebP's picture. The standard library repeats
// each colour sample over the pixels that share it, which leaves steps along
// coloured edges; here samples are interpolated as other viewers do (weights
// 3:1 towards the nearer sample in each halved direction, the filter that
// libjpeg calls fancy upsampling), so that a photo looks as it does elsewhere.
//
// Only pictures at the origin with halved chroma are interpolated: decoders
// make no others. toRGB converts one pixel (see rangeOf).
func fromYCbCr(src *image.YCbCr, toRGB func(y, cb, cr uint8) (r, g, b uint8)) *image.NRGBA {
	b := src.Rect
	tall := src.SubsampleRatio == image.YCbCrSubsampleRatio420
	if b.Min != (image.Point{}) || b.Empty() || !tall && src.SubsampleRatio != image.YCbCrSubsampleRatio422 {
		return eachPixel(src, toRGB)
	}
	w, h := b.Dx(), b.Dy()
	cw := (w + 1) / 2
	dst := image.NewNRGBA(b)
	rows(h, func(y int) {
		near, far := y, y
		if tall {
			near = y / 2
			far = min(max(near-1+y%2*2, 0), (h+1)/2-1)
		}
		luma := src.Y[y*src.YStride:][:w]
		at := func(p []byte, row int) []byte { return p[row*src.CStride:][:cw] }
		b0, b1 := at(src.Cb, near), at(src.Cb, far)
		r0, r1 := at(src.Cr, near), at(src.Cr, far)
		row := dst.Pix[y*dst.Stride:][:4*w]
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
	return dst
}

// eachPixel converts a picture whose colour samples are not interpolated.
func eachPixel(src *image.YCbCr, toRGB func(y, cb, cr uint8) (r, g, b uint8)) *image.NRGBA {
	b := src.Rect
	dst := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	rows(b.Dy(), func(y int) {
		row := dst.Pix[y*dst.Stride:][:4*b.Dx()]
		for x := range b.Dx() {
			i, j := src.YOffset(b.Min.X+x, b.Min.Y+y), src.COffset(b.Min.X+x, b.Min.Y+y)
			red, green, blue := toRGB(src.Y[i], src.Cb[j], src.Cr[j])
			*(*[4]byte)(row[4*x:]) = [4]byte{red, green, blue, 255}
		}
	})
	return dst
}

// rangeOf returns how a format's colours are turned into RGB: those of JPEG use
// all of a byte, those of WebP the studio range of ITU-R BT.601, 16 to 235 and
// 16 to 240. The standard library's conversion knows the former alone.
func rangeOf(format string) func(y, cb, cr uint8) (r, g, b uint8) {
	if format == "webp" {
		return studioToRGB
	}
	return color.YCbCrToRGB
}

// studioToRGB converts one colour of the studio range, in 1/65536.
func studioToRGB(y, cb, cr uint8) (r, g, b uint8) {
	l := 76309*(int32(y)-16) + 1<<15
	u, v := int32(cb)-128, int32(cr)-128
	return clip(l + 104597*v), clip(l - 25675*u - 53279*v), clip(l + 132201*u)
}

func clip(v int32) uint8 { return uint8(min(max(v>>16, 0), 255)) }
