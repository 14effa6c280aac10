package compose

import (
	"bytes"
	"image"
	"math"
	"testing"

	"deltaedit/engine/face"
	"deltaedit/engine/warp"
)

// shrinking is a field of a face that becomes smaller.
func shrinking() *warp.Field {
	ring := func(radius float64) []face.Point {
		points := make([]face.Point, 36)
		for i := range points {
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / 36)
			points[i] = face.Point{X: 0.5 + radius*cos, Y: 0.5 + radius*sin}
		}
		return points
	}
	return warp.NewAnchor(ring(0.3), func(face.Point) float64 { return 1 }).Field(ring(0.26))
}

// A layer's change is added first, and then the picture is bent, in a photo, on a surface and
// in a view alike.
func TestBend(t *testing.T) {
	img, al := portrait(200, 150), tilted(100, 75, 90)
	change := flat(64, 30, -10, 5)
	plain := Clone(img)
	Paste(plain, Layer{Alignment: al, Change: change})
	change.Warp = shrinking()
	layer := Layer{Alignment: al, Change: change}

	pasted, surface := Clone(img), Clone(img)
	Paste(pasted, layer)
	PasteOn(bytesSurface{surface}, layer)
	if bytes.Equal(pasted.Pix, plain.Pix) {
		t.Fatal("nothing is bent")
	}
	view := NewView(img, img.Rect, image.Pt(400, 400))
	frame := image.NewRGBA(image.Rectangle{Max: view.Size()})
	view.Draw(frame, layer)
	for i, v := range pasted.Pix {
		if d := int(v) - int(surface.Pix[i]); d*d > 4 {
			t.Fatalf("byte %d: %d in a photo, %d on a surface", i, v, surface.Pix[i])
		}
		if d := int(v) - int(frame.Pix[i]); d*d > 4 {
			t.Fatalf("byte %d: %d in a photo, %d in a view", i, v, frame.Pix[i])
		}
	}
	square := al.Around().Bounds()
	for y := range 150 {
		for x := range 200 {
			if o := img.PixOffset(x, y); !image.Pt(x, y).In(square) && !bytes.Equal(pasted.Pix[o:o+4], img.Pix[o:o+4]) {
				t.Fatalf("(%d, %d) changes, outside of %v", x, y, square)
			}
		}
	}
}

// A view of a region shows what is bent into it from beyond its edge: it is a part of the view
// of the whole photo.
func TestBendInAView(t *testing.T) {
	img, al := portrait(400, 300), tilted(200, 150, 150)
	change := flat(64, 30, -10, 5)
	change.Warp = shrinking()
	layer := Layer{Alignment: al, Change: change}
	want := Clone(img)
	Paste(want, layer)
	for name, region := range map[string]image.Rectangle{
		"chin": image.Rect(150, 180, 250, 240), "edge": image.Rect(0, 0, 190, 160), "all": img.Rect,
	} {
		v := NewView(img, region, region.Size())
		frame := image.NewRGBA(image.Rectangle{Max: v.Size()})
		for range 2 { // the second time with the wide view that is kept
			v.Draw(frame, layer)
			for y := range region.Dy() {
				for x := range region.Dx() {
					a, b := frame.Pix[frame.PixOffset(x, y):][:4], want.Pix[want.PixOffset(region.Min.X+x, region.Min.Y+y):][:4]
					for k := range 4 {
						if d := int(a[k]) - int(b[k]); d*d > 4 {
							t.Fatalf("%s: (%d, %d) is %v, want %v", name, x, y, a, b)
						}
					}
				}
			}
		}
	}
	// Reduced by a half, the region is still where it was.
	region := image.Rect(101, 51, 301, 251)
	v := NewView(img, region, image.Pt(100, 100))
	frame, plain := image.NewRGBA(image.Rectangle{Max: v.Size()}), image.NewRGBA(image.Rectangle{Max: v.Size()})
	v.Draw(frame, layer)
	v.Draw(plain, Layer{Alignment: al, Change: flat(64, 30, -10, 5)})
	var sum float64
	for i, a := range plain.Pix {
		d := float64(a) - float64(frame.Pix[i])
		sum += d * d
	}
	if rms := math.Sqrt(sum / float64(len(plain.Pix))); rms == 0 || rms > 40 {
		t.Errorf("reduced: the bent view differs by %v levels from the plain one", rms)
	}
}
