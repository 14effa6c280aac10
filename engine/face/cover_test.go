package face

import (
	"image"
	"image/color"
	"image/draw"
	"testing"

	"deltaedit/engine/internal/geometry"
)

// TestCoverOf: in a face of skin whose chin or eyes have another colour, that part is
// named; shade and a face that is covered altogether name none.
func TestCoverOf(t *testing.T) {
	skin := color.NRGBA{210, 160, 130, 255}
	f := plain()
	band := func(places []int, y float64) {
		for i, k := range places {
			f.Points[k] = geometry.Pt(160+80*float64(i)/float64(len(places)), y)
		}
	}
	for i := range f.Points {
		f.Points[i] = geometry.Pt(150+float64(i%10)*11, 140+float64(i%12)*10)
	}
	band(browSkin, 150)
	band(eyeSkin, 180)
	band(leftEye[:], 180)
	band(rightEye[:], 180)
	for i := range leftEye {
		f.Points[leftEye[i]].X, f.Points[rightEye[i]].X = 175, 225
	}
	band(cheekSkin, 205)
	band(mouthSkin, 240)
	f.Points[leftMouth], f.Points[rightMouth] = geometry.Pt(180, 240), geometry.Pt(220, 240)
	mouth, eyes := image.Rect(100, 222, 300, 300), image.Rect(100, 165, 300, 194)
	for _, tt := range []struct {
		name  string
		cover image.Rectangle
		in    color.NRGBA
		size  image.Point
		want  Doubt
	}{
		{"nothing", image.Rectangle{}, skin, image.Pt(400, 400), DoubtHidden},
		{"a surgical mask", mouth, color.NRGBA{150, 190, 210, 255}, image.Pt(400, 400), DoubtMouth},
		{"a red scarf", mouth, color.NRGBA{180, 30, 40, 255}, image.Pt(400, 400), DoubtMouth},
		{"a black microphone", mouth, color.NRGBA{25, 25, 28, 255}, image.Pt(400, 400), DoubtMouth},
		{"a bar over the eyes", eyes, color.NRGBA{20, 20, 20, 255}, image.Pt(400, 400), DoubtEyes},
		{"shade below", mouth, color.NRGBA{190, 142, 114, 255}, image.Pt(400, 400), DoubtHidden},
		{"all of it", image.Rect(0, 0, 400, 400), color.NRGBA{60, 90, 160, 255}, image.Pt(400, 400), DoubtHidden},
		{"a mask at the edge", mouth, color.NRGBA{150, 190, 210, 255}, image.Pt(220, 400), DoubtHidden},
	} {
		img := image.NewNRGBA(image.Rectangle{Max: tt.size})
		draw.Draw(img, img.Rect, image.NewUniform(skin), image.Point{}, draw.Src)
		draw.Draw(img, tt.cover, image.NewUniform(tt.in), image.Point{}, draw.Src)
		s := search{src: newSource(img, workSide), size: tt.size}
		if got := s.coverOf(&f); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
