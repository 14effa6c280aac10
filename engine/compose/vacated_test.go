package compose

import (
	"image"
	"image/color"
	"math"
	"slices"
	"testing"

	"deltaedit/engine/face"
)

// vacatedScene is a photo of a head with wide hair before a background that gets lighter
// to the right, and an edit that leaves the head alone on a flat grey background.
type vacatedScene struct {
	side              int
	photo             *image.RGBA
	edited            []float32
	hair, head, after face.Matte
}

func newVacatedScene(side int) vacatedScene {
	s := vacatedScene{
		side: side, photo: image.NewRGBA(image.Rect(0, 0, side, side)),
		edited: make([]float32, 3*side*side),
	}
	disc := func(radius float64) face.Matte {
		m := face.Matte{Side: side, Alpha: make([]float32, side*side)}
		for i := range m.Alpha {
			x, y := float64(i%side)+0.5-float64(side)/2, float64(i/side)+0.5-float64(side)/2
			if math.Hypot(x, y) < radius*float64(side) {
				m.Alpha[i] = 1
			}
		}
		return m
	}
	s.hair, s.head = disc(0.36), disc(0.15)
	s.after = disc(0.16)
	for i, hair := range s.hair.Alpha {
		x, y := i%side, i/side
		c, e := ground(side, x), uint8(128)
		switch {
		case s.head.Alpha[i] > 0:
			c, e = 200, 200
		case hair > 0:
			c = 20
		default:
			e = c
		}
		s.photo.SetRGBA(x, y, color.RGBA{c, c / 2, c, 255})
		for k, v := range []uint8{e, e / 2, e} {
			s.edited[k*side*side+i] = float32(v)/127.5 - 1
		}
	}
	return s
}

func ground(side, x int) uint8 { return uint8(60 + 120*x/side) }

func (s *vacatedScene) composer(backdrop bool) *Composer {
	c := NewComposer(s.photo, Planar(nil, s.photo), Feather)
	if backdrop {
		c.Backdrop(s.photo, face.Matte{}, s.hair, s.head)
	}
	return c
}

func TestBackdrop(t *testing.T) {
	s := newVacatedScene(192)
	ch := s.composer(true).Compose(s.edited, s.hair, s.head, s.after)
	// Half way between the head and the edge of the old hair, to the left and the right.
	for _, x := range []int{s.side/2 - s.side/4, s.side/2 + s.side/4} {
		at := s.side/2*s.side + x
		got := float64(s.photo.Pix[4*at]) + float64(ch.Pix[3*at])
		if want := float64(ground(s.side, x)); !(math.Abs(got-want) < 8) {
			t.Errorf("at %d: want the background, %v, got %.1f", x, want, got)
		}
	}
	middle := 3 * (s.side/2*s.side + s.side/2)
	if v := ch.Pix[middle]; !(math.Abs(float64(v)) < 1) {
		t.Errorf("the head changed by %v levels", v)
	}
}

// A bald head that the border of the square cuts off becomes round, also where some of what
// was hair is taken for a hat.
func TestBaldHeadIsRound(t *testing.T) {
	const side = 128
	column := func(part, temple face.Part) face.Parts {
		share := make([]float32, (int(face.InFront)+1)*side*side)
		for i := range side * side {
			at := face.Background
			if x, y := i%side, i/side; x >= 24 && x < 50 && y > 12 && y < 32 {
				at = temple
			} else if x >= 24 && x < 104 {
				at = part
			}
			share[int(at)*side*side+i] = 1
		}
		return newParts(t, side, share)
	}
	photo := image.NewRGBA(image.Rect(0, 0, side, side))
	edited := coloured(side, 200, 160, 140)
	for i := range side * side {
		c := color.RGBA{90, 120, 90, 255}
		if x := i % side; x >= 24 && x < 104 {
			c = color.RGBA{30, 20, 10, 255}
		} else {
			for k, v := range []uint8{90, 120, 90} {
				edited[k*side*side+i] = float32(v)/127.5 - 1
			}
		}
		photo.SetRGBA(i%side, i/side, c)
	}
	person := box(side, 24, 0, 104, side)
	c := NewComposer(photo, Planar(nil, photo), 0)
	c.Backdrop(photo, face.Matte{}, person, box(side, 60, 60, 68, 68))
	hair, bald := column(face.Hair, face.Hair), column(face.Skin, face.Hat)
	c.SetParts(photo, hair, face.Parts{}, hair)
	c.EditedParts(bald, Subject{Hair: HairShape})
	ch := c.Compose(edited, person, box(side, 60, 60, 68, 68), person)
	at := func(x, y int) float64 { return float64(photo.Pix[4*(y*side+x)]) + float64(ch.Pix[3*(y*side+x)]) }
	for name, p := range map[string]struct {
		x, y int
		want float64
	}{"the middle": {64, 16, 200}, "a temple": {30, 60, 200}, "its forehead": {36, 24, 200}, "the corners": {30, 4, 90}, "the other one": {98, 4, 90}} {
		if got := at(p.x, p.y); math.Abs(got-p.want) > 25 {
			t.Errorf("%s is %.0f, want %.0f", name, got, p.want)
		}
	}
}

