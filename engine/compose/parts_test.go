package compose

import (
	"image"
	"testing"

	"deltaedit/engine/face"
)

// everything is a matte of a person who fills the square.
var everything = face.Matte{Side: 1, Alpha: []float32{1}}

// What is in front of a face stays, and so do background and clothes, unless the edit
// draws the person there.
func TestPartsThatStay(t *testing.T) {
	const side = 64
	// Four quarters: something in front, background, clothes, skin.
	quarters := func(parts [4]face.Part) face.Parts {
		share := make([]float32, (int(face.InFront)+1)*side*side)
		for i := range side * side {
			q := i / side / (side / 2) * 2
			if i%side >= side/2 {
				q++
			}
			share[int(parts[q])*side*side+i] = 1
		}
		return newParts(t, side, share)
	}
	photo := [4]face.Part{face.InFront, face.Background, face.Clothes, face.Skin}
	dark, bright := make([]float32, 3*side*side), make([]float32, 3*side*side)
	for i := range bright {
		bright[i] = 0.5
	}
	for name, c := range map[string]struct {
		recon, after [4]face.Part
		changes      [4]bool
	}{
		"same parts": {photo, photo, [4]bool{3: true}},
		"hair grows": {photo, [4]face.Part{face.Hair, face.Hair, face.Hair, face.Skin}, [4]bool{1: true, 2: true, 3: true}},
		"a hat":      {photo, [4]face.Part{face.InFront, face.Hat, face.Hat, face.Hat}, [4]bool{1: true, 2: true, 3: true}},
		// The reconstruction already has skin where the photo has none: no news.
		"misread": {
			[4]face.Part{face.Skin, face.Skin, face.Skin, face.Skin},
			[4]face.Part{face.Skin, face.Skin, face.Skin, face.Skin},
			[4]bool{3: true},
		},
	} {
		square := image.NewRGBA(image.Rect(0, 0, side, side))
		for i := range square.Pix {
			square.Pix[i] = uint8(100 + 20*(i%4)) // a colour
		}
		composer := NewComposer(square, dark, 0)
		composer.SetParts(square, quarters(photo), quarters(c.recon))
		composer.EditedParts(quarters(c.after), true)
		got := composer.Compose(bright, everything)
		for q, want := range c.changes {
			x, y := side/4+q%2*side/2, side/4+q/2*side/2
			if v := got.Pix[3*(y*side+x)]; (v != 0) != want {
				t.Errorf("%s: quarter %d changes by %v, want a change: %v", name, q, v, want)
			}
		}
		for _, v := range composer.Compose(bright, everything).Pix { // the parts were for one call
			if v == 0 {
				t.Fatalf("%s: something stays although no parts are known", name)
			}
		}
	}
}
