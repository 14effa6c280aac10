package photo

import "image"

// is16Bit reports whether a decoded image has 16 bits a channel.
func is16Bit(img image.Image) bool {
	switch img.(type) {
	case *image.Gray16, *image.NRGBA64, *image.RGBA64:
		return true
	}
	return false
}

// toNRGBA64 converts a decoded image of 16 bits a channel to straight alpha with its
// origin at (0, 0). It reuses img's memory where the values already fit.
func toNRGBA64(img image.Image) *image.NRGBA64 {
	b := img.Bounds()
	rect := image.Rect(0, 0, b.Dx(), b.Dy())
	switch src := img.(type) {
	case *image.NRGBA64:
		return &image.NRGBA64{Pix: src.Pix[src.PixOffset(b.Min.X, b.Min.Y):], Stride: src.Stride, Rect: rect}
	case *image.RGBA64:
		dst := &image.NRGBA64{Pix: src.Pix[src.PixOffset(b.Min.X, b.Min.Y):], Stride: src.Stride, Rect: rect}
		if !src.Opaque() {
			unpremultiply64(dst)
		}
		return dst
	case *image.Gray16:
		dst := image.NewNRGBA64(rect)
		rows(rect.Dy(), func(y int) {
			in := src.Pix[src.PixOffset(b.Min.X, b.Min.Y+y):]
			out := dst.Pix[y*dst.Stride:][:8*rect.Dx()]
			for x := 0; 8*x < len(out); x++ {
				hi, lo := in[2*x], in[2*x+1]
				*(*[8]byte)(out[8*x:]) = [8]byte{hi, lo, hi, lo, hi, lo, 255, 255}
			}
		})
		return dst
	}
	panic("photo: toNRGBA64 of an image that does not have 16 bits")
}

// unpremultiply64 turns premultiplied values into straight ones, in place.
func unpremultiply64(img *image.NRGBA64) {
	rows(img.Rect.Dy(), func(y int) {
		row := img.Pix[y*img.Stride:][:8*img.Rect.Dx()]
		for ; len(row) >= 8; row = row[8:] {
			a := uint64(row[6])<<8 | uint64(row[7])
			if a == 0 || a == 65535 {
				continue
			}
			for c := 0; c < 6; c += 2 {
				v := uint64(row[c])<<8 | uint64(row[c+1])
				v = (min(v, a)*65535 + a/2) / a
				row[c], row[c+1] = byte(v>>8), byte(v)
			}
		}
	})
}