// A mirror image beyond the photo's edge is no background.
func TestBackdropBeyondThePhoto(t *testing.T) {
	s := newVacatedScene(192)
	beyond := face.Matte{Side: s.side, Alpha: make([]float32, s.side*s.side)}
	for i := range beyond.Alpha {
		if i%s.side >= s.side*15/16 {
			beyond.Alpha[i] = 1
			s.photo.SetRGBA(i%s.side, i/s.side, color.RGBA{255, 0, 0, 255})
		}
	}
	c := s.composer(false)
	c.Backdrop(s.photo, beyond, s.hair, s.head)
	at := c.grid/2*c.grid + c.grid*13/16 // beside the hair, on the right
	want := float64(ground(s.side, s.side*13/16))
	if got := float64(c.backdrop.pix[0][at]); math.Abs(got-want) > 8 {
		t.Errorf("the ground beside the photo's edge is %.1f, want %v", got, want)
	}
}

// With nobody gone, not one value may differ from what is composed without a backdrop.
func TestBackdropWithNothingVacated(t *testing.T) {
	s := newVacatedScene(96)
	wider := slices.Clone(s.hair.Alpha)
	for name, after := range map[string]face.Matte{
		"the same outline":          s.hair,
		"a matte that is not exact": {Side: s.side, Alpha: shrunk(wider, s.side)},
	} {
		want := slices.Clone(s.composer(false).Compose(s.edited, s.hair, s.head, after).Pix)
		if got := s.composer(true).Compose(s.edited, s.hair, s.head, after).Pix; !slices.Equal(got, want) {
			t.Errorf("%s: the backdrop changed the picture", name)
		}
	}
}

// shrunk removes a cell at the edge of a matte.
func shrunk(alpha []float32, side int) []float32 {
	out := slices.Clone(alpha)
	for i := range out {
		for _, n := range []int{i - 1, i + 1, i - side, i + side} {
			if n >= 0 && n < len(alpha) && alpha[n] == 0 {
				out[i] = 0
			}
		}
	}
	return out
}

func TestBackdropNeedsABackground(t *testing.T) {
	s := newVacatedScene(96)
	c := s.composer(false)
	full := face.Matte{Side: s.side, Alpha: slices.Repeat([]float32{1}, s.side*s.side)}
	if c.Backdrop(s.photo, face.Matte{}, full, s.head); c.backdrop != nil {
		t.Error("a square without background has a backdrop")
	}
}

// The ground behind hair that went away has the texture of the background beside it.
func TestTexture(t *testing.T) {
	const side, grid, edge = 128, 64, 40 // known up to the edge, in cells
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	known, course := make([]float32, grid*grid), [3][]float32{}
	for i := range side * side {
		v := uint8(100)
		if i%side/4%2 == 0 { // stripes
			v = 140
		}
		img.SetRGBA(i%side, i/side, color.RGBA{v, v, v, 255})
	}
	for k := range course {
		course[k] = make([]float32, grid*grid)
		for i := range course[k] {
			course[k][i] = 120
			known[i] = 0
			if i%grid < edge {
				known[i] = 1
			}
		}
	}
	tex := newTexture(img, &course, known, grid)
	var least, most float32
	for x := edge + 4; x < edge+12; x++ {
		v := tex.at(0, cellPairAt(float32(x), grid), cellPairAt(grid/2, grid))
		least, most = min(least, v), max(most, v)
	}
	for x := edge + grid/3; x < grid; x++ { // far from its source there is none
		if v := tex.at(0, cellPairAt(float32(x), grid), cellPairAt(grid/2, grid)); v != 0 {
			t.Errorf("texture of %.1f at %d", v, x)
		}
	}
	if least > -12 || most < 12 || least < -24 || most > 24 {
		t.Errorf("the texture goes from %.1f to %.1f, want about −20 to 20", least, most)
	}
}
