package face

import (
	"fmt"
	"image"
	"sync"

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
	c := copiers.Get().(*copier)
	c.dst, c.src = dst, v.base
	parallel.Ranges(v.base.Rect.Dy(), 64, c.rows)
	*c = copier{rows: c.rows}
	copiers.Put(c)
	for _, l := range layers {
		t := target{pix: dst.Pix, stride: dst.Stride, rect: v.base.Rect, premultiplied: true}
		t.add(l.Change, l.Alignment, v.toPhoto)
	}
}

// copier is a copy of pixels in work; its loop is a function that is made once.
type copier struct {
	dst, src *image.RGBA
	rows     func(from, to int)
}

var copiers = sync.Pool{New: func() any {
	c := new(copier)
	c.rows = c.copyRows
	return c
}}

func (c *copier) copyRows(from, to int) {
	w := 4 * c.src.Rect.Dx()
	for y := from; y < to; y++ {
		copy(c.dst.Pix[y*c.dst.Stride:][:w], c.src.Pix[y*c.src.Stride:])
	}
}
