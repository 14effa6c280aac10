package ui

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2/canvas"
)

// ground is a plain colour below something large. It is a picture of one pixel, since Fyne
// draws rectangles by a shader that computes shadows and strokes for every pixel: where a
// processor draws, that takes longer for a large one than all that lies on it.
type ground struct {
	*canvas.Raster
	pixel *image.RGBA
}

// newGround returns a ground that is transparent until it is painted.
func newGround() ground {
	pixel := image.NewRGBA(image.Rect(0, 0, 1, 1))
	r := canvas.NewRaster(func(int, int) image.Image { return pixel })
	r.ScaleMode = canvas.ImageScalePixels
	return ground{r, pixel}
}

// SetColor changes the colour.
func (g ground) SetColor(c color.Color) {
	if was := g.pixel.RGBAAt(0, 0); color.RGBAModel.Convert(c) != color.Color(was) {
		g.pixel.Set(0, 0, c)
		canvas.Refresh(g.Raster)
	}
}
