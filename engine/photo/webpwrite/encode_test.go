package webpwrite

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"math"
	"testing"

	"golang.org/x/image/webp"
)

// shapes is a picture of smooth colours with an edge; with alpha, its lower half grows clear.
func shapes(w, h int, alpha bool) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{uint8(255 * x / w), uint8(255 * y / h), 90, 255}
			if (x/16+y/16)%2 == 0 {
				c.B = 200
			}
			if alpha && y >= h/2 {
				c.A = uint8(255 * (h - 1 - y) / h)
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

// decoded is what another decoder makes of a WebP.
func decoded(t *testing.T, data []byte) *image.NRGBA {
	t.Helper()
	img, err := webp.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewNRGBA(img.Bounds())
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			if own, ok := img.(*image.NRGBA); ok {
				out.SetNRGBA(x, y, own.NRGBAAt(x, y))
			} else {
				out.SetNRGBA(x, y, studio(img, x, y))
			}
		}
	}
	return out
}

// studio returns a colour of a decoded WebP with loss: the standard library takes its values for those of
// the full range.
func studio(img image.Image, x, y int) color.NRGBA {
	var c color.YCbCr
	a := uint8(255)
	switch own := img.(type) {
	case *image.YCbCr:
		c = own.YCbCrAt(x, y)
	case *image.NYCbCrA:
		c, a = own.YCbCrAt(x, y), own.NYCbCrAAt(x, y).A
	}
	l, u, v := 255.0/219*(float64(c.Y)-16), float64(c.Cb)-128, float64(c.Cr)-128
	clip := func(v float64) uint8 { return uint8(max(0, min(255, math.Round(v)))) }
	return color.NRGBA{clip(l + 1.596027*v), clip(l - .391762*u - .812968*v), clip(l + 2.017232*u), a}
}

// apart returns the mean distance of two pictures, where both are visible, and the greatest
// distance in alpha.
func apart(a, b *image.NRGBA) (colour float64, alpha int) {
	n := 0
	for i := 0; i < len(a.Pix); i += 4 {
		alpha = max(alpha, int(math.Abs(float64(a.Pix[i+3])-float64(b.Pix[i+3]))))
		if a.Pix[i+3] == 0 {
			continue
		}
		for c := range 3 {
			colour += math.Abs(float64(a.Pix[i+c]) - float64(b.Pix[i+c]))
			n++
		}
	}
	return colour / float64(n), alpha
}

func TestLossyIsTheSamePicture(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {2, 3}, {17, 31}, {256, 200}} {
		for _, alpha := range []bool{false, true} {
			img := shapes(size.X, size.Y, alpha)
			var out bytes.Buffer
			if err := Lossy(&out, img, 95, Metadata{}); err != nil {
				t.Fatal(err)
			}
			colour, opacity := apart(img, decoded(t, out.Bytes()))
			if size.X > 2 && !(colour < 6) || opacity != 0 { // small ones have one chroma for all
				t.Errorf("%v, alpha %v: %v levels off, alpha %d", size, alpha, colour, opacity)
			}
			if got := bytes.Contains(out.Bytes()[:60], []byte("ALPH")); got != alpha {
				t.Errorf("%v, alpha %v: the file has alpha: %v", size, alpha, got)
			}
		}
	}
}

// TestLosslessKeepsEveryColour: with every alpha but 0, where a colour cannot be seen.
func TestLosslessKeepsEveryColour(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 256, 255))
	for y := range 255 {
		for x := range 256 {
			img.SetNRGBA(x, y, color.NRGBA{uint8(x), uint8(255 - x), uint8(x * 7), uint8(255 - y)})
		}
	}
	for name, img := range map[string]*image.NRGBA{"all": img, "shapes": shapes(33, 17, false), "one pixel": shapes(1, 1, false), "a part": shapes(64, 64, true).SubImage(image.Rect(5, 7, 31, 29)).(*image.NRGBA)} {
		var out bytes.Buffer
		if err := Lossless(&out, img, Metadata{}); err != nil {
			t.Fatal(err)
		}
		got, wrong := decoded(t, out.Bytes()), 0
		for y := range img.Rect.Dy() {
			for x := range img.Rect.Dx() {
				if got.NRGBAAt(x, y) != img.NRGBAAt(img.Rect.Min.X+x, img.Rect.Min.Y+y) {
					wrong++
				}
			}
		}
		if wrong != 0 {
			t.Errorf("%s: %d of %d pixels differ", name, wrong, img.Rect.Dx()*img.Rect.Dy())
		}
	}
}

