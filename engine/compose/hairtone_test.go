package compose

import (
	"image"
	"image/color"
	"math"
	"testing"

	"deltaedit/engine/face"
)

// A head of hair for the tests: a dark disc with strands, on a bright background.
const (
	hairSide   = 128
	hairRadius = 40
)

func inHair(x, y int) float64 {
	return math.Hypot(float64(x)-hairSide/2, float64(y)-hairSide/2) - hairRadius
}

// strand is the light of the strands, in levels.
func strand(x int) float64 { return 12 * math.Sin(float64(x)) }

func hairPhoto() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, hairSide, hairSide))
	for y := range hairSide {
		for x := range hairSide {
			c := color.RGBA{220, 210, 220, 255}
			if inHair(x, y) < 0 {
				v := 60 + strand(x)
				c = color.RGBA{uint8(v + 15), uint8(v), uint8(v - 15), 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// hairPicture is a generator's picture of the same head, with hair of a colour that may
// depend on the place.
func hairPicture(level func(x, y, k int) float64) []float32 {
	n := hairSide * hairSide
	out := make([]float32, 3*n)
	for i := range n {
		x, y := i%hairSide, i/hairSide
		for k := range 3 {
			v := []float64{220, 210, 220}[k]
			if inHair(x, y) < 2 { // it errs by two pixels
				v = level(x, y, k)
			}
			out[k*n+i] = float32(v/127.5 - 1)
		}
	}
	return out
}

// hairParts has hair of such a share on the disc, and background elsewhere.
func hairParts(t *testing.T, share float32) face.Parts {
	const side = 64
	all := make([]float32, (int(face.InFront)+1)*side*side)
	for i := range side * side {
		v := float32(0)
		if inHair(2*(i%side)+1, 2*(i/side)+1) < 0 {
			v = share
		}
		all[int(face.Hair)*side*side+i], all[int(face.Background)*side*side+i] = v, 1-v
	}
	return newParts(t, side, all)
}

func newParts(t *testing.T, side int, share []float32) face.Parts {
	t.Helper()
	p, err := face.NewParts(side, share)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var (
	plainHair = hairPicture(func(_, _, k int) float64 { return []float64{75, 60, 45}[k] })
	blondHair = hairPicture(func(_, _, k int) float64 { return []float64{195, 150, 85}[k] })
)

func hairComposer(t *testing.T, parts bool) *Composer {
	photo := hairPhoto()
	c := NewComposer(photo, plainHair, 0)
	if parts {
		c.SetParts(photo, hairParts(t, 1), face.Parts{}, hairParts(t, 1))
	}
	return c
}

// Hair of another colour has that colour, the strands of the photo, with the contrast
// that belongs to its brightness, and an edge that leaves the background alone.
func TestHairKeepsItsStrands(t *testing.T) {
	c := hairComposer(t, true)
	c.EditedParts(hairParts(t, 1), Subject{Hair: HairColour})
	got := c.Compose(blondHair, everything)
	var drawn, strands, beyond, rim float64
	mean := [3]float64{}
	n := 0
	for i := range hairSide * hairSide {
		x, y := i%hairSide, i/hairSide
		p := got.Pix[3*i:][:3]
		switch d := inHair(x, y); {
		case d < -20: // away from its edge
			n++
			for k := range 3 {
				mean[k] += float64(p[k])
			}
			drawn += (float64(p[0]) - 120) * strand(x)
			strands += strand(x) * strand(x)
		case d > 3:
			beyond = max(beyond, math.Abs(float64(p[0])))
		case d > 1:
			rim = max(rim, math.Abs(float64(p[0])))
		}
	}
	// The hair has a luma of 62.8 and would become brighter by 93.3 × colourMore: a little of
	// that is beyond brightHair.
	over := (1 - brightLeft) * (62.8 + 93.3*colourMore - brightHair)
	for k, want := range []float64{120*colourMore - over, 90*colourMore - over, 40*colourMore - over} {
		if v := mean[k] / float64(n); math.Abs(v-want) > 6 {
			t.Errorf("colour %d changes by %.1f, want %v", k, v, want)
		}
	}
	// 1 would double the contrast, −1 take all of it away.
	if v := drawn / strands; math.Abs(v-(strandMost-1)) > 0.08 {
		t.Errorf("the contrast of the strands changes by %.2f, want %.2f", v, strandMost-1)
	}
	if beyond > 0 || rim > 25 { // the generator's hair is 120 levels brighter there
		t.Errorf("the background changes by %.1f levels, and by %.1f beside the hair", beyond, rim)
	}
}

// The generator's own hair is shown where the parts are not known and where the edit is about
// the shape of hair.
func TestHairIsDrawnAnew(t *testing.T) {
	unknown, curly := hairComposer(t, true), hairComposer(t, true)
	curly.EditedParts(hairParts(t, 1), Subject{Hair: HairShape})
	for name, with := range map[string]*Composer{"not known": unknown, "curls": curly} {
		a, b := with.Compose(blondHair), hairComposer(t, false).Compose(blondHair)
		for i, v := range a.Pix {
			if inHair(i/3%hairSide, i/3/hairSide) < -4 && v != b.Pix[i] {
				t.Errorf("%s: %v at %d, want the generator's %v", name, v, i, b.Pix[i])
				break
			}
		}
	}
}

// Hair that the edit is not about stays as it is; with an age all of it takes one change of
// tone, whatever the edited picture shows in each place, and where that shows too little hair
// to tell, none.
func TestHairThatStays(t *testing.T) {
	uneven := hairPicture(func(x, _, k int) float64 {
		return []float64{75, 60, 45}[k] + 40 + 80*float64(x)/hairSide
	})
	for name, c := range map[string]struct {
		about Hair
		share float32 // of hair in the edited picture
		want  float64
	}{"a smile": {HairStays, 1, 0}, "an age": {HairTone, 1, 80}, "no hair left": {HairTone, 0, 0}} {
		composer := hairComposer(t, true)
		composer.EditedParts(hairParts(t, c.share), Subject{Hair: c.about})
		got := composer.Compose(uneven, everything)
		for _, x := range []int{48, 64, 80} {
			y := 64
			low := 0.0 // without the strands
			for d := range 44 {
				low += float64(got.Pix[3*(y*hairSide+x-22+d)]) / 44
			}
			if math.Abs(low-c.want) > 6 {
				t.Errorf("%s: hair changes by %.1f at %d, want %v", name, low, x, c.want)
			}
		}
	}
}

// A portrait without hair is no fault, and an edit that changes nothing gives nothing.
func TestHairThatIsNotThere(t *testing.T) {
	c := hairComposer(t, false)
	c.SetParts(hairPhoto(), hairParts(t, 0), face.Parts{}, hairParts(t, 0))
	c.EditedParts(hairParts(t, 0), Subject{Hair: HairColour})
	if c.Compose(blondHair); c.parts.hair != nil {
		t.Error("hair is found where there is none")
	}
	c = hairComposer(t, true)
	c.EditedParts(hairParts(t, 1), Subject{Hair: HairColour})
	for i, v := range c.Compose(plainHair).Pix {
		if v != 0 {
			t.Fatalf("no edit changes value %d by %v", i, v)
		}
	}
}

// Hair that becomes grey loses the same share of its colour everywhere: strands with less
// colour than the others do not become blue.
func TestHairFadesToGrey(t *testing.T) {
	photo := hairPhoto()
	pale := [3]byte{70, 64, 58} // on the right half, beside 75, 60, 45
	for i := range hairSide * hairSide {
		if i%hairSide > hairSide/2 && inHair(i%hairSide, i/hairSide) < 0 {
			copy(photo.Pix[4*i:], pale[:])
		}
	}
	c := NewComposer(photo, plainHair, 0)
	c.SetParts(photo, hairParts(t, 1), face.Parts{}, hairParts(t, 1))
	c.EditedParts(hairParts(t, 1), Subject{Hair: HairTone})
	grey := hairPicture(func(_, _, _ int) float64 { return 130 })
	got := c.Compose(grey, everything)
	i := hairSide/2*hairSide + hairSide*5/8
	var v [3]float64
	for k := range v {
		v[k] = float64(photo.Pix[4*i+k]) + float64(got.Pix[3*i+k])
	}
	if v[2] > v[0]+1 {
		t.Errorf("pale brown hair becomes %.0f: blue", v)
	}
	if v[0]-v[2] > 12 || v[0] < 100 {
		t.Errorf("pale brown hair becomes %.0f, want about grey and brighter", v)
	}
}

// Black hair, which has no colour, becomes grey, too, where the generator draws a blue grey.
func TestBlackHairFadesToGrey(t *testing.T) {
	photo := hairPhoto()
	for i := range hairSide * hairSide {
		if inHair(i%hairSide, i/hairSide) < 0 {
			copy(photo.Pix[4*i:], []byte{31, 30, 30})
		}
	}
	c := NewComposer(photo, plainHair, 0)
	c.SetParts(photo, hairParts(t, 1), face.Parts{}, hairParts(t, 1))
	c.EditedParts(hairParts(t, 1), Subject{Hair: HairTone})
	blue := hairPicture(func(_, _, k int) float64 { return 100 + 20*float64(k) })
	got := c.Compose(blue, everything)
	i := hairSide/2*hairSide + hairSide/2
	if r, b := got.Pix[3*i], got.Pix[3*i+2]; b-r > 10 || r < 10 {
		t.Errorf("black hair gets (%.0f, %.0f, %.0f) more, want hardly more blue than red", r, got.Pix[3*i+1], b)
	}
}
