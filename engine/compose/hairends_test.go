package compose

import (
	"image"
	"testing"

	"deltaedit/engine/face"
)

// New hair ends above the border of the square, some strands higher than others, while hair that
// the photo has goes on.
func TestHairEnds(t *testing.T) {
	const side = 128
	parts := func(hair ...image.Rectangle) face.Parts {
		share := make([]float32, (int(face.InFront)+1)*side*side)
		for i := range side * side {
			part := face.Background
			for _, r := range hair {
				if image.Pt(i%side, i/side).In(r) {
					part = face.Hair
				}
			}
			share[int(part)*side*side+i] = 1
		}
		p, err := face.NewParts(side, share)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	own, grown := image.Rect(8, 0, 40, 128), image.Rect(80, 20, 120, 128)
	aligned := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		copy(aligned.Pix[4*i:], []byte{200, 200, 200, 255})
	}
	recon, edited := Planar(nil, aligned), Planar(nil, aligned)
	for k := range 3 {
		for y := grown.Min.Y; y < grown.Max.Y; y++ {
			for x := grown.Min.X; x < grown.Max.X; x++ {
				edited[k*side*side+y*side+x] = -0.6 + 0.3*float32(x/3%2) // strands
			}
		}
	}
	for k := range 3 {
		for y := range side {
			for x := own.Min.X; x < own.Max.X; x++ {
				edited[k*side*side+y*side+x] = -0.5
			}
		}
	}
	c := NewComposer(aligned, recon, Feather)
	c.SetParts(aligned, parts(own), face.Parts{}, parts(own))
	c.EditedParts(parts(own, grown), Subject{Hair: HairShape})
	ch := c.Compose(edited)
	end := func(x int) int {
		y := side - 1
		for y > 0 && ch.Pix[3*(y*side+x)] > -10 {
			y--
		}
		return y
	}
	const low, high = 0.83 * side, 0.91 * side // endsAt, and endsRange more or less
	rows := map[int]bool{}
	for x := grown.Min.X + 4; x < grown.Max.X-12; x++ {
		y := end(x)
		rows[y] = true
		if float64(y) < low-4 || float64(y) > high+4 {
			t.Errorf("new hair ends in row %d, want %v to %v", y, low, high)
		}
	}
	if len(rows) < 2 {
		t.Errorf("all strands end in rows %v", rows)
	}
	if y := end(24); y < side-6 {
		t.Errorf("the photo's own hair ends in row %d", y)
	}
}
