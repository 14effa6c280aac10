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
		about        Subject
		changes      [4]bool
	}{
		"same parts":   {photo, photo, Subject{}, [4]bool{3: true}},
		"hair grows":   {photo, [4]face.Part{face.Hair, face.Hair, face.Hair, face.Skin}, Subject{Hair: HairShape}, [4]bool{1: true, 2: true, 3: true}},
		"hair unasked": {photo, [4]face.Part{face.Hair, face.Hair, face.Hair, face.Skin}, Subject{Hair: HairTone}, [4]bool{3: true}},
		"a wider face": {photo, [4]face.Part{face.Skin, face.Skin, face.Skin, face.Skin}, Subject{}, [4]bool{1: true, 2: true, 3: true}},
		"a hat":        {photo, [4]face.Part{face.InFront, face.Hat, face.Hat, face.Hat}, Subject{Hair: HairShape, Hat: true}, [4]bool{1: true, 2: true, 3: true}},
		"colour alone": {photo, photo, Subject{Hair: HairColour}, [4]bool{}},
		// The reconstruction already has skin where the photo has none: no news.
		"misread": {
			[4]face.Part{face.Skin, face.Skin, face.Skin, face.Skin},
			[4]face.Part{face.Skin, face.Skin, face.Skin, face.Skin},
			Subject{},
			[4]bool{3: true},
		},
	} {
		square := image.NewRGBA(image.Rect(0, 0, side, side))
		for i := range square.Pix {
			square.Pix[i] = uint8(100 + 20*(i%4)) // a colour
		}
		composer := NewComposer(square, dark, 0)
		composer.SetParts(square, quarters(photo), face.Parts{}, quarters(c.recon))
		composer.EditedParts(quarters(c.after), c.about)
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

// Glasses and hats stay, unless the edit is about them. Of glasses that are surely there, what
// the parser hardly sees of them stays too.
func TestWornStays(t *testing.T) {
	const side = 64
	share := make([]float32, (int(face.InFront)+1)*side*side)
	set := func(part face.Part, v float32, x0, x1 int) {
		for y := 20; y < 30; y++ {
			for x := x0; x < x1; x++ {
				share[int(part)*side*side+y*side+x] = v
				share[int(face.Skin)*side*side+y*side+x] = 1 - v
			}
		}
	}
	for i := range side * side {
		share[int(face.Skin)*side*side+i] = 1
	}
	set(face.Glasses, 1, 10, 16)
	set(face.Glasses, 0.2, 16, 22) // a thin frame
	set(face.Hat, 1, 40, 50)
	photo := newParts(t, side, share)
	all := make([]float32, len(share))
	for i := range side * side {
		all[int(face.Skin)*side*side+i] = 1
	}
	square := image.NewRGBA(image.Rect(0, 0, side, side))
	for name, c := range map[string]struct {
		about              Subject
		glasses, thin, hat bool // change
	}{
		"a smile":     {Subject{}, false, false, false},
		"no glasses":  {Subject{Glasses: true}, true, true, false},
		"another hat": {Subject{Hat: true, Hair: HairShape}, false, false, true},
	} {
		composer := NewComposer(square, coloured(side, 100, 90, 80), 0)
		composer.SetParts(square, photo, face.Parts{}, newParts(t, side, all))
		composer.EditedParts(newParts(t, side, all), c.about)
		got := composer.Compose(coloured(side, 160, 120, 100), everything)
		for _, at := range []struct {
			x    int
			want bool
		}{{13, c.glasses}, {18, c.thin}, {45, c.hat}, {58, true}} {
			if v := got.Pix[3*(25*side+at.x)]; (v > 20) != at.want {
				t.Errorf("%s: column %d changes by %v, want a change: %v", name, at.x, v, at.want)
			}
		}
	}
}

// Skin stays bare where the edited picture has hair that nobody asked for, in the tone that
// the edit gives the skin beside it.
func TestSkinStaysBare(t *testing.T) {
	const side = 64
	bands := func(hairTo int) face.Parts {
		share := make([]float32, (int(face.InFront)+1)*side*side)
		for i := range side * side {
			part := face.Skin
			if i/side < hairTo {
				part = face.Hair
			}
			share[int(part)*side*side+i] = 1
		}
		return newParts(t, side, share)
	}
	edited := coloured(side, 180, 130, 110) // skin, 20 levels brighter
	for i := range side * 32 {              // the upper half is dark hair
		edited[i], edited[side*side+i], edited[2*side*side+i] = -0.8, -0.8, -0.8
	}
	square := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		copy(square.Pix[4*i:], []byte{160, 110, 90, 255})
	}
	composer := NewComposer(square, coloured(side, 160, 110, 90), 0)
	composer.SetParts(square, bands(10), face.Parts{}, bands(10))
	at := func(hair Hair, y int) float32 {
		composer.EditedParts(bands(32), Subject{Hair: hair})
		return composer.Compose(edited, everything).Pix[3*(y*side+side/2)]
	}
	for _, hair := range []Hair{HairStays, HairTone} {
		if v := at(hair, 22); v < 17 || v > 23 {
			t.Errorf("with hair %v the skin changes by %v, want 20", hair, v)
		}
	}
	if v := at(HairShape, 22); v > -100 {
		t.Errorf("with new hair the skin changes by %v, want dark hair", v)
	}
}

