package compose

import (
	"image"
	"testing"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/geometry"
)

// Hair that an edit removes goes beyond the square as well: the background, which gets lighter
// downwards, shows there. Hair of another tone stays.
func TestHairGoesAwayAroundTheSquare(t *testing.T) {
	const side, matte = 256, 128
	photo := image.NewNRGBA(image.Rect(0, 0, 640, 640))
	for i := range 640 * 640 {
		x, y := i%640, i/640
		v := byte(80 + y/8)
		if x > 260 && x < 380 && y > 205 && y < 640 {
			v = 20
		}
		copy(photo.Pix[4*i:], []byte{v, v, v + 10, 255})
	}
	al := face.Alignment{Origin: geometry.Pt(200, 240), U: geometry.Point{X: 240}, V: geometry.Point{Y: 240}}
	column := func(of *image.RGBA, side int) face.Matte {
		m := face.Matte{Side: side, Alpha: make([]float32, side*side)}
		for i := range m.Alpha {
			if of.Pix[i/side*of.Stride+4*(i%side)] < 60 {
				m.Alpha[i] = 1
			}
		}
		return m
	}
	own, around := column(al.Crop(photo, matte), matte), column(al.Around().Crop(photo, matte), matte)
	parts := func(hair face.Matte) face.Parts {
		share := make([]float32, (int(face.InFront)+1)*matte*matte)
		for i, v := range hair.Alpha {
			share[int(face.Hair)*matte*matte+i], share[int(face.Background)*matte*matte+i] = v, 1-v
		}
		return newParts(t, matte, share)
	}
	nobody := face.Matte{Side: matte, Alpha: make([]float32, matte*matte)}
	aligned := al.Crop(photo, side)
	recon := Planar(nil, aligned)
	for name, c := range map[string]struct {
		about Hair
		want  int // of row 225, above the square
	}{"bald": {HairShape, 80 + 225/8}, "an age": {HairTone, 20}} {
		composer := NewComposer(aligned, recon, Feather)
		composer.Extend(around, own, nobody)
		composer.Backdrop(aligned, face.Matte{}, own, nobody)
		composer.BackdropAround(al.Around().Crop(photo, WideDetail*matte), around, face.Matte{})
		composer.SetParts(aligned, parts(own), face.Parts{}, parts(own))
		composer.EditedParts(parts(nobody), Subject{Hair: c.about})
		out := Clone(photo)
		Paste(out, Layer{Alignment: al, Change: composer.Compose(coloured(side, 128, 128, 138), own, nobody, nobody)})
		for _, y := range []int{225, 236, 244} {
			want := c.want + (y-225)/8
			if c.about == HairTone {
				want = c.want
			}
			if got := int(out.NRGBAAt(320, y).R); got < want-7 || got > want+7 {
				t.Errorf("%s: row %d is %d, want %d", name, y, got, want)
			}
		}
		if got := out.NRGBAAt(320, 600); got.R != 20 {
			t.Errorf("%s: far below it is %v, want the photo's", name, got)
		}
	}
}
