package photo

import (
	"image"

	"github.com/nfnt/resize"
)

// Reduce returns img at a smaller size, averaged, in as many bits as it has. An image of
// that size is returned as it is. img must not be empty.
func Reduce(img image.Image, size image.Point) image.Image {
	if img.Bounds().Size() == size {
		return img
	}
	switch own := img.(type) {
	case *image.NRGBA:
		return Scale(own, size)
	case *image.NRGBA64:
		how := resize.Lanczos3
		if !own.Opaque() {
			how = resize.Bilinear // Lanczos overshoots, as in Scale
		}
		return straight16(resize.Resize(uint(size.X), uint(size.Y), own, how))
	}
	return resize.Resize(uint(size.X), uint(size.Y), img, resize.Bilinear)
}

// straight16 returns a picture with straight alpha, which the PNG encoder reads fast.
func straight16(img image.Image) image.Image {
	from, ok := img.(*image.RGBA64)
	if !ok || !from.Opaque() {
		return img
	}
	return &image.NRGBA64{Pix: from.Pix, Stride: from.Stride, Rect: from.Rect}
}
