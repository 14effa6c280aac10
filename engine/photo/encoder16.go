package photo

import (
	"image"
	"image/color"
)

// opaque16 is an opaque 16-bit image for the PNG encoder, which asks for each pixel as
// a color.Color. It returns the same one each time, because allocating one a pixel
// would make garbage of several times the image's size. Only one goroutine may read
// it.
type opaque16 struct {
	*image.NRGBA64
	pixel opaqueColour
}

// opaqueColour is an opaque colour.
type opaqueColour struct{ r, g, b uint32 }

// RGBA is for color.Color.
func (c *opaqueColour) RGBA() (r, g, b, a uint32) { return c.r, c.g, c.b, 0xffff }

// At returns the pixel at (x, y), which is valid until the next call.
func (o *opaque16) At(x, y int) color.Color {
	p := o.Pix[o.PixOffset(x, y):][:6:6]
	o.pixel = opaqueColour{uint32(p[0])<<8 | uint32(p[1]), uint32(p[2])<<8 | uint32(p[3]), uint32(p[4])<<8 | uint32(p[5])}
	return &o.pixel
}

// Opaque is for the encoder, which asks before it chooses a form.
func (o *opaque16) Opaque() bool { return true }

// forEncoder returns img in a form that the PNG encoder reads fast.
func forEncoder(img image.Image) image.Image {
	if img16, ok := img.(*image.NRGBA64); ok && img16.Opaque() {
		return &opaque16{NRGBA64: img16}
	}
	return img
}
