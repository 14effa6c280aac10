// Package maskview draws where a mask reaches, as a colour over the photo. It knows no
// widgets.
package maskview

import (
	"image"
	"image/color"
	"sync"

	"deltaedit/engine/face"
	"deltaedit/engine/mask"
)

// View is which part of the photo the overlay lies on: pixel (0, 0) of the overlay has its
// corner at Origin of the photo, and each pixel is Scale of the photo's pixels wide.
type View struct {
	Origin mask.Point
	Scale  float64
}

// Opacity is that of an overlay where the mask reaches in full.
const Opacity = 0.5

// Overlay is a mask on a face, shown by a colour: nothing where the mask does not reach, nor
// farther from the face than an edit reaches.
type Overlay struct {
	// Coverage is drawn of Mask: it is another one when either is.
	Mask     mask.Mask
	Coverage *mask.Coverage
	Face     face.Alignment // in pixels of the photo
	Ink      color.NRGBA
}

// Ruler says which places of the aligned square are seen: at the overlay's upper left corner, and
// how far from it the next pixels to the right and below are.
type Ruler struct{ Corner, Right, Below mask.Point }

func (r Ruler) at(x, y float64) mask.Point {
	return mask.Point{X: r.Corner.X + x*r.Right.X + y*r.Below.X, Y: r.Corner.Y + x*r.Right.Y + y*r.Below.Y}
}

// Ruler returns what is seen of the aligned square; false for a face that is nowhere.
func (o *Overlay) Ruler(v View) (Ruler, bool) {
	square, ok := o.Face.Square(1).Inverse()
	if !ok {
		return Ruler{}, false
	}
	at := func(x, y float64) mask.Point {
		return mask.Point(square.Apply(face.Point{X: v.Origin.X + x*v.Scale, Y: v.Origin.Y + y*v.Scale}))
	}
	corner, right, below := at(0, 0), at(1, 0), at(0, 1)
	return Ruler{corner, mask.Point{X: right.X - corner.X, Y: right.Y - corner.Y}, mask.Point{X: below.X - corner.X, Y: below.Y - corner.Y}}, true
}

// Draw fills dst with the overlay. It takes some milliseconds for a picture as large as a
// screen.
func (o *Overlay) Draw(dst *image.RGBA, v View) {
	clear(dst.Pix)
	ruler, ok := o.Ruler(v)
	if !ok {
		return
	}
	box := o.Bounds(dst.Rect.Size(), v)
	var inks [256][4]uint8
	for i := range inks {
		a := Opacity * float64(i) / 255
		inks[i] = [4]uint8{uint8(a*float64(o.Ink.R) + 0.5), uint8(a*float64(o.Ink.G) + 0.5), uint8(a*float64(o.Ink.B) + 0.5), uint8(255*a + 0.5)}
	}
	step := ruler.Right
	var wait sync.WaitGroup
	const bands = 2
	for b := range bands {
		wait.Go(func() {
			values := make([]float32, box.Dx())
			for y := box.Min.Y + b; y < box.Max.Y; y += bands {
				from := ruler.at(float64(box.Min.X)+0.5, float64(y)+0.5)
				o.Coverage.Sample(values, from, step)
				row := dst.Pix[y*dst.Stride+4*box.Min.X:]
				for i, value := range values {
					if value > 0 && reached(from.X+float64(i)*step.X) && reached(from.Y+float64(i)*step.Y) {
						*(*[4]uint8)(row[4*i:]) = inks[uint8(value*255+0.5)]
					}
				}
			}
		})
	}
	wait.Wait()
}

// reached reports whether an edit reaches a coordinate of the aligned square.
func reached(v float64) bool { return v >= -mask.Margin && v <= 1+mask.Margin }

// Bounds returns the pixels of an overlay of the given size that an edit can reach.
func (o *Overlay) Bounds(size image.Point, v View) image.Rectangle {
	b := o.Face.Around().Bounds()
	pixel := func(p int, origin float64, n int) int {
		return int(min(max((float64(p)-origin)/v.Scale, -1), float64(n)+1))
	}
	return image.Rect(
		pixel(b.Min.X, v.Origin.X, size.X)-1, pixel(b.Min.Y, v.Origin.Y, size.Y)-1,
		pixel(b.Max.X, v.Origin.X, size.X)+2, pixel(b.Max.Y, v.Origin.Y, size.Y)+2,
	).Intersect(image.Rectangle{Max: size})
}