// TestClearPixelsKeepTheirColourToThemselves: the colour of what cannot be seen does not run into
// what can.
func TestClearPixelsKeepTheirColourToThemselves(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	for i, c := range []color.NRGBA{{200, 10, 10, 255}, {0, 0, 255, 0}, {200, 10, 10, 255}, {0, 255, 0, 0}} {
		img.SetNRGBA(i%2, i/2, c)
	}
	p := planes(img)
	// 128 + .439·200 − .368·10 − .071·10 and 128 − .148·200 − .291·10 + .439·10
	if p.Cr[0] != 211 || p.Cb[0] != 100 {
		t.Errorf("Cr %d, Cb %d, want 211 and 100", p.Cr[0], p.Cb[0])
	}
	if p.Y[0] != 73 || p.A[0] != 255 || p.A[1] != 0 { // 16 + .257·200 + .504·10 + .098·10
		t.Errorf("luma %d, alpha %d and %d, want 73, 255 and 0", p.Y[0], p.A[0], p.A[1])
	}
}

func TestRangeOfPlanes(t *testing.T) {
	for c, want := range map[color.NRGBA][3]uint8{
		{0, 0, 0, 255}: {16, 128, 128}, {255, 255, 255, 255}: {235, 128, 128},
		{255, 0, 0, 255}: {81, 90, 240}, {0, 0, 255, 255}: {41, 240, 110},
	} {
		img := image.NewNRGBA(image.Rect(0, 0, 1, 1))
		img.SetNRGBA(0, 0, c)
		if p := planes(img); [3]uint8{p.Y[0], p.Cb[0], p.Cr[0]} != want {
			t.Errorf("%v: %d, %d, %d, want %v", c, p.Y[0], p.Cb[0], p.Cr[0], want)
		}
	}
}

func TestSizesThatDoNotFit(t *testing.T) {
	for size, fits := range map[image.Point]bool{
		{16383, 1}: true, {16384, 1}: false, {1, 16383}: true, {1, 16384}: false,
	} {
		img := image.NewNRGBA(image.Rectangle{Max: size})
		for name, err := range map[string]error{
			"size": CheckSize(size), "lossy": Lossy(&bytes.Buffer{}, img, 50, Metadata{}), "lossless": Lossless(&bytes.Buffer{}, img, Metadata{}),
		} {
			if fits != (err == nil) || !fits && !errors.Is(err, ErrSize) {
				t.Errorf("%v, %s: %v", size, name, err)
			}
		}
	}
	if Lossy(&bytes.Buffer{}, image.NewNRGBA(image.Rectangle{}), 50, Metadata{}) == nil {
		t.Error("an empty picture was accepted")
	}
}

// TestEncodersAtOnce: both may run beside themselves.
func TestEncodersAtOnce(t *testing.T) {
	img := shapes(64, 64, true)
	want := [2]bytes.Buffer{}
	encode := func(out *[2]bytes.Buffer) error {
		return errors.Join(Lossy(&out[0], img, 80, Metadata{}), Lossless(&out[1], img, Metadata{}))
	}
	if err := encode(&want); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 4)
	for range 4 {
		go func() {
			got := [2]bytes.Buffer{}
			err := encode(&got)
			if err == nil && (!bytes.Equal(got[0].Bytes(), want[0].Bytes()) || !bytes.Equal(got[1].Bytes(), want[1].Bytes())) {
				err = errors.New("another file")
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkLossy12MP(b *testing.B) {
	img := shapes(4000, 3000, false)
	for b.Loop() {
		if err := Lossy(&bytes.Buffer{}, img, 92, Metadata{}); err != nil {
			b.Fatal(err)
		}
	}
}
