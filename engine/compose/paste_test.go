package compose

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"testing"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/geometry"
)

// flat is a change by the same levels everywhere in the square.
func flat(side int, r, g, b float32) *Change {
	ch := &Change{Side: side, Pix: make([]float32, 3*side*side), Active: image.Rect(0, 0, side, side)}
	for i := 0; i < len(ch.Pix); i += 3 {
		ch.Pix[i], ch.Pix[i+1], ch.Pix[i+2] = r, g, b
	}
	return ch
}

// changed returns the pixels in which two pictures of one size differ.
func changed(a, b *image.NRGBA) (r image.Rectangle) {
	for y := a.Rect.Min.Y; y < a.Rect.Max.Y; y++ {
		for x := a.Rect.Min.X; x < a.Rect.Max.X; x++ {
			if a.NRGBAAt(x, y) != b.NRGBAAt(x, y) {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

func TestPasteNothing(t *testing.T) {
	img := portrait(300, 200)
	recon := noise(64, 1, 0, 1)
	c := NewComposer(randomCrop(64, 2), recon, Feather)
	al := tilted(150, 100, 120)
	for name, l := range map[string]Layer{
		"zero change": {Alignment: al, Change: c.Compose(recon)},
		"nil":         {Alignment: al, Change: nil},
		"no square":   {Alignment: face.Alignment{}, Change: flat(8, 9, 9, 9)},
		"flat square": {Alignment: face.Alignment{U: geometry.Pt(5, 5), V: geometry.Pt(5, 5)}, Change: flat(8, 9, 9, 9)},
		"NaN square":  {Alignment: face.Alignment{U: geometry.Point{X: math.NaN()}, V: geometry.Point{Y: 3}}, Change: flat(8, 9, 9, 9)},
		"elsewhere":   {Alignment: tilted(-900, 5000, 100), Change: flat(8, 9, 9, 9)},
	} {
		out := Clone(img)
		Paste(out, l)
		if !bytes.Equal(out.Pix, img.Pix) {
			t.Errorf("%s: bytes changed", name)
		}
	}
}

// TestPasteStaysInside: whatever the change, only pixels in the square's
// bounds differ, and with a feather they differ less and less towards them.
func TestPasteStaysInside(t *testing.T) {
	img := portrait(200, 150)
	for _, side := range []int{32, 256} { // magnified and reduced
		for _, at := range []face.Alignment{tilted(100, 75, 75), tilted(5, 145, 100), tilted(100, 75, 33.3)} {
			c := NewComposer(at.Crop(img, side), noise(side, 1, -0.5, 0.3), Feather)
			ch := c.Compose(noise(side, 2, 0.5, 0.3))
			out := Clone(img)
			Paste(out, Layer{Alignment: at, Change: ch})
			got := changed(img, out)
			if got.Empty() || !got.In(at.Bounds()) {
				t.Errorf("side %d: changed %v, square %v", side, got, at.Bounds())
			}
			inv, _ := at.Square(1).Inverse()
			for y := range 150 {
				for x := range 200 {
					p := inv.Apply(geometry.Pt(float64(x)+0.5, float64(y)+0.5))
					half := 0.71 / at.Side() // half a pixel's diagonal
					if !p.Within(geometry.R(-half, -half, 1+half, 1+half)) && out.NRGBAAt(x, y) != img.NRGBAAt(x, y) {
						t.Fatalf("side %d: pixel (%d, %d) outside the square changed", side, x, y)
					}
				}
			}
		}
	}
}

// TestPasteReachesEveryPixel compares a constant change with arithmetic, at
// several scales and with the whole picture as the square.
func TestPasteReachesEveryPixel(t *testing.T) {
	for _, side := range []int{2, 16, 100, 101, 300} {
		img := image.NewNRGBA(image.Rect(-3, 8, 97, 108))
		for i := range img.Pix {
			img.Pix[i] = []byte{100, 5, 250, 255}[i%4]
		}
		al := face.Whole(img.Rect.Size())
		al.Origin = geometry.Pt(-3, 8)
		Paste(img, Layer{Alignment: al, Change: flat(side, 10.4, -20, 20)})
		for i := 0; i < len(img.Pix); i += 4 {
			if !bytes.Equal(img.Pix[i:i+4], []byte{110, 0, 255, 255}) {
				t.Fatalf("side %d: pixel %d is %v", side, i/4, img.Pix[i:i+4])
			}
		}
	}
}

// TestPastePlacesChanges: a change that is linear in the square arrives at the
// right place in the photo, to a fraction of a level.
func TestPastePlacesChanges(t *testing.T) {
	for _, side := range []int{40, 200, 700} {
		img := image.NewNRGBA(image.Rect(0, 0, 300, 300))
		for i := range img.Pix {
			img.Pix[i] = []byte{0, 0, 0, 255}[i%4]
		}
		ch := flat(side, 0, 0, 0)
		for y := range side {
			for x := range side {
				ch.Pix[3*(y*side+x)] = 200 * (float32(x) + 0.5) / float32(side)
				ch.Pix[3*(y*side+x)+1] = 200 * (float32(y) + 0.5) / float32(side)
			}
		}
		al := tilted(150, 150, 180)
		Paste(img, Layer{Alignment: al, Change: ch})
		inv, _ := al.Square(1).Inverse()
		for y := range 300 {
			for x := range 300 {
				p := inv.Apply(geometry.Pt(float64(x)+0.5, float64(y)+0.5))
				if !p.Within(geometry.R(0.03, 0.03, 0.97, 0.97)) {
					continue
				}
				c := img.NRGBAAt(x, y)
				if math.Abs(float64(c.R)-200*p.X) > 0.8 || math.Abs(float64(c.G)-200*p.Y) > 0.8 {
					t.Fatalf("side %d: pixel (%d, %d) is %v, want %.2f, %.2f", side, x, y, c, 200*p.X, 200*p.Y)
				}
			}
		}
	}
}

func TestPasteKeepsAlpha(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 3, 1))
	copy(img.Pix, []byte{10, 20, 30, 0, 10, 20, 30, 128, 10, 20, 30, 255})
	Paste(img, Layer{Alignment: face.Whole(image.Pt(3, 1)), Change: flat(4, 50, 50, 50)})
	if want := []byte{10, 20, 30, 0, 60, 70, 80, 128, 60, 70, 80, 255}; !bytes.Equal(img.Pix, want) {
		t.Errorf("got %v, want %v", img.Pix, want)
	}
}

func TestView(t *testing.T) {
	img := portrait(800, 600)
	v := NewView(img, img.Rect, image.Pt(400, 400))
	if v.Size() != image.Pt(400, 300) {
		t.Fatalf("size %v", v.Size())
	}
	dst := image.NewRGBA(image.Rectangle{Max: v.Size()})
	v.Draw(dst)
	plain := bytes.Clone(dst.Pix)

	// The view of the pasted photo is the paste on the view.
	al := tilted(400, 300, 400)
	recon, edited := noise(128, 1, -0.3, 0), noise(128, 2, 0.2, 0)
	ch := NewComposer(al.Crop(img, 128), recon, Feather).Compose(edited)
	v.Draw(dst, Layer{Alignment: al, Change: ch})
	out := Clone(img)
	Paste(out, Layer{Alignment: al, Change: ch})
	want := image.NewRGBA(dst.Rect)
	NewView(out, out.Rect, image.Pt(400, 400)).Draw(want)
	worst := 0
	for i := range want.Pix {
		worst = max(worst, int(math.Abs(float64(want.Pix[i])-float64(dst.Pix[i]))))
	}
	if worst > 4 {
		t.Errorf("view and photo differ by up to %d levels", worst)
	}
	if bytes.Equal(plain, dst.Pix) {
		t.Error("nothing was drawn")
	}

	// Drawing without layers restores every byte, whatever was there.
	v.Draw(dst)
	if !bytes.Equal(plain, dst.Pix) {
		t.Error("the photo was not restored")
	}
	v.Draw(dst, Layer{Alignment: al, Change: NewComposer(nil, recon, 0).Compose(recon)})
	if !bytes.Equal(plain, dst.Pix) {
		t.Error("a zero change changed bytes")
	}
}

func TestViewWithAlphaStaysPremultiplied(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 100, 100))
	for i := 0; i < len(img.Pix); i += 4 {
		copy(img.Pix[i:], []byte{200, 100, 50, byte(i / 160)})
	}
	v := NewView(img, img.Rect, image.Pt(50, 50))
	dst := image.NewRGBA(image.Rectangle{Max: v.Size()})
	v.Draw(dst, Layer{Alignment: face.Whole(image.Pt(100, 100)), Change: flat(16, 250, 250, 250)})
	for i := 0; i < len(dst.Pix); i += 4 {
		p := dst.Pix[i : i+4]
		if p[0] > p[3] || p[1] > p[3] || p[2] > p[3] {
			t.Fatalf("pixel %d is %v", i/4, p)
		}
	}
}

func TestPicture(t *testing.T) {
	img := Picture(2, []float32{-1, 1, 0, 9, -9, 0.5, 1, -1, 0, 0, 0, 0})
	want := []byte{0, 0, 128, 255, 255, 191, 128, 255, 128, 255, 128, 255, 255, 0, 128, 255}
	if !bytes.Equal(img.Pix, want) {
		t.Errorf("got %v, want %v", img.Pix, want)
	}
	back := Planar(nil, &image.RGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect})
	if got := Picture(2, back); !bytes.Equal(got.Pix, want) {
		t.Errorf("round trip gives %v", got.Pix)
	}
}

func ExampleAlignment() {
	al := face.Whole(image.Pt(640, 640))
	fmt.Println(al.Side(), al.Bounds())
	// Output: 640 (0,0)-(640,640)
}
