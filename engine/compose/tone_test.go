package compose

import (
	"image"
	"math"
	"testing"

	"deltaedit/engine/face"
)

// likeFace is a picture with the colours of a portrait: skin in light and shade, red lips,
// dark hair, blue at the edge.
func likeFace(side int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			u, v := float64(x)/float64(side), float64(y)/float64(side)
			light := 0.35 + 0.65*u
			c := [3]float64{230 * light, 180 * light, 150 * light}
			switch {
			case v < 0.2:
				c = [3]float64{70 * light, 50 * light, 40 * light}
			case math.Hypot(u-0.5, 3*(v-0.75)) < 0.2:
				c = [3]float64{190 * light, 70 * light, 80 * light}
			case u < 0.1:
				c = [3]float64{60, 90, 190}
			}
			p := img.Pix[y*img.Stride+4*x:]
			for k := range c {
				p[k] = byte(c[k])
			}
			p[3] = 255
		}
	}
	return img
}

// everywhere is an outline that holds the whole square.
func everywhere(side int) face.Matte {
	m := face.Matte{Side: side, Alpha: make([]float32, side*side)}
	for i := range m.Alpha {
		m.Alpha[i] = 1
	}
	return m
}

// retoned gives every pixel of a picture the colour that f makes of it.
func retoned(img *image.RGBA, f func(r, g, b float64) [3]float64) *image.RGBA {
	out := image.NewRGBA(img.Rect)
	for i := 0; i < len(img.Pix); i += 4 {
		c := f(float64(img.Pix[i]), float64(img.Pix[i+1]), float64(img.Pix[i+2]))
		for k, v := range c {
			out.Pix[i+k] = byte(min(max(v+0.5, 0), 255))
		}
		out.Pix[i+3] = 255
	}
	return out
}

func lumaOf64(r, g, b float64) float64 { return 0.299*r + 0.587*g + 0.114*b }

func sepia(r, g, b float64) [3]float64 {
	y := lumaOf64(r, g, b)
	return [3]float64{y + 22, y + 2, y - 38}
}

func cyanotype(r, g, b float64) [3]float64 {
	y := lumaOf64(r, g, b) / 255
	return [3]float64{240 * math.Pow(y, 1.8), 40 + 200*y, 80 + 160*math.Pow(y, 0.8)}
}

func dark(r, g, b float64) [3]float64 { return [3]float64{r / 12, g / 12, b / 12} }

func faded(r, g, b float64) [3]float64 {
	return [3]float64{110 + 0.3*r, 108 + 0.3*g, 105 + 0.3*b}
}

// TestOrdinaryPhotosHaveNoTone: what ordinary and grey photos show is neither normalised
// nor turned back.
func TestOrdinaryPhotosHaveNoTone(t *testing.T) {
	const side = 128
	img := likeFace(side)
	for name, photo := range map[string]*image.RGBA{
		"colours": img,
		"grey":    retoned(img, func(r, g, b float64) [3]float64 { y := lumaOf64(r, g, b); return [3]float64{y, y, y} }),
		"flat light": retoned(img, func(r, g, b float64) [3]float64 {
			return [3]float64{40 + 0.7*r, 40 + 0.7*g, 40 + 0.7*b}
		}),
	} {
		tone := ToneOf(photo, everywhere(side))
		if !tone.Ordinary() || tone.Normalise(photo) != photo {
			t.Errorf("%s: %+v", name, tone)
		}
	}
	if tone := ToneOf(img, face.Matte{Side: side, Alpha: make([]float32, side*side)}); !tone.Ordinary() {
		t.Errorf("no outline: %+v", tone)
	}
}

