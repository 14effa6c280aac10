package compose

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"testing"

	"golang.org/x/image/draw"

	"deltaedit/engine/photo"
)

// compressed scales the sample portrait to a side, changes its colours, compresses it as
// a JPEG, and returns the face in it as the studio measures tones: enlarged.
func compressed(t *testing.T, portrait image.Image, side, quality int, f func(r, g, b float64) [3]float64) *image.RGBA {
	t.Helper()
	small := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.CatmullRom.Scale(small, small.Rect, portrait, portrait.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, retoned(small, f), &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	p, err := photo.DecodeBytes(b.Bytes(), "print.jpg")
	if err != nil {
		t.Fatal(err)
	}
	const toneSide = 256
	out := image.NewRGBA(image.Rect(0, 0, toneSide, toneSide))
	draw.CatmullRom.Scale(out, out.Rect, p.Image, p.Image.Rect.Inset(side/8), draw.Src, nil)
	return out
}

// TestSmallPrintsHaveTheirTone: in a small JPEG of a toned print the colours of neighbours
// run into each other. It is seen as toned all the same, and a portrait in colours, also in
// pale ones, is not.
func TestSmallPrintsHaveTheirTone(t *testing.T) {
	file, err := os.ReadFile("../../assets/samples/eileen-collins.jpg")
	if err != nil {
		t.Fatal(err)
	}
	portrait, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	own := func(r, g, b float64) [3]float64 { return [3]float64{r, g, b} }
	pale := func(r, g, b float64) [3]float64 {
		y := lumaOf64(r, g, b)
		return [3]float64{y + 0.6*(r-y), y + 0.6*(g-y), y + 0.6*(b-y)}
	}
	for name, c := range map[string]struct {
		colours func(r, g, b float64) [3]float64
		toned   bool
	}{"sepia": {sepia, true}, "cyanotype": {cyanotype, true}, "colours": {own, false}, "pale": {pale, false}} {
		for _, side := range []int{80, 120, 160, 300} {
			for _, quality := range []int{50, 90} {
				tone := ToneOf(compressed(t, portrait, side, quality, c.colours), everywhere(256))
				if toned := tone.curve != nil; toned != c.toned {
					t.Errorf("%s, %d pixels, quality %d: toned %t", name, side, quality, toned)
				}
			}
		}
	}
}

// TestMeanColour: grey has none; of (150, 90, 66), whose luma is 105, it is the 45 of red.
func TestMeanColour(t *testing.T) {
	for c, want := range map[color.RGBA]float32{{90, 90, 90, 255}: 0, {150, 90, 66, 255}: 45} {
		img := image.NewRGBA(image.Rect(0, 0, 8, 8))
		draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
		if got := fitToneCurve(img).meanColour(img); !(abs32(got-want) < 0.3) {
			t.Errorf("%v: %.2f, want %.2f", c, got, want)
		}
	}
}
