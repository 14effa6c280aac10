package photo

import (
	"bytes"
	"image"
	"math"
	"testing"

	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/photo/phototest"
	"deltaedit/engine/warp"
)

// shrinking is the field of a face that becomes smaller.
func shrinking() *warp.Field {
	ring := func(radius float64) (points []geometry.Point) {
		for i := range 36 {
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / 36)
			points = append(points, geometry.Pt(0.5+radius*cos, 0.5+radius*sin))
		}
		return points
	}
	return warp.NewAnchor(ring(0.3), func(geometry.Point) float64 { return 1 }).Field(ring(0.24))
}

// TestEditImage changes a picture's own pixels, directly, by rows and by bending, and puts them
// back.
func TestEditImage(t *testing.T) {
	flat := coloured(64, 48)
	for name, img := range map[string]image.Image{"8 bits": flat, "16 bits": deepened(flat)} {
		for space, profile := range map[string][]byte{"sRGB": phototest.SRGB(), "Display P3": phototest.DisplayP3()} {
			p := decoded(t, withProfile(t, img, profile))
			before := bytes.Clone(ownPixels(t, p.Own()))
			c := p.EditImage()
			if !bytes.Equal(ownPixels(t, c.Image()), before) || &ownPixels(t, c.Image())[0] != &ownPixels(t, p.Own())[0] {
				t.Fatalf("%s, %s: the pixels are not those of the photo", name, space)
			}
			c.AddRow(10, 20, []float32{40, 40, 40, -40, -40, -40})
			direct := c.SRGB8()
			if (direct != nil) != (name == "8 bits" && space == "sRGB") {
				t.Fatalf("%s, %s: bytes of sRGB: %t", name, space, direct != nil)
			}
			if direct != nil {
				c.Save(image.Rect(-5, 18, 12, 60)) // over the row, and beyond the picture
				for y := 18; y < 48; y++ {
					for x := range 12 {
						direct.Pix[direct.PixOffset(x, y)] ^= 255
					}
				}
			}
			added := bytes.Clone(ownPixels(t, p.Own()))
			c.Bend(shrinking(), geometry.Scaling(1.0/64, 1.0/48))
			if bytes.Equal(ownPixels(t, p.Own()), added) {
				t.Errorf("%s, %s: nothing is bent", name, space)
			}
			if bytes.Equal(ownPixels(t, p.Own()), before) {
				t.Errorf("%s, %s: nothing changed", name, space)
			}
			c.Restore()
			if !bytes.Equal(ownPixels(t, p.Own()), before) {
				t.Errorf("%s, %s: the photo does not come back", name, space)
			}
		}
	}
}
