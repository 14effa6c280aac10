package face

import (
	"fmt"
	"image"

	"deltaedit/engine/parallel"
	"deltaedit/engine/photo"
)

// View is a photo scaled once to the pixels of a window, on which changes are
// drawn. It is immutable after NewView; several goroutines may draw at once,
// each on a picture of its own.
type View struct {
	base    *image.RGBA
	toPhoto affine
}

// NewView scales img to fit inside box, never above its own size.
func NewView(img *image.NRGBA, box image.Point) *View {
	size := photo.Fit(img.Rect.Size(), box)
	v := &View{base: photo.Scale(img, size)}
	sx, sy := float64(img.Rect.Dx())/float64(size.X), float64(img.Rect.Dy())/float64(size.Y)
	v.toPhoto = affine{a: sx, c: float64(img.Rect.Min.X), e: sy, f: float64(img.Rect.Min.Y)}
	return v
}

// Size returns the view's size in pixels.
func (v *View) Size() image.Point { return v.base.Rect.Size() }

// Draw fills dst, which must have the view's size, with the photo and the
// layers' changes, whatever it held before. The result is premultiplied and, for
// an opaque photo, opaque.
func (v *View) Draw(dst *image.RGBA, layers ...Layer) {
	if dst.Rect.Size() != v.Size() {
		panic(fmt.Sprintf("face: picture of %v for a view of %v", dst.Rect.Size(), v.Size()))
	}
	w, h := 4*v.base.Rect.Dx(), v.base.Rect.Dy()
	parallel.Ranges(h, 64, func(from, to int) {
		for y := from; y < to; y++ {
			copy(dst.Pix[y*dst.Stride:][:w], v.base.Pix[y*v.base.Stride:])
		}
	})
	for _, l := range layers {
		t := target{pix: dst.Pix, stride: dst.Stride, rect: v.base.Rect, premultiplied: true}
		t.add(l.Change, l.Alignment, v.toPhoto)
	}
}
