package e2e

import (
	"image"
	"image/color"
	"testing"
)

// TestCompareAndZoom looks at an edit in the photo's own pixels, at the photo as it was,
// and at both on the two sides of a line.
func TestCompareAndZoom(t *testing.T) {
	p := start(t)
	fit := p.screen()
	p.typePrompt(fit)
	p.do("key", "Escape") // leaves the field
	p.do("key", "0")
	p.rest("the edit at full size")
	p.until("the notices to go", func() bool { return !p.screen().covered() })
	after := p.screen()

	original := openPhoto(t, p.photo)
	at := after.photo()
	if at.Size() != original.Rect.Size() {
		t.Fatalf("at 100 %% a photo of %v is seen on %v", original.Rect.Max, at)
	}
	labels := px(40) // at the top, where labels may lie over the photo
	at.Min.Y += labels

	p.do("keydown", "space")
	p.until("the photo as it was", func() bool { return difference(p.screen(), after, at) > 0 })
	p.rest("the photo as it was")
	before := p.screen()
	p.do("keyup", "space")
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for x := at.Min.X; x < at.Max.X; x++ {
			c := original.NRGBAAt(x-at.Min.X, y-at.Min.Y+labels)
			if got := before.RGBAAt(x, y); got != (color.RGBA{c.R, c.G, c.B, 255}) {
				t.Fatalf("pixel %d,%d of the photo is %v on the screen, want %v", x-at.Min.X, y-at.Min.Y+labels, got, c)
			}
		}
	}
	p.until("the edit again", func() bool { return difference(p.screen(), after, at) == 0 })

	p.do("key", "c")
	line, reach := after.area().Dx()/2, px(20)
	left := image.Rect(at.Min.X, at.Min.Y, line-reach, at.Max.Y)
	right := image.Rect(line+reach, at.Min.Y, at.Max.X, at.Max.Y)
	if difference(before, after, left) == 0 || difference(before, after, right) == 0 {
		t.Fatal("the edit changes one side of the photo alone: the comparison shows nothing")
	}
	both := func() bool {
		s := p.screen()
		return difference(s, before, left) == 0 && difference(s, after, right) == 0
	}
	p.until("the photo on the left and the edit on the right", both)

	// The line follows the pointer.
	p.move(image.Pt(line, at.Max.Y-px(30)))
	p.do("mousedown", "1")
	for x := line; x >= at.Min.X+px(60); x -= px(30) {
		p.move(image.Pt(x, at.Max.Y-px(30)))
	}
	p.do("mouseup", "1")
	wide := image.Rect(at.Min.X+px(120), at.Min.Y, at.Max.X, at.Max.Y-px(60))
	p.until("the edit on all but the edge", func() bool { return difference(p.screen(), after, wide) == 0 })
	checkOrder(t, p.painted())
}
