package studio

import (
	"bytes"
	"image"
	imagedraw "image/draw"
	"testing"

	"deltaedit/engine"
)

// TestRegionIsAPartOfTheWhole: what a request of a region shows is what the whole picture
// shows there, and costs no synthesis.
func TestRegionIsAPartOfTheWhole(t *testing.T) {
	s, m, _ := onTable(t)
	r := smile(1)
	r.View = image.Point{}
	whole := draw(t, s, r, engine.StageFinal)
	before := m.total()
	for _, tc := range []struct {
		region, shown image.Rectangle
	}{
		{image.Rect(40, 20, 200, 150), image.Rect(40, 20, 200, 150)},
		{image.Rect(90, 60, 91, 61), image.Rect(90, 60, 91, 61)},
		{image.Rect(200, 150, 900, 900), image.Rect(200, 150, 240, 200)},
		{image.Rect(500, 500, 600, 600), whole.Rect}, // outside
	} {
		r.Region = tc.region
		got := draw(t, s, r, engine.StageFinal)
		want := image.NewRGBA(image.Rectangle{Max: tc.shown.Size()})
		imagedraw.Draw(want, want.Rect, whole, tc.shown.Min, imagedraw.Src)
		if got.Rect != want.Rect {
			t.Fatalf("%v: drawn on %v, want %v", tc.region, got.Rect, want.Rect)
		}
		if worst := farthest(got, want); worst > 1 {
			t.Errorf("%v: a pixel differs from the whole picture by %d levels", tc.region, worst)
		}
	}
	if m.total() != before {
		t.Errorf("regions cost %d syntheses, want none", m.total()-before)
	}
	r.Region, r.View = image.Rect(40, 20, 200, 150), image.Pt(80, 80)
	if got := draw(t, s, r, engine.StageFinal).Rect.Size(); got != image.Pt(80, 65) {
		t.Errorf("a region of 160×130 in a view of 80×80: %v", got)
	}
	r.Region, r.View = image.Rectangle{}, image.Point{}
	if got := draw(t, s, r, engine.StageFinal); !bytes.Equal(got.Pix, whole.Pix) {
		t.Error("the whole picture after a region is another one")
	}
}

// farthest returns the largest difference of two pictures of the same size.
func farthest(a, b *image.RGBA) int {
	worst := 0
	for i := range a.Pix {
		worst = max(worst, int(a.Pix[i])-int(b.Pix[i]), int(b.Pix[i])-int(a.Pix[i]))
	}
	return worst
}
