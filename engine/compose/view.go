package compose

import (
	"fmt"
	"image"

	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/internal/parallel"
	"deltaedit/engine/photo"
)

// View is a photo scaled to the size of a window, for drawing frames quickly. It does not
// change after NewView; several goroutines may draw at a time, each into an image of its
// own.
type View struct {
	base    *image.RGBA
	toPhoto geometry.Affine
}

// NewView scales img to fit into box, but never enlarges it.
func NewView(img *image.NRGBA, box image.Point) *View {
	size := photo.Fit(img.Rect.Size(), box)
	v := &View{base: photo.Scale(img, size)}
	sx, sy := float64(img.Rect.Dx())/float64(size.X), float64(img.Rect.Dy())/float64(size.Y)
	v.toPhoto = geometry.Affine{A: sx, C: float64(img.Rect.Min.X), E: sy, F: float64(img.Rect.Min.Y)}
	return v
}

// Size returns the view's size in pixels.
func (v *View) Size() image.Point { return v.base.Rect.Size() }

// Draw draws the photo with the changes of layers into dst, which must have the size of
// the view. The result is premultiplied; it is opaque when the photo is.
func (v *View) Draw(dst *image.RGBA, layers ...Layer) {
	if dst.Rect.Size() != v.Size() {
		panic(fmt.Sprintf("compose: picture of %v for a view of %v", dst.Rect.Size(), v.Size()))
	}
	copyLoop.Run(v.base.Rect.Dy(), 64, rowCopy{dst, v.base})
	for _, l := range layers {
		d := destination{pix: dst.Pix, stride: dst.Stride, rect: v.base.Rect, premultiplied: true}
		d.add(l.Change, l.Alignment, v.toPhoto)
	}
}

// rowCopy is a copy of one picture to another of the same size.
type rowCopy struct{ dst, src *image.RGBA }

var copyLoop = parallel.NewLoop(copyRows)

func copyRows(c *rowCopy, from, to int) {
	w := 4 * c.src.Rect.Dx()
	for y := from; y < to; y++ {
		copy(c.dst.Pix[y*c.dst.Stride:][:w], c.src.Pix[y*c.src.Stride:])
	}
}
