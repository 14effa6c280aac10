package face

import (
	"image"
	"testing"

	"deltaedit/engine/internal/geometry"
)

// TestWindowsShowWhatIsThere: what a window shows lies where a crop of the same square puts
// it, at any size and turn, and beyond the photo. Windows of one size share a reduction.
func TestWindowsShowWhatIsThere(t *testing.T) {
	const side = 64
	src := newSource(portrait(1500, 1100), 750)
	centre := geometry.Pt(400, 500)
	for _, c := range []struct {
		size, turn float64
		reductions int // so far
	}{{1400, 0, 1}, {1300, 0, 1}, {1400, 0.4, 1}, {300, 0, 2}, {140, 0, 2}, {70, 0.2, 2}} {
		w := window{at: region{centre: centre, side: c.size, angle: c.turn}.square()}
		got, want := src.show(w, side), src.crop(w.at, side)
		for y := range side {
			for x := range side {
				p, q := got.RGBAAt(x, y), want.RGBAAt(x, y)
				d := func(a, b byte) int { return max(int(a)-int(b), int(b)-int(a)) }
				if off := max(d(p.R, q.R), d(p.G, q.G), d(p.B, q.B)); off > 3 || p.A != 255 {
					t.Fatalf("%.0f pixels, turned by %.1f: pixel %v is %v, want about %v", c.size, c.turn, image.Pt(x, y), p, q)
				}
			}
		}
		if len(src.smaller) != c.reductions {
			t.Errorf("%.0f pixels: %d reductions, want %d", c.size, len(src.smaller), c.reductions)
		}
	}
}
