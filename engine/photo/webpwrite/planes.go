package webpwrite

import (
	"image"

	"deltaedit/engine/internal/parallel"
)

// planes returns an image as libwebp takes it without copies of its own: luma and alpha for each
// pixel, chroma for each 2 × 2, in the studio range of ITU-R BT.601, all in one piece of memory in
// the order Y, Cb, Cr, A.
func planes(img *image.NRGBA) *image.NYCbCrA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	cw, ch := (w+1)/2, (h+1)/2
	memory := make([]byte, 2*w*h+2*cw*ch)
	take := func(n int) []byte {
		part := memory[:n]
		memory = memory[n:]
		return part
	}
	out := &image.NYCbCrA{
		YCbCr: image.YCbCr{
			Y: take(w * h), Cb: take(cw * ch), Cr: take(cw * ch),
			YStride: w, CStride: cw, SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, w, h),
		},
		A: take(w * h), AStride: w,
	}
	parallel.Ranges(ch, 16, func(from, to int) {
		for y := from; y < to; y++ {
			for row := 2 * y; row < min(2*y+2, h); row++ {
				lumaRow(out.Y[row*w:][:w], out.A[row*w:][:w], img.Pix[row*img.Stride:][:4*w])
			}
			above := img.Pix[2*y*img.Stride:][:4*w]
			below := img.Pix[min(2*y+1, h-1)*img.Stride:][:4*w]
			chromaRow(out.Cb[y*cw:][:cw], out.Cr[y*cw:][:cw], above, below)
		}
	})
	return out
}

// lumaRow sets luma and alpha of a row of pixels. Factors are in 1/65536.
func lumaRow(luma, alpha, pix []byte) {
	for x := range luma {
		p := pix[4*x:][:4]
		luma[x] = uint8((16829*uint32(p[0]) + 33039*uint32(p[1]) + 6416*uint32(p[2]) + 16<<16 + 1<<15) >> 16)
		alpha[x] = p[3]
	}
}

// chromaRow sets the chroma of two rows of pixels, each from the mean of four that share it. What
// is transparent counts less, so that its colour does not run out of it. At the edges pixels
// count twice.
func chromaRow(cb, cr, above, below []byte) {
	last := len(above)/4 - 1
	for x := range cb {
		left, right := 8*x, 4*min(2*x+1, last)
		var r, g, b, n int64
		for _, p := range [4][]byte{above[left:][:4], above[right:][:4], below[left:][:4], below[right:][:4]} {
			a := int64(p[3])
			r, g, b, n = r+a*int64(p[0]), g+a*int64(p[1]), b+a*int64(p[2]), n+a
		}
		if n == 0 {
			cb[x], cr[x] = 128, 128
			continue
		}
		cb[x] = chroma(-9714*r-19070*g+28784*b, n)
		cr[x] = chroma(28784*r-24103*g-4681*b, n)
	}
}

// chroma returns a chroma value, rounded, from n times 65536 times its distance from the middle.
func chroma(sum, n int64) uint8 {
	return uint8((sum + n*(128<<16+1<<15)) / (n << 16))
}
