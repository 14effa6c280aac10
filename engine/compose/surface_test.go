package compose

import (
	"fmt"
	"image"
	"testing"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/warp"
)

// bytesSurface adds levels to bytes, as Paste does.
type bytesSurface struct{ *image.NRGBA }

func (s bytesSurface) AddRow(x, y int, levels []float32) {
	row := s.Pix[s.PixOffset(x, y):]
	for i := 0; i+2 < len(levels); i += 3 {
		p := row[4*i/3:]
		p[0], p[1], p[2] = plus(p[0], levels[i]), plus(p[1], levels[i+1]), plus(p[2], levels[i+2])
	}
}

func (s bytesSurface) Bend(f *warp.Field, toSquare geometry.Affine) {
	warp.Push(f, warp.Bytes(s.Pix, s.PixOffset, s.Rect, true), toSquare, false)
}

// TestPasteOnDoesWhatPasteDoes compares the two: positions are rounded in
// another way, so a level here and there may differ.
func TestPasteOnDoesWhatPasteDoes(t *testing.T) {
	img := portrait(200, 150)
	for _, side := range []int{32, 256} { // magnified and reduced
		for i, at := range []face.Alignment{tilted(100, 75, 75), tilted(5, 145, 100), face.Whole(image.Pt(200, 150)), tilted(900, 900, 20)} {
			t.Run(fmt.Sprintf("%d/%d", side, i), func(t *testing.T) {
				c := NewComposer(at.Crop(img, side), noise(side, 1, -0.5, 0.3), Feather)
				ch := c.Compose(noise(side, 2, 0.5, 0.3))
				want, got := Clone(img), Clone(img)
				Paste(want, Layer{Alignment: at, Change: ch})
				PasteOn(bytesSurface{got}, Layer{Alignment: at, Change: ch}, Layer{Alignment: at, Change: nil})
				differ := 0
				for i, v := range want.Pix {
					d := int(v) - int(got.Pix[i])
					if d*d > 1 {
						t.Fatalf("byte %d is %d, want %d", i, got.Pix[i], v)
					}
					differ += d * d
				}
				if differ > len(want.Pix)/500 {
					t.Errorf("%d of %d bytes differ", differ, len(want.Pix))
				}
				if (changed(img, got) == image.Rectangle{}) != (changed(img, want) == image.Rectangle{}) {
					t.Errorf("changed %v, want %v", changed(img, got), changed(img, want))
				}
			})
		}
	}
}
