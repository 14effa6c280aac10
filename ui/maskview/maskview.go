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

// opacity is that of the overlay where the mask reaches in full.
const opacity = 0.5

// Draw fills dst with a colour where the mask reaches on a face: nothing where it does not,
// nor farther from the face than an edit reaches. The alignment is in pixels of the photo. It
// takes some milliseconds for a picture as large as a screen.
func Draw(dst *image.RGBA, v View, c *mask.Coverage, on face.Alignment, ink color.NRGBA) {
	clear(dst.Pix)
	square, ok := on.Square(1).Inverse()
	if !ok {
		return
	}
	at := func(x, y float64) mask.Point {
		p := square.Apply(face.Point{X: v.Origin.X + x*v.Scale, Y: v.Origin.Y + y*v.Scale})
		return mask.Point{X: p.X, Y: p.Y}
	}
	box := around(dst.Rect.Size(), v, on)
	var inks [256][4]uint8
	for i := range inks {
		a := opacity * float64(i) / 255
		inks[i] = [4]uint8{uint8(a*float64(ink.R) + 0.5), uint8(a*float64(ink.G) + 0.5), uint8(a*float64(ink.B) + 0.5), uint8(255*a + 0.5)}
	}
	zero, one := at(0, 0), at(1, 0)
	step := mask.Point{X: one.X - zero.X, Y: one.Y - zero.Y}
	var wait sync.WaitGroup
	const bands = 2
	for b := range bands {
		wait.Go(func() {
			values := make([]float32, box.Dx())
			for y := box.Min.Y + b; y < box.Max.Y; y += bands {
				from := at(float64(box.Min.X)+0.5, float64(y)+0.5)
				c.Sample(values, from, step)
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

// around returns the pixels of an overlay of the given size that an edit can reach.
func around(size image.Point, v View, on face.Alignment) image.Rectangle {
	b := on.Around().Bounds()
	pixel := func(p int, origin float64, n int) int {
		return int(min(max((float64(p)-origin)/v.Scale, -1), float64(n)+1))
	}
	return image.Rect(
		pixel(b.Min.X, v.Origin.X, size.X)-1, pixel(b.Min.Y, v.Origin.Y, size.Y)-1,
		pixel(b.Max.X, v.Origin.X, size.X)+2, pixel(b.Max.Y, v.Origin.Y, size.Y)+2,
	).Intersect(image.Rectangle{Max: size})
}
