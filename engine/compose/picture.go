package compose

import (
	"image"

	"deltaedit/engine/internal/parallel"
)

// Picture turns a generator's picture, planar RGB in [-1, 1], into pixels.
func Picture(side int, planar []float32) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	n := side * side
	r, g, b := planar[:n], planar[n:2*n], planar[2*n:3*n]
	parallel.Ranges(side, 64, func(from, to int) {
		for i := from * side; i < to*side; i++ {
			p := img.Pix[4*i : 4*i+4 : 4*i+4]
			p[0], p[1], p[2], p[3] = byte(level(r[i])+0.5), byte(level(g[i])+0.5), byte(level(b[i])+0.5), 255
		}
	})
	return img
}

// Planar turns an opaque picture into a model's input: planar RGB in [-1, 1],
// appended to dst[:0].
func Planar(dst []float32, img *image.RGBA) []float32 {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	n := w * h
	if cap(dst) < 3*n {
		dst = make([]float32, 3*n)
	}
	dst = dst[:3*n]
	for y := range h {
		row := img.Pix[y*img.Stride:][:4*w]
		for x := range w {
			p := row[4*x : 4*x+4 : 4*x+4]
			i := y*w + x
			dst[i] = float32(p[0])/127.5 - 1
			dst[n+i] = float32(p[1])/127.5 - 1
			dst[2*n+i] = float32(p[2])/127.5 - 1
		}
	}
	return dst
}

// Opaque gives an opaque picture the photo's type; the pixels are shared.
func Opaque(img *image.RGBA) *image.NRGBA {
	return &image.NRGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect}
}

// Clone copies a photo, so that Paste can work on the copy.
func Clone(img *image.NRGBA) *image.NRGBA {
	out := image.NewNRGBA(img.Rect)
	w := 4 * img.Rect.Dx()
	parallel.Ranges(img.Rect.Dy(), 256, func(from, to int) {
		for y := from; y < to; y++ {
			copy(out.Pix[y*out.Stride:][:w], img.Pix[y*img.Stride:][:w])
		}
	})
	return out
}
