package compose

import (
	"image"
	"math"
	"testing"

	"deltaedit/engine/face"
)

// hairOf is hairPhoto with hair of another colour.
func hairOf(colour func(x, y int) [3]byte) *image.RGBA {
	img := hairPhoto()
	for i := range hairSide * hairSide {
		if x, y := i%hairSide, i/hairSide; inHair(x, y) < 0 {
			c := colour(x, y)
			copy(img.Pix[4*i:], c[:])
		}
	}
	return img
}

// becomes returns the mean colour that a picture has after a change, around a place.
func becomes(photo *image.RGBA, ch *Change, x, y int) (v [3]float64) {
	const reach = 5
	for dy := -reach; dy <= reach; dy++ {
		for dx := -reach; dx <= reach; dx++ {
			i := (y+dy)*hairSide + x + dx
			for k := range v {
				v[k] += (float64(photo.Pix[4*i+k]) + float64(ch.Pix[3*i+k])) / ((2*reach + 1) * (2*reach + 1))
			}
		}
	}
	return v
}

func retint(t *testing.T, photo *image.RGBA, edited []float32, about Subject) *Change {
	t.Helper()
	c := NewComposer(photo, Planar(nil, photo), 0)
	c.SetParts(photo, hairParts(t, 1), face.Parts{}, hairParts(t, 1))
	c.EditedParts(hairParts(t, 1), about)
	return c.Compose(edited, everything)
}

// Grey hair has a little of the photo's colour, in every strand, and none of the generator's.
func TestGreyHairIsGrey(t *testing.T) {
	photo := hairOf(func(x, _ int) [3]byte {
		if x%4 < 2 {
			return [3]byte{90, 60, 30}
		}
		return [3]byte{45, 30, 15}
	})
	greenish := hairPicture(func(_, _, k int) float64 { return []float64{120, 140, 60}[k] })
	ch := retint(t, photo, greenish, Subject{Hair: HairColour, HairFades: true})
	if v := becomes(photo, ch, 64, 64); v[0] < 100 || v[0]-v[2] < 5 || v[0]-v[2] > 25 || v[1] > v[0] {
		t.Errorf("brown hair becomes %.0f, want a warm, brighter grey", v)
	}
	for x := 60; x < 68; x++ {
		i := 64*hairSide + x
		r, b := float32(photo.Pix[4*i])+ch.Pix[3*i], float32(photo.Pix[4*i+2])+ch.Pix[3*i+2]
		if b > r {
			t.Errorf("a strand becomes blue: red %.0f, blue %.0f", r, b)
		}
	}
}

// Hair in a shadow stays darker than lit hair when it becomes grey.
func TestHairFollowsTheLight(t *testing.T) {
	photo := hairOf(func(x, _ int) [3]byte {
		if x < hairSide/2 {
			return [3]byte{20, 18, 16}
		}
		return [3]byte{110, 100, 90}
	})
	brighter := hairPicture(func(x, _, _ int) float64 {
		if x < hairSide/2 {
			return 98
		}
		return 180
	})
	ch := retint(t, photo, brighter, Subject{Hair: HairTone})
	dark, lit := becomes(photo, ch, 44, 64), becomes(photo, ch, 84, 64)
	if dark[1]-18 > 0.6*(lit[1]-100) || lit[1]-100 < 40 {
		t.Errorf("hair in the shadow becomes %.0f, lit hair %.0f", dark, lit)
	}
}

// A generator makes teal hair of blond hair in a blue light: it becomes bright, not teal.
func TestHairDoesNotTurnTeal(t *testing.T) {
	photo := hairOf(func(_, _ int) [3]byte { return [3]byte{25, 38, 41} })
	teal := hairPicture(func(_, _, k int) float64 { return []float64{120, 150, 160}[k] })
	v := becomes(photo, retint(t, photo, teal, Subject{Hair: HairColour}), 64, 64)
	if v[2]-v[0] > 8 || v[1]-(v[0]+v[2])/2 > mostGreen+3 || v[1] < 100 {
		t.Errorf("dark hair in a blue light becomes %.0f, want bright and about grey", v)
	}
}

