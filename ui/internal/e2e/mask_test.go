package e2e

import (
	"image"
	"testing"
)

// TestMask paints a mask on one side of the mouth: the edit is then seen there, and the other
// side is what it was.
func TestMask(t *testing.T) {
	p := start(t)
	before := p.screen()
	img := openPhoto(t, p.photo)
	_, sq := findFace(t, img)
	at := before.photo()
	scale := float64(at.Dx()) / float64(img.Rect.Dx())
	// place returns where a place of the face's square is on the screen.
	place := func(u, v float64) image.Point {
		q := sq.Origin.Add(sq.U.Mul(u)).Add(sq.V.Mul(v)).Mul(scale)
		return at.Min.Add(image.Pt(int(q.X), int(q.Y)))
	}
	around := func(p image.Point, reach int) image.Rectangle {
		return image.Rect(p.X-reach, p.Y-reach, p.X+reach, p.Y+reach)
	}
	side := scale * sq.Side()
	spot := around(place(0.44, 0.75), int(0.02*side))
	other := around(place(0.6, 0.75), int(0.03*side))

	p.typePrompt(before)
	everywhere := p.screen()
	if difference(before, everywhere, other) < 1 || difference(before, everywhere, spot) < 1 {
		t.Fatalf("the edit changes the other side by %.2f levels and the painted one by %.2f: it shows nothing about masks",
			difference(before, everywhere, other), difference(before, everywhere, spot))
	}
	p.do("key", "Escape") // leaves the field
	p.do("key", "m")
	p.until("the brush to be ready", func() bool { return p.screen().area() == before.area() && p.settled() })
	p.rest("the regions of the face")
	p.move(place(0.42, 0.75))
	p.do("mousedown", "1")
	p.move(place(0.44, 0.75))
	p.move(place(0.46, 0.75))
	p.until("the picture to follow the brush", func() bool { return difference(before, p.screen(), other) == 0 })
	p.do("mouseup", "1")
	p.rest("the painted mask")
	tinted := difference(everywhere, p.screen(), spot)
	p.do("key", "o") // hides the colour
	p.move(place(0.5, 1.1))
	p.until("the edit where it was painted", func() bool { return difference(everywhere, p.screen(), spot) < 0.5 })
	after := p.screen()
	if !(tinted > 20) {
		t.Errorf("the colour of the mask changed the painted place by %.2f levels", tinted)
	}
	if got := difference(before, after, other); got != 0 {
		t.Errorf("outside of the mask the other side changed by %.2f levels", got)
	}
	p.do("key", "ctrl+z")
	p.until("the edit everywhere again", func() bool { return difference(everywhere, p.screen(), other) == 0 })
	checkOrder(t, p.painted())
}
