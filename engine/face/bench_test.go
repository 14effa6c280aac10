package face

import (
	"image"
	"testing"

	"deltaedit/engine/internal/geometry"
)

// portrait is a photo of the given size with smooth content.
func portrait(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			p := img.Pix[y*img.Stride+4*x:]
			p[0], p[1], p[2], p[3] = byte(x*255/w), byte(y*255/h), byte((x+y)*255/(w+h)), 255
		}
	}
	return img
}

// tilted is an alignment of the given side in photo pixels, turned by about
// 10°, around (cx, cy).
func tilted(cx, cy, side float64) Alignment {
	return region{centre: geometry.Pt(cx, cy), side: side, angle: 0.17}.square()
}

func BenchmarkCrop256From12MP(b *testing.B) {
	img, al := portrait(4000, 3000), tilted(2000, 1500, 2000)
	for b.Loop() {
		al.Crop(img, 256)
	}
}

func BenchmarkCrop1024From12MP(b *testing.B) {
	img, al := portrait(4000, 3000), tilted(2000, 1500, 2000)
	for b.Loop() {
		al.Crop(img, 1024)
	}
}

func BenchmarkCrop1024Enlarged(b *testing.B) {
	img, al := portrait(1000, 1000), tilted(500, 500, 700)
	for b.Loop() {
		al.Crop(img, 1024)
	}
}
