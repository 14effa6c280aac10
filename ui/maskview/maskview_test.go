package maskview

import (
	"image"
	"image/color"
	"testing"

	"deltaedit/engine/face"
	"deltaedit/engine/mask"
)

// The face's square is 100 pixels wide from (100, 50) of the photo on; the brush has painted
// a disc of radius 0.2 in its middle.
func TestDraw(t *testing.T) {
	on := face.Alignment{Origin: face.Point{X: 100, Y: 50}, U: face.Point{X: 100}, V: face.Point{Y: 100}}
	disc := mask.Mask{}.Begin(mask.Brush{Radius: 0.2}, false, mask.Point{X: 0.5, Y: 0.5})
	ink := color.NRGBA{200, 100, 0, 255}
	full, none := color.RGBA{100, 50, 0, 128}, color.RGBA{}
	for name, c := range map[string]struct {
		m    mask.Mask
		v    View
		at   image.Point
		want color.RGBA
	}{
		"in the disc":              {disc, View{Scale: 1}, image.Pt(150, 100), full},
		"beside it":                {disc, View{Scale: 1}, image.Pt(175, 100), none},
		"beside it, inverted":      {disc.Invert(), View{Scale: 1}, image.Pt(175, 100), full},
		"in it, inverted":          {disc.Invert(), View{Scale: 1}, image.Pt(150, 100), none},
		"far away, inverted":       {disc.Invert(), View{Scale: 1}, image.Pt(20, 100), none},
		"reduced":                  {disc, View{Scale: 2}, image.Pt(75, 50), full},
		"reduced, beside":          {disc, View{Scale: 2}, image.Pt(150, 100), none},
		"enlarged from (140, 90)":  {disc, View{Origin: mask.Point{X: 140, Y: 90}, Scale: 0.25}, image.Pt(40, 40), full},
		"enlarged, beside the rim": {disc, View{Origin: mask.Point{X: 140, Y: 90}, Scale: 0.25}, image.Pt(125, 40), none},
		"out of sight":             {disc, View{Origin: mask.Point{X: 900, Y: 900}, Scale: 1}, image.Pt(10, 10), none},
	} {
		dst := image.NewRGBA(image.Rect(0, 0, 240, 200))
		for i := range dst.Pix {
			dst.Pix[i] = 7 // of an earlier overlay
		}
		o := Overlay{Coverage: new(mask.Raster).Draw(c.m, mask.Maps{}), Face: on, Ink: ink}
		o.Draw(dst, c.v)
		if got := dst.RGBAAt(c.at.X, c.at.Y); got != c.want {
			t.Errorf("%s: %v at %v, want %v", name, got, c.at, c.want)
		}
	}
	dst := image.NewRGBA(image.Rect(0, 0, 20, 20))
	dst.Pix[0] = 7
	nowhere := Overlay{Coverage: new(mask.Raster).Draw(disc, mask.Maps{}), Ink: ink}
	nowhere.Draw(dst, View{Scale: 1})
	if dst.Pix[0] != 0 {
		t.Error("a face that is nowhere leaves the earlier overlay")
	}
}

// BenchmarkDraw draws the overlay of a face that fills a window.
func BenchmarkDraw(b *testing.B) {
	dst := image.NewRGBA(image.Rect(0, 0, 1000, 800))
	c := new(mask.Raster).Draw(mask.Mask{}.Begin(mask.Brush{Radius: 0.4, Softness: 1}, false, mask.Point{X: 0.5, Y: 0.5}), mask.Maps{})
	o := Overlay{Coverage: c, Face: face.Whole(image.Pt(800, 800)), Ink: color.NRGBA{255, 0, 0, 255}}
	for b.Loop() {
		o.Draw(dst, View{Scale: 1})
	}
}