// edits composes, on a toned photo, an edit that paints half of the picture in the colour of
// bright red lips, and returns the photo with it.
func edits(photo *image.RGBA, side int) *image.RGBA {
	tone := ToneOf(photo, everywhere(side))
	seen := tone.Normalise(photo)
	recon := Planar(nil, seen)
	edited := append([]float32(nil), recon...)
	for k, v := range []float32{0.8, -0.6, -0.5} {
		for i := range side * side / 2 {
			edited[k*side*side+i] = v
		}
	}
	c := NewComposer(seen, recon, 0)
	c.SetTone(tone, photo)
	out := Opaque(photo)
	out = Clone(out)
	Paste(out, Layer{Alignment: face.Whole(image.Pt(side, side)), Change: c.Compose(edited)})
	return &image.RGBA{Pix: out.Pix, Stride: out.Stride, Rect: out.Rect}
}

// TestTonedPhotosKeepTheirTone: in a sepia print or a cyanotype new pixels have the colours
// that the photo has at their lightness.
func TestTonedPhotosKeepTheirTone(t *testing.T) {
	const side = 128
	for name, f := range map[string]func(r, g, b float64) [3]float64{"sepia": sepia, "cyanotype": cyanotype} {
		photo := retoned(likeFace(side), f)
		curve := fitToneCurve(photo)
		out := edits(photo, side)
		moved := 0
		for i := 0; i < len(out.Pix); i += 4 {
			p := out.Pix[i:][:3]
			l := lumaOf(p)
			for k, want := range curve.at(l) {
				if off := abs32(float32(p[k]) - l - want); !(off < 9) {
					t.Fatalf("%s: pixel %d is %v, want near %v of its luma", name, i/4, p, want)
				}
			}
			if abs32(l-lumaOf(photo.Pix[i:])) > 10 {
				moved++
			}
		}
		if moved < side*side/8 {
			t.Errorf("%s: only %d pixels changed", name, moved)
		}
	}
}

// TestDarkAndFadedPhotosKeepTheirRange: new pixels are hardly brighter, darker or more
// colourful than those of the photo.
func TestDarkAndFadedPhotosKeepTheirRange(t *testing.T) {
	const side = 128
	for name, f := range map[string]func(r, g, b float64) [3]float64{"dark": dark, "faded": faded} {
		photo := retoned(likeFace(side), f)
		low, high, colour := float32(255), float32(0), float32(0)
		for i := 0; i < len(photo.Pix); i += 4 {
			l := lumaOf(photo.Pix[i:])
			low, high, colour = min(low, l), max(high, l), max(colour, colourOf(photo.Pix[i:]))
		}
		out := edits(photo, side)
		moved := 0
		for i := 0; i < len(out.Pix); i += 4 {
			l, c := lumaOf(out.Pix[i:]), colourOf(out.Pix[i:])
			if l < low-0.3*(high-low)-1 || l > high+0.3*(high-low)+1 || c > 1.8*colour+1 {
				t.Fatalf("%s: pixel %d is %v; the photo has luma %.0f to %.0f, colour %.0f", name, i/4, out.Pix[i:i+3], low, high, colour)
			}
			if out.Pix[i] != photo.Pix[i] {
				moved++
			}
		}
		if moved < side*side/8 {
			t.Errorf("%s: only %d pixels changed", name, moved)
		}
	}
}

// TestNothingChangesWithoutAnEdit: also when the photo is normalised, not a byte changes.
func TestNothingChangesWithoutAnEdit(t *testing.T) {
	const side = 64
	for name, f := range map[string]func(r, g, b float64) [3]float64{"sepia": sepia, "dark": dark, "faded": faded} {
		photo := retoned(likeFace(side), f)
		tone := ToneOf(photo, everywhere(side))
		if tone.Ordinary() {
			t.Errorf("%s: an ordinary tone", name)
		}
		recon := noise(side, 3, 0, 0.5)
		c := NewComposer(tone.Normalise(photo), recon, 0)
		c.SetTone(tone, photo)
		if ch := c.Compose(recon); !ch.Active.Empty() {
			t.Errorf("%s: changed in %v", name, ch.Active)
		}
	}
}
