package photo

import (
	"image"
	"image/color"
)

// opaque64 shows an opaque picture of 16 bits to the PNG encoder, which asks for
// each pixel as a colour: a new one for each would be garbage of several times
// the picture's size. Only one goroutine may read it.
type opaque64 struct {
	*image.NRGBA64
	pixel color64
}

// color64 is an opaque colour.
type color64 struct{ r, g, b uint32 }

// RGBA is for color.Color.
func (c *color64) RGBA() (r, g, b, a uint32) { return c.r, c.g, c.b, 0xffff }

// At returns the pixel at (x, y), which is valid until the next call.
func (o *opaque64) At(x, y int) color.Color {
	p := o.Pix[o.PixOffset(x, y):][:6:6]
	o.pixel = color64{uint32(p[0])<<8 | uint32(p[1]), uint32(p[2])<<8 | uint32(p[3]), uint32(p[4])<<8 | uint32(p[5])}
	return &o.pixel
}

// Opaque is for the encoder, which asks before it chooses a form.
func (o *opaque64) Opaque() bool { return true }

// forEncoder returns img in the form that the PNG encoder is quick with.
func forEncoder(img image.Image) image.Image {
	if deep, ok := img.(*image.NRGBA64); ok && deep.Opaque() {
		return &opaque64{NRGBA64: deep}
	}
	return img
}