// Between the eyelids nothing changes when the edit is not about it.
func TestEyesStay(t *testing.T) {
	const side = 64
	share := make([]float32, (int(face.InFront)+1)*side*side)
	for i := range side * side {
		part := face.Skin
		if i/side > 20 && i/side < 44 && i%side > 20 && i%side < 44 {
			part = face.Eyes
		}
		share[int(part)*side*side+i] = 1
	}
	square := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		copy(square.Pix[4*i:], []byte{160, 110, 90, 255})
	}
	for _, stays := range []bool{false, true} {
		composer := NewComposer(square, coloured(side, 160, 110, 90), 0)
		composer.SetParts(square, newParts(t, side, share), face.Parts{}, newParts(t, side, share))
		composer.EditedParts(newParts(t, side, share), Subject{EyesStay: stays})
		got := composer.Compose(coloured(side, 180, 130, 110), everything)
		if v := got.Pix[3*(32*side+32)]; (v == 0) != stays {
			t.Errorf("eyes change by %v, want that they stay: %v", v, stays)
		}
		if v := got.Pix[3*(32*side+8)]; v < 17 {
			t.Errorf("skin changes by %v, want 20", v)
		}
	}
}

// Under an age the outline of the person stays: skin where the edited picture has background,
// and glasses that nobody asked for, take the tone of the skin beside them.
func TestOutlineStaysUnderAges(t *testing.T) {
	const side = 64
	with := func(left face.Part) face.Parts {
		share := make([]float32, (int(face.InFront)+1)*side*side)
		for i := range side * side {
			part := face.Skin
			if i%side < 12 {
				part = left
			}
			share[int(part)*side*side+i] = 1
		}
		return newParts(t, side, share)
	}
	edited := coloured(side, 180, 130, 110) // skin, 20 levels brighter
	for i := range side * side {
		if i%side < 12 {
			edited[i], edited[side*side+i], edited[2*side*side+i] = 1, 1, 1
		}
	}
	square := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		copy(square.Pix[4*i:], []byte{160, 110, 90, 255})
	}
	for name, c := range map[string]struct {
		about Subject
		drawn face.Part
		stays bool
	}{
		"an age":             {Subject{Hair: HairTone}, face.Background, true},
		"a turned head":      {Subject{}, face.Background, false},
		"a smile":            {Subject{SkinStays: true}, face.Background, true},
		"curls":              {Subject{Hair: HairShape}, face.Background, true},
		"bald, bent":         {Subject{Hair: HairShape, Outline: true}, face.Background, true},
		"glasses with age":   {Subject{Hair: HairTone}, face.Glasses, true},
		"old, with glasses":  {Subject{Hair: HairTone, Glasses: true}, face.Glasses, false},
		"glasses of a smile": {Subject{}, face.Glasses, false},
	} {
		composer := NewComposer(square, coloured(side, 160, 110, 90), 0)
		composer.SetParts(square, with(face.Skin), face.Parts{}, with(face.Skin))
		composer.EditedParts(with(c.drawn), c.about)
		v := composer.Compose(edited, everything).Pix[3*(side/2*side+4)]
		least := float32(17)
		if c.about.SkinStays { // most of the change of light is left out
			least = 3
		}
		if c.stays != (v > least && v < 23) {
			t.Errorf("%s: the skin changes by %v; want the 20 of the skin beside it: %v", name, v, c.stays)
		}
	}
}