// Skin that the parser takes for hair stays when hair that is darker becomes blond.
func TestSkinBesideHairStays(t *testing.T) {
	const from, believed = 74, 78 // rows where skin begins, and where it does by the parser
	photo := hairPhoto()
	for i := range hairSide * hairSide {
		if i/hairSide >= from && inHair(i%hairSide, i/hairSide) < 0 {
			copy(photo.Pix[4*i:], []byte{205, 160, 140})
		}
	}
	const side = 64
	all := make([]float32, (int(face.InFront)+1)*side*side)
	for i := range side * side {
		part := face.Background
		if x, y := 2*(i%side)+1, 2*(i/side)+1; inHair(x, y) < 0 {
			if part = face.Hair; y >= believed {
				part = face.Skin
			}
		}
		all[int(part)*side*side+i] = 1
	}
	c := NewComposer(photo, Planar(nil, photo), 0)
	c.SetParts(photo, newParts(t, side, all), face.Parts{}, newParts(t, side, all))
	c.EditedParts(newParts(t, side, all), Subject{Hair: HairColour})
	edited := Planar(nil, photo)
	for i := range hairSide * hairSide {
		if i/hairSide < believed && inHair(i%hairSide, i/hairSide) < 0 {
			for k := range 3 {
				edited[k*hairSide*hairSide+i] = []float32{0.53, 0.18, -0.33}[k]
			}
		}
	}
	ch := c.Compose(edited, everything)
	at := func(y int) float64 { return math.Abs(float64(ch.Pix[3*(y*hairSide+64)])) }
	if hair, skin := at(50), max(at(from+1), at(from+2), at(from+3)); hair < 60 || skin > 15 {
		t.Errorf("hair changes by %.0f levels, skin beside it by %.0f", hair, skin)
	}
}

// Hair that is drawn anew has the tone of the photo's, unless the edit is about its colour.
func TestNewHairHasThePhotosTone(t *testing.T) {
	photo := hairOf(func(_, _ int) [3]byte { return [3]byte{140, 100, 60} })
	purple := hairPicture(func(x, _, k int) float64 { return []float64{60, 40, 70}[k] + strand(x) })
	v := becomes(photo, retint(t, photo, purple, Subject{Hair: HairShape, HairToneStays: true}), 64, 64)
	for k, want := range []float64{140, 100, 60} {
		if math.Abs(v[k]-want) > 6 {
			t.Errorf("new hair is %.0f, want the photo's 140, 100, 60", v)
			break
		}
	}
	if v := becomes(photo, retint(t, photo, purple, Subject{Hair: HairShape}), 64, 64); v[2] < v[1] {
		t.Errorf("new hair of another colour is %.0f, want the edit's", v)
	}
}

// An edit that adds hair leaves the photo's where it draws none.
func TestHairThatIsAddedTakesNoneAway(t *testing.T) {
	photo := hairPhoto()
	bare := hairPicture(func(_, _, k int) float64 { return []float64{220, 210, 220}[k] })
	for adds, want := range map[bool]bool{true: false, false: true} {
		c := NewComposer(photo, Planar(nil, photo), 0)
		c.SetParts(photo, hairParts(t, 1), face.Parts{}, hairParts(t, 1))
		c.EditedParts(hairParts(t, 0), Subject{Hair: HairShape, HairAdds: adds})
		ch := c.Compose(bare, everything)
		if changes := ch.Pix[3*(64*hairSide+64)] > 50; changes != want {
			t.Errorf("adds hair: %v; the photo's hair goes away: %v", adds, changes)
		}
	}
}

// Where the photo is bent to the edited person, what the edit draws around the photo's person is
// not needed; new hair is.
func TestOnlyThePhotosPersonChangesWhereItIsBent(t *testing.T) {
	photo := hairPhoto()
	small, large := box(64, 20, 20, 44, 44), box(64, 8, 8, 56, 56)
	edited := make([]float32, 3*hairSide*hairSide)
	for name, c := range map[string]struct {
		about Subject
		want  bool
	}{
		"no outline": {Subject{}, true}, "an outline": {Subject{Outline: true}, false},
		"an outline and new hair": {Subject{Outline: true, Hair: HairShape}, true},
	} {
		composer := NewComposer(photo, Planar(nil, photo), 0)
		parts := make([]float32, (int(face.InFront)+1)*64*64)
		for i := range 64 * 64 {
			parts[int(face.Hair)*64*64+i] = 1
			if c.about.Hair != HairShape {
				parts[int(face.Hair)*64*64+i], parts[int(face.Skin)*64*64+i] = 0, 1
			}
		}
		composer.SetParts(photo, newParts(t, 64, parts), face.Parts{}, newParts(t, 64, parts))
		composer.EditedParts(newParts(t, 64, parts), c.about)
		ch := composer.Compose(edited, small, large)
		if got := ch.Pix[3*(26*hairSide+26)] != 0; got != c.want {
			t.Errorf("%s: what surrounds the photo's person changes: %v", name, got)
		}
	}
}
