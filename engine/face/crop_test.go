package face

import (
	"image"
	"image/color"
	"math"
	"testing"

	"deltaedit/engine/internal/geometry"
)

// ramp is an opaque picture whose colours are linear in x and y.
func ramp(r image.Rectangle) *image.NRGBA {
	img := image.NewNRGBA(r)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			img.SetNRGBA(x, y, color.NRGBA{byte((x - r.Min.X) / 2), byte((y - r.Min.Y) / 2), 77, 255})
		}
	}
	return img
}

func TestCropWithoutChangeOfSizeIsExact(t *testing.T) {
	for _, corner := range []image.Point{{X: 0, Y: 0}, {X: -13, Y: 40}} {
		img := ramp(image.Rect(0, 0, 300, 200).Add(corner))
		al := Alignment{Origin: geometry.Pt(float64(corner.X)+50, float64(corner.Y)+20), U: geometry.Point{X: 100}, V: geometry.Point{Y: 100}}
		got := al.Crop(img, 100)
		for y := range 100 {
			for x := range 100 {
				if w := img.NRGBAAt(corner.X+50+x, corner.Y+20+y); got.RGBAAt(x, y) != (color.RGBA{w.R, w.G, w.B, 255}) {
					t.Fatalf("corner %v: pixel (%d, %d) is %v, want %v", corner, x, y, got.RGBAAt(x, y), w)
				}
			}
		}
	}
}

// TestCropPlacesPixels checks positions to a fraction of a pixel on a linear
// ramp, turned and at several scales, against the alignment's definition.
func TestCropPlacesPixels(t *testing.T) {
	img := ramp(image.Rect(0, 0, 500, 500))
	for _, side := range []int{16, 50, 100, 199, 400} { // reductions by 12 to magnification by 2
		al := tilted(250, 250, 200)
		got := al.Crop(img, side)
		m := al.Square(side)
		for y := range side {
			for x := range side {
				p := m.Apply(geometry.Pt(float64(x)+0.5, float64(y)+0.5))
				// The ramp steps every second pixel: its mean is (p-1)/2 within ½.
				wantR, wantG := (p.X-1)/2, (p.Y-1)/2
				c := got.RGBAAt(x, y)
				if math.Abs(float64(c.R)-wantR) > 1.01 || math.Abs(float64(c.G)-wantG) > 1.01 || c.B != 77 || c.A != 255 {
					t.Fatalf("side %d: pixel (%d, %d) is %v, want %.2f, %.2f, 77", side, x, y, c, wantR, wantG)
				}
			}
		}
	}
}

func TestCropDoesNotAlias(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 600, 600))
	for y := range 600 {
		for x := range 600 {
			v := byte(255 * ((x ^ y) & 1))
			img.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
		}
	}
	for _, side := range []int{40, 130, 230} {
		got := tilted(300, 300, 400).Crop(img, side)
		for i := 0; i < len(got.Pix); i += 4 {
			if v := got.Pix[i]; v < 100 || v > 156 {
				t.Fatalf("side %d: pixel %d of a fine chequerboard is %d, want about 128", side, i/4, v)
			}
		}
	}
}

func TestCropMirrorsBeyondTheEdge(t *testing.T) {
	img := ramp(image.Rect(0, 0, 200, 200))
	al := Alignment{Origin: geometry.Pt(-50, -30), U: geometry.Point{X: 300}, V: geometry.Point{Y: 300}}
	got := al.Crop(img, 300)
	for _, q := range []struct{ x, y, fromX, fromY int }{
		{40, 60, 9, 30}, {100, 10, 50, 19}, {260, 100, 189, 70}, {100, 280, 50, 149}, {0, 0, 49, 29}, {299, 299, 150, 130},
	} {
		w := img.NRGBAAt(q.fromX, q.fromY)
		if c := got.RGBAAt(q.x, q.y); c.R != w.R || c.G != w.G {
			t.Errorf("(%d, %d) is %v, want %v", q.x, q.y, c, w)
		}
	}
	// Far outside, tiny and reduced: nothing may panic and all stays opaque.
	for _, al := range []Alignment{
		{Origin: geometry.Pt(-5000, 9000), U: geometry.Point{X: 100}, V: geometry.Point{Y: 100}},
		{Origin: geometry.Pt(-5000, -5000), U: geometry.Point{X: 10000}, V: geometry.Point{Y: 10000}},
		{Origin: geometry.Pt(100, 100)}, // no size at all
		tilted(0, 0, 5000), tilted(200, 200, 0.01),
	} {
		c := al.Crop(img, 33)
		for i := 3; i < len(c.Pix); i += 4 {
			if c.Pix[i] != 255 {
				t.Fatalf("%v: not opaque", al)
			}
		}
	}
	Whole(image.Pt(1, 1)).Crop(ramp(image.Rect(0, 0, 1, 1)), 8)
}

func TestCropLaysTransparencyOverWhite(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for i := 0; i < len(img.Pix); i += 4 {
		copy(img.Pix[i:], []byte{100, 0, 0, 128})
	}
	for _, side := range []int{8, 64, 128} {
		c := Whole(image.Pt(64, 64)).Crop(img, side).RGBAAt(side/2, side/2)
		if c.A != 255 || c.R < 176 || c.R > 178 || c.G < 126 || c.G > 128 {
			t.Errorf("side %d: %v", side, c)
		}
	}
}
