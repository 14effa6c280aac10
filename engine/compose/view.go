package compose

import (
	"fmt"
	"image"
	"math"
	"sync"

	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/internal/parallel"
	"deltaedit/engine/internal/resample"
	"deltaedit/engine/photo"
)

// View is a photo, or a region of it, scaled to the size of a window, for drawing frames
// quickly. What it shows does not change after NewView; several goroutines may draw at a time,
// each into an image of its own.
type View struct {
	base    *image.RGBA
	toPhoto geometry.Affine
	photo   *image.NRGBA
	region  image.Rectangle // of the photo

	// What layers bend comes from beyond the region: a view of more of the photo, and how
	// many more pixels of it on each side.
	mu     sync.Mutex
	wide   *View
	margin int
}

// NewView scales a region of the photo, which must lie inside of it, to fit into box, but never
// enlarges it.
func NewView(img *image.NRGBA, region image.Rectangle, box image.Point) *View {
	seen := img.SubImage(region).(*image.NRGBA)
	size := photo.Fit(region.Size(), box)
	v := &View{base: photo.Scale(seen, size), photo: img, region: region}
	sx, sy := float64(region.Dx())/float64(size.X), float64(region.Dy())/float64(size.Y)
	v.toPhoto = geometry.Affine{A: sx, C: float64(region.Min.X), E: sy, F: float64(region.Min.Y)}
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
	if wide := v.wider(layers); wide != nil {
		wide.drawWithin(dst, v, layers)
		return
	}
	copyLoop.Run(v.base.Rect.Dy(), 64, rowCopy{dst, v.base})
	for _, l := range layers {
		d := destination{pix: dst.Pix, stride: dst.Stride, rect: v.base.Rect, premultiplied: true}
		d.add(l.Change, l.Alignment, v.toPhoto)
		d.bend(l, v.toPhoto)
	}
}

// marginStep is what margins are multiples of, in pixels of the photo, so that one wide view
// serves a moving slider.
const marginStep = 64

// wider returns a view of so much more of the photo that what the layers bend into the view is
// on it, nil when the view shows enough itself.
func (v *View) wider(layers []Layer) *View {
	var most float64
	for _, l := range layers {
		most = max(most, l.warp().Most()*l.Alignment.Side())
	}
	if most == 0 || v.region == v.photo.Rect {
		return nil
	}
	margin := (int(most)/marginStep + 1) * marginStep
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.wide == nil || v.margin < margin {
		region := v.region.Inset(-margin).Intersect(v.photo.Rect)
		box := image.Pt(int(math.Round(float64(region.Dx())/v.toPhoto.A)), int(math.Round(float64(region.Dy())/v.toPhoto.E)))
		v.wide, v.margin = NewView(v.photo, region, box), margin
	}
	return v.wide
}

// drawWithin draws the part that another view shows.
func (v *View) drawWithin(dst *image.RGBA, part *View, layers []Layer) {
	frame := image.NewRGBA(image.Rectangle{Max: v.Size()})
	whole := &View{base: v.base, toPhoto: v.toPhoto, photo: v.photo, region: v.photo.Rect}
	whole.Draw(frame, layers...)
	if m, ok := v.toPhoto.Inverse(); ok {
		resample.Premultiplied(dst, frame, part.toPhoto.Then(m))
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
