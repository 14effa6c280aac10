package shaded

import (
	"image"
	"math"

	"fyne.io/fyne/v2"

	"deltaedit/engine/mask"
	"deltaedit/ui/maskview"
)

// ShowMask draws a mask over the photo: v is what is seen in the size device pixels from pos on,
// and scale the number of them in a logical pixel. A mask is uploaded once; where it is seen
// and its colour are numbers.
func (s *Scene) ShowMask(o *maskview.Overlay, v maskview.View, pos fyne.Position, size image.Point, scale float32) {
	on := o.Bounds(size, v)
	ruler, ok := o.Ruler(v)
	if !ok || on.Empty() {
		s.HideMask()
		return
	}
	if s.masked.Coverage != o.Coverage || s.masked.Mask != o.Mask {
		s.mask.Textures["mask"], s.masked = coverage(o.Coverage), *o
	}
	// The mask reaches beyond the aligned square, by Margin on each side.
	const reach = 1 + 2*mask.Margin
	for _, axis := range []struct {
		name                 string
		corner, right, below float64
	}{
		{"X", ruler.Corner.X, ruler.Right.X, ruler.Below.X},
		{"Y", ruler.Corner.Y, ruler.Right.Y, ruler.Below.Y},
	} {
		corner := axis.corner + float64(on.Min.X)*axis.right + float64(on.Min.Y)*axis.below
		s.mask.Uniforms["corner"+axis.name] = float32((corner + mask.Margin) / reach)
		s.mask.Uniforms["right"+axis.name] = float32(axis.right / reach)
		s.mask.Uniforms["below"+axis.name] = float32(axis.below / reach)
	}
	s.mask.Uniforms["red"] = float32(o.Ink.R) / 255
	s.mask.Uniforms["green"] = float32(o.Ink.G) / 255
	s.mask.Uniforms["blue"] = float32(o.Ink.B) / 255
	s.mask.Uniforms["opacity"] = maskview.Opacity
	corner := image.Pt(int(math.Round(float64(pos.X*scale))), int(math.Round(float64(pos.Y*scale))))
	lay(s.mask, on.Add(corner), scale)
}

// HideMask draws no mask until the next ShowMask.
func (s *Scene) HideMask() {
	if s.mask.Visible() {
		s.mask.Hide()
	}
}

// coverage returns a picture of a coverage: its values are those of each channel.
func coverage(c *mask.Coverage) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, mask.Grid, mask.Grid))
	for i, v := range c.Values() {
		level := uint8(v*255 + 0.5)
		*(*[4]uint8)(img.Pix[4*i:]) = [4]uint8{level, level, level, level}
	}
	return img
}
