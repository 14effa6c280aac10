package face_test

import (
	"image"
	"testing"

	"golang.org/x/image/draw"
)

// BenchmarkDetect12MP looks for faces in photos of 12 megapixels: a portrait, and one small
// face somewhere in a large photo.
func BenchmarkDetect12MP(b *testing.B) {
	_, d := builtin(b)
	person := sample(b, "eileen-collins.jpg")
	portrait := image.NewNRGBA(image.Rect(0, 0, 3000, 4000))
	draw.BiLinear.Scale(portrait, portrait.Rect, person, person.Rect, draw.Src, nil)
	faces, err := d.Detect(b.Context(), person)
	if err != nil {
		b.Fatal(err)
	}
	small := portraitPhoto{"", person, faces[0]}.inScene(image.Pt(4000, 3000), 60, image.Pt(1700, 900)).img
	for name, img := range map[string]*image.NRGBA{"portrait": portrait, "small": small} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Detect(b.Context(), img); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
