package photo

import (
	"image"
	"math"

	"github.com/nfnt/resize"
)

// Fit returns the largest size with size's proportions that fits inside box,
// never above size itself and at least 1×1. A box without area gives size.
func Fit(size, box image.Point) image.Point {
	if box.X <= 0 || box.Y <= 0 || size.X <= 0 || size.Y <= 0 {
		return size
	}
	s := min(1, float64(box.X)/float64(size.X), float64(box.Y)/float64(size.Y))
	fit := func(n, limit int) int {
		return min(max(int(math.Round(s*float64(n))), 1), limit)
	}
	return image.Pt(fit(size.X, min(size.X, box.X)), fit(size.Y, min(size.Y, box.Y)))
}

// Scale returns img at exactly the given size, premultiplied, as an image of
// its own; a size below 1 counts as 1. img must not be empty. Reductions
// average; any goroutine may call it.
func Scale(img *image.NRGBA, size image.Point) *image.RGBA {
	size.X, size.Y = max(size.X, 1), max(size.Y, 1)
	if size == img.Rect.Size() {
		return premultiplied(img)
	}
	// Lanczos overshoots, which premultiplied colours must not.
	how := resize.Lanczos3
	if !img.Opaque() {
		how = resize.Bilinear
	}
	// Averaging whole blocks first, down to twice the size, leaves the filter
	// little to do and changes nothing that can be seen.
	var src image.Image = img
	if k := min(img.Rect.Dx()/size.X, img.Rect.Dy()/size.Y, maxShrink) / 2; k > 1 {
		src = shrink(img, k)
	}
	return resize.Resize(uint(size.X), uint(size.Y), src, how).(*image.RGBA)
}

// maxShrink bounds the blocks that shrink averages, so that sums cannot
// overflow.
const maxShrink = 500

// Thumbnail returns img scaled to fit inside a side × side square.
func Thumbnail(img *image.NRGBA, side int) *image.RGBA {
	return Scale(img, Fit(img.Rect.Size(), image.Pt(side, side)))
}

func premultiplied(img *image.NRGBA) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	rows(h, func(y int) {
		src, out := img.Pix[y*img.Stride:][:4*w], dst.Pix[y*dst.Stride:][:4*w]
		copy(out, src)
		for ; len(out) >= 4; out = out[4:] {
			if a := uint32(out[3]); a != 255 {
				for c := range 3 {
					out[c] = byte((uint32(out[c])*a + 127) / 255)
				}
			}
		}
	})
	return dst
}
