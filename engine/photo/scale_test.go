package photo

import (
	"image"
	"image/color"
	"testing"
)

func TestFit(t *testing.T) {
	for _, tt := range []struct{ size, box, want image.Point }{
		{image.Pt(4000, 3000), image.Pt(1000, 1000), image.Pt(1000, 750)},
		{image.Pt(3000, 4000), image.Pt(1000, 1000), image.Pt(750, 1000)},
		{image.Pt(300, 200), image.Pt(1000, 1000), image.Pt(300, 200)},
		{image.Pt(30000, 3), image.Pt(100, 100), image.Pt(100, 1)},
		{image.Pt(999, 333), image.Pt(100, 33), image.Pt(99, 33)},
		{image.Pt(5, 5), image.Pt(0, 10), image.Pt(5, 5)},
	} {
		if got := Fit(tt.size, tt.box); got != tt.want {
			t.Errorf("Fit(%v, %v) = %v, want %v", tt.size, tt.box, got, tt.want)
		}
	}
}

func TestScale(t *testing.T) {
	// A fine chequerboard must become its mean, at sizes with and without the
	// block average, and for lengths that blocks do not divide (the odd ones at
	// the end are few, so not quite the mean).
	for _, size := range []image.Point{{300, 200}, {100, 67}, {40, 27}, {7, 5}, {1, 1}} {
		img := image.NewNRGBA(image.Rect(0, 0, 601, 401))
		for y := range 401 {
			for x := range 601 {
				img.SetNRGBA(x, y, color.NRGBA{byte(255 * ((x + y) & 1)), 100, 0, 255})
			}
		}
		got := Scale(img, size)
		if got.Rect.Size() != size {
			t.Fatalf("size %v, want %v", got.Rect.Size(), size)
		}
		for i := 0; i < len(got.Pix); i += 4 {
			p := got.Pix[i : i+4]
			if p[0] < 100 || p[0] > 156 || p[1] < 99 || p[1] > 101 || p[2] != 0 || p[3] != 255 {
				t.Fatalf("to %v: pixel %d is %v", size, i/4, p)
			}
		}
	}
}

func TestScaleKeepsPlace(t *testing.T) {
	// An edge in the middle stays in the middle.
	img := image.NewNRGBA(image.Rect(0, 0, 1000, 10))
	for i := range img.Pix {
		img.Pix[i] = 255
		if i%4 != 3 && i/4%1000 < 500 {
			img.Pix[i] = 0
		}
	}
	got := Scale(img, image.Pt(99, 1))
	if l, m, r := got.Pix[4*47], got.Pix[4*49], got.Pix[4*51]; l > 20 || m < 100 || m > 155 || r < 235 {
		t.Errorf("left %d, middle %d, right %d", l, m, r)
	}
}

func TestScaleWithAlpha(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for i := 0; i < len(img.Pix); i += 4 {
		if i/4%64 < 32 {
			copy(img.Pix[i:], []byte{255, 0, 0, 255})
		} else {
			copy(img.Pix[i:], []byte{0, 255, 0, 0}) // invisible green must not bleed
		}
	}
	for _, size := range []image.Point{{64, 64}, {33, 33}, {7, 7}} {
		got := Scale(img, size)
		for i := 0; i < len(got.Pix); i += 4 {
			p := got.Pix[i : i+4]
			if p[1] != 0 || p[0] > p[3] {
				t.Fatalf("to %v: pixel %d is %v", size, i/4, p)
			}
		}
	}
	if got := Thumbnail(img, 16).Rect.Size(); got != image.Pt(16, 16) {
		t.Errorf("thumbnail %v", got)
	}
}
