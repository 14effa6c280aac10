package compose

import (
	"image"
	"math"
	"testing"

	"deltaedit/engine/face"
)

// Clothes that an edit draws where there was hair take the colour of those in the photo; where
// the photo shows none, they stay the generator's. On skin there are no new clothes.
func TestClothesOfAnEdit(t *testing.T) {
	const side = 64
	// Skin or hair above, clothes from a row on.
	dressed := func(from int, above face.Part) face.Parts {
		share := make([]float32, (int(face.InFront)+1)*side*side)
		for i := range side * side {
			part := face.Skin
			if i/side >= 24 {
				part = above
			}
			if i/side >= from {
				part = face.Clothes
			}
			share[int(part)*side*side+i] = 1
		}
		return newParts(t, side, share)
	}
	blue, skin, red := [3]float32{40, 60, 160}, [3]float32{200, 150, 120}, [3]float32{220, 40, 40}
	square, recon, edited := image.NewRGBA(image.Rect(0, 0, side, side)), make([]float32, 3*side*side), make([]float32, 3*side*side)
	for i := range side * side {
		before, after := skin, skin
		if y := i / side; y >= 48 {
			before, after = blue, blue
		} else if y >= 32 {
			after = red // the new collar
		}
		for k := range 3 {
			square.Pix[4*i+k] = uint8(before[k])
			recon[k*side*side+i], edited[k*side*side+i] = before[k]/127.5-1, after[k]/127.5-1
		}
		square.Pix[4*i+3] = 255
	}
	for name, c := range map[string]struct {
		photo face.Parts
		want  [3]float32
	}{
		"dressed": {dressed(48, face.Hair), blue}, "undressed": {dressed(side, face.Hair), red},
		"bare skin": {dressed(48, face.Skin), skin},
	} {
		composer := NewComposer(square, recon, 0)
		composer.SetParts(square, c.photo, face.Parts{}, c.photo)
		composer.EditedParts(dressed(32, face.Skin), Subject{Hair: HairShape})
		got := composer.Compose(edited).Pix[3*(40*side+32):]
		for k, want := range c.want {
			if v := skin[k] + got[k]; math.Abs(float64(v-want)) > 6 {
				t.Errorf("%s: colour %d of the collar is %.0f, want %.0f", name, k, v, want)
			}
		}
	}
}

// Most of a change of the tone of all skin is left out of an edit that is not about it; a
// local change, such as a wrinkle, stays.
func TestLightOfSkinStays(t *testing.T) {
	const side, wrinkle = 64, 32*64 + 32
	share := make([]float32, (int(face.InFront)+1)*side*side)
	square, recon, edited := image.NewRGBA(image.Rect(0, 0, side, side)), make([]float32, 3*side*side), make([]float32, 3*side*side)
	before, shift := [3]float32{200, 150, 120}, [3]float32{-40, -30, -10}
	for i := range side * side {
		share[int(face.Skin)*side*side+i] = 1
		for k := range 3 {
			square.Pix[4*i+k] = uint8(before[k])
			recon[k*side*side+i] = before[k]/127.5 - 1
			edited[k*side*side+i] = (before[k]+shift[k])/127.5 - 1
			if i == wrinkle {
				edited[k*side*side+i] -= 40 / 127.5
			}
		}
		square.Pix[4*i+3] = 255
	}
	whole := luma(shift[0], shift[1], shift[2])
	for name, about := range map[string]Subject{"an age": {SkinStays: true}, "a tan": {}} {
		c := NewComposer(square, recon, 0)
		parts := newParts(t, side, share)
		c.SetParts(square, parts, face.Parts{}, parts)
		c.EditedParts(parts, about)
		got := c.Compose(edited).Pix
		for k, v := range shift {
			want := v
			if about.SkinStays {
				want = (1-lightLuma)*whole + (1-lightColour)*(v-whole)
			}
			if d := got[3*(16*side+16)+k]; math.Abs(float64(d-want)) > 1.5 {
				t.Errorf("%s: colour %d of the skin changes by %.1f, want %.1f", name, k, d, want)
			}
			if d := got[3*wrinkle+k] - got[3*(16*side+16)+k]; d > -30 {
				t.Errorf("%s: colour %d of a wrinkle is %.1f darker than the skin, want 40", name, k, -d)
			}
		}
	}
}

// New skin is the generator's: the photo's wrinkles, which it did not draw, go, as far as they are
// asked to; elsewhere they stay.
func TestNewSkin(t *testing.T) {
	const side = 64
	aligned := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		v := byte(150 + 40*(i/side%2)) // wrinkles
		copy(aligned.Pix[4*i:], []byte{v, v, v - 10, 255})
	}
	flat := func(level float32) []float32 {
		out := make([]float32, 3*side*side)
		for i := range out {
			out[i] = level/127.5 - 1
		}
		return out
	}
	share := make([]float32, (int(face.InFront)+1)*side*side)
	for i := range side * side {
		part := face.Skin
		if i%side >= side/2 {
			part = face.Clothes
		}
		share[int(part)*side*side+i] = 1
	}
	parts, err := face.NewParts(side, share)
	if err != nil {
		t.Fatal(err)
	}
	for amount, want := range map[float32]float32{0: 40, 0.5: 20, 1: 0} { // wrinkles that are left
		c := NewComposer(aligned, flat(165), 0)
		c.SetParts(aligned, parts.Clone(face.Parts{}), face.Parts{}, parts.Clone(face.Parts{}))
		c.EditedParts(parts, Subject{NewSkin: amount})
		ch := c.Compose(flat(171)) // hardly another tone, which alone drops nothing
		at := func(x, y int) float32 { return float32(aligned.Pix[4*(y*side+x)]) + ch.Pix[3*(y*side+x)] }
		if got := at(16, 33) - at(16, 32); got < want-4 || got > want+4 {
			t.Errorf("%v: wrinkles of %v levels, want %v", amount, got, want)
		}
		if got := at(56, 33) - at(56, 32); got < 38 || got > 42 {
			t.Errorf("%v: clothes have folds of %v levels, want 40", amount, got)
		}
	}
}
