package compose

import (
	"image"
	"image/color"
	"math"
	"testing"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/geometry"
)

// columns is a matte of which the columns between two shares of the side are the
// person.
func columns(side int, from, to float64) face.Matte {
	m := face.Matte{Side: side, Alpha: make([]float32, side*side)}
	for i := range m.Alpha {
		if u := (float64(i%side) + 0.5) / float64(side); u > from && u < to {
			m.Alpha[i] = 1
		}
	}
	return m
}

// coloured returns planar RGB of one colour, in levels.
func coloured(side int, r, g, b float32) []float32 {
	out := make([]float32, 3*side*side)
	for i := range side * side {
		out[i], out[side*side+i], out[2*side*side+i] = r/127.5-1, g/127.5-1, b/127.5-1
	}
	return out
}

// TestChangesGoOnInTheHair: the person is a column from the top of the photo to its
// bottom. Its new colour goes on above the square, over the soft border without a
// seam, and ends before long; neither the background nor what is below changes.
func TestChangesGoOnInTheHair(t *testing.T) {
	for _, side := range []int{256, 512} {
		photo := image.NewNRGBA(image.Rect(0, 0, 640, 640))
		for i := range photo.Pix {
			photo.Pix[i] = [4]byte{120, 100, 80, 255}[i%4]
		}
		al := face.Alignment{Origin: geometry.Pt(200, 240), U: geometry.Point{X: 240}, V: geometry.Point{Y: 240}}
		c := NewComposer(al.Crop(photo, side), coloured(side, 120, 100, 80), Feather)
		own, around := columns(256, 0.25, 0.75), columns(256, 0.5-1.0/6, 0.5+1.0/6)
		c.Extend(around, own)
		if ch := c.Compose(coloured(side, 120, 100, 80), own); !ch.Active.Empty() || !ch.Around.Active.Empty() {
			t.Fatalf("side %d: no edit changes %v and %v", side, ch.Active, ch.Around.Active)
		}
		layer := Layer{Alignment: al, Change: c.Compose(coloured(side, 180, 100, 50), own)}
		out := Clone(photo)
		Paste(out, layer)
		want := color.NRGBA{180, 100, 50, 255}
		for y := 212; y < 380; y++ { // from 28 above the square into it
			if got := out.NRGBAAt(320, y); off(got, want) > 2 {
				t.Fatalf("side %d: the person is %v in row %d, want %v", side, got, y, want)
			}
		}
		for _, p := range []image.Point{{X: 320, Y: 150}, {X: 320, Y: 500}, {X: 220, Y: 230}, {X: 210, Y: 300}, {X: 420, Y: 230}} {
			if got := out.NRGBAAt(p.X, p.Y); got != photo.NRGBAAt(p.X, p.Y) {
				t.Errorf("side %d: %v at %v, want the photo's", side, got, p)
			}
		}
		for y := 150; y < 240; y++ { // smoothly
			if d := off(out.NRGBAAt(320, y), out.NRGBAAt(320, y+1)); d > 5 {
				t.Errorf("side %d: a step of %d in row %d", side, d, y)
			}
		}

		other := Clone(photo)
		PasteOn(bytesSurface{other}, layer)
		for i, v := range other.Pix {
			if d := int(v) - int(out.Pix[i]); d < -1 || d > 1 {
				t.Fatalf("side %d: PasteOn gives %d, Paste %d", side, v, out.Pix[i])
			}
		}
	}
}

func off(a, b color.NRGBA) int {
	return max(diff(a.R, b.R), diff(a.G, b.G), diff(a.B, b.B))
}

func diff(a, b uint8) int { return int(math.Abs(float64(a) - float64(b))) }

// TestNothingGoesOnWithoutASoftBorder: a generated face has no photo around it.
func TestNothingGoesOnWithoutASoftBorder(t *testing.T) {
	c := NewComposer(nil, coloured(64, 100, 100, 100), 0)
	own := columns(64, 0, 1)
	c.Extend(own, own)
	if ch := c.Compose(coloured(64, 160, 100, 70), own); ch.Around != nil {
		t.Errorf("it goes on at %v", ch.Around.Active)
	}
}

// Where the parts around the square are known, hair takes its new colour to its end, below
// the square too, and clothes beside it keep theirs.
func TestLongHairIsColouredToItsEnd(t *testing.T) {
	const side, grid = 256, 128
	photo := image.NewNRGBA(image.Rect(0, 0, 640, 640))
	for i := range 640 * 640 {
		c := []byte{120, 130, 140, 255}
		if x := i % 640; x > 250 && x < 320 { // hair; clothes to the right
			c = []byte{60, 50, 40, 255}
		}
		copy(photo.Pix[4*i:], c)
	}
	al := face.Alignment{Origin: geometry.Pt(200, 200), U: geometry.Point{X: 240}, V: geometry.Point{Y: 240}}
	parts := func(of *image.RGBA) face.Parts {
		share := make([]float32, (int(face.InFront)+1)*grid*grid)
		for i := range grid * grid {
			part := face.Clothes
			if of.Pix[i/grid*of.Stride+4*(i%grid)] < 90 {
				part = face.Hair
			}
			share[int(part)*grid*grid+i] = 1
		}
		return newParts(t, grid, share)
	}
	aligned := al.Crop(photo, side)
	own, around := parts(al.Crop(photo, grid)), parts(al.Around().Crop(photo, grid))
	c := NewComposer(aligned, Planar(nil, aligned), Feather)
	c.SetParts(aligned, own, around, own)
	person := columns(side, 0, 1)
	c.Extend(person, person)
	c.EditedParts(own, Subject{Hair: HairColour})
	edited := Planar(nil, aligned)
	for i := range side * side {
		for k, v := range []float32{60, 50, 20} {
			edited[k*side*side+i] += v / 127.5
		}
	}
	out := Clone(photo)
	Paste(out, Layer{Alignment: al, Change: c.Compose(edited, person)})
	for _, y := range []int{300, 435, 450, 465} { // the square ends at 440
		if got := out.NRGBAAt(285, y); got.R < 60+50 {
			t.Errorf("row %d: hair is %v, want some 80 levels more", y, got)
		}
		if got := out.NRGBAAt(380, y); got != photo.NRGBAAt(380, y) {
			t.Errorf("row %d: clothes are %v, want the photo's", y, got)
		}
	}
}
