package planar

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

func noise(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(5, 7, 5+w, 7+h))
	rng := rand.New(rand.NewPCG(uint64(w), uint64(h)))
	for i := range img.Pix {
		img.Pix[i] = uint8(rng.IntN(256))
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

// area is a plain version of the box filter: the mean over the covered area.
func area(img *image.RGBA, c, x, y, w, h int) float64 {
	b := img.Bounds()
	sx, sy := float64(b.Dx())/float64(w), float64(b.Dy())/float64(h)
	var sum, total float64
	for j := range b.Dy() {
		for i := range b.Dx() {
			ox := math.Min(float64(x+1)*sx, float64(i+1)) - math.Max(float64(x)*sx, float64(i))
			oy := math.Min(float64(y+1)*sy, float64(j+1)) - math.Max(float64(y)*sy, float64(j))
			if ox > 0 && oy > 0 {
				sum += ox * oy * float64(img.Pix[img.PixOffset(b.Min.X+i, b.Min.Y+j)+c])
				total += ox * oy
			}
		}
	}
	return sum/total/127.5 - 1
}

func TestFromAveragesAreas(t *testing.T) {
	for _, c := range []struct{ sw, sh, w, h int }{{8, 8, 8, 8}, {8, 8, 4, 2}, {7, 9, 3, 4}, {10, 33, 7, 1}, {9, 65, 3, 64}} {
		img := noise(c.sw, c.sh)
		got := make([]float32, 3*c.w*c.h)
		if err := From(got, img, c.w, c.h, Signed); err != nil {
			t.Fatal(err)
		}
		for ch := range 3 {
			for y := range c.h {
				for x := range c.w {
					want := area(img, ch, x, y, c.w, c.h)
					if d := float64(got[(ch*c.h+y)*c.w+x]) - want; !(math.Abs(d) < 1e-5) {
						t.Fatalf("%v: channel %d at %d,%d: want %v, off by %v", c, ch, x, y, want, d)
					}
				}
			}
		}
	}
}

func TestFromGrows(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 2, 1))
	copy(img.Pix, []uint8{0, 0, 0, 255, 255, 255, 255, 255})
	got := make([]float32, 3*4)
	if err := From(got, img, 4, 1, Signed); err != nil {
		t.Fatal(err)
	}
	for i, want := range []float32{-1, -0.5, 0.5, 1} {
		if !(math.Abs(float64(got[i]-want)) < 1e-6) {
			t.Errorf("want -1 -0.5 0.5 1, got %v", got[:4])
		}
	}
}

func TestFromNorm(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 1, 1))
	copy(img.Pix, []uint8{255, 51, 0, 255})
	got := make([]float32, 3)
	if err := From(got, img, 1, 1, Norm{Mean: [3]float32{0.5, 0.2, 1}, Std: [3]float32{0.25, 1, 2}}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []float32{2, 0, -0.5} {
		if !(math.Abs(float64(got[i]-want)) < 1e-6) {
			t.Errorf("channel %d: want %v, got %v", i, want, got[i])
		}
	}
}

func TestErrors(t *testing.T) {
	if err := From(make([]float32, 3), image.NewRGBA(image.Rectangle{}), 1, 1, Signed); err == nil {
		t.Error("an empty picture: want an error")
	}
	if err := From(make([]float32, 2), noise(2, 2), 1, 1, Signed); err == nil {
		t.Error("too little room: want an error")
	}
	if err := To(noise(2, 2), make([]float32, 11)); err == nil {
		t.Error("too few values: want an error")
	}
	for _, s := range [][]int64{{1, 3, 4}, {2, 3, 4, 4}, {1, 4, 4, 4}, {1, 3, -1, 4}} {
		if _, _, err := Shape(s); err == nil {
			t.Errorf("shape %v: want an error", s)
		}
	}
	if w, h, err := Shape([]int64{1, 3, 4, 5}); w != 5 || h != 4 || err != nil {
		t.Errorf("want 5×4, got %d×%d, %v", w, h, err)
	}
}

// An image that is converted to planes and back is the same to the last bit.
func TestRoundTrip(t *testing.T) {
	img := noise(65, 67)
	pix := make([]float32, 3*65*67)
	if err := From(pix, img, 65, 67, Signed); err != nil {
		t.Fatal(err)
	}
	back := image.NewRGBA(img.Rect)
	if err := To(back, pix); err != nil {
		t.Fatal(err)
	}
	for i := range img.Pix {
		if img.Pix[i] != back.Pix[i] {
			t.Fatalf("byte %d: want %d, got %d", i, img.Pix[i], back.Pix[i])
		}
	}
}

func BenchmarkFrom(b *testing.B) {
	img, dst := noise(1024, 1024), make([]float32, 3*256*256)
	for b.Loop() {
		if err := From(dst, img, 256, 256, Signed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTo(b *testing.B) {
	img, pix := image.NewRGBA(image.Rect(0, 0, 1024, 1024)), make([]float32, 3*1024*1024)
	for b.Loop() {
		if err := To(img, pix); err != nil {
			b.Fatal(err)
		}
	}
}

// The official inference enlarges the 256² face seven times by repetition and reduces
// it to CLIP's 224² by means of 8 × 8 values. That is an average over areas, as in
// From.
func TestFromPoolsAsTheOfficialInference(t *testing.T) {
	const from, times, pool, side = 256, 7, 8, 224
	img := noise(from, from)
	got := make([]float32, 3*side*side)
	if err := From(got, img, side, side, Norm{Std: [3]float32{1, 1, 1}}); err != nil {
		t.Fatal(err)
	}
	for c := range 3 {
		for y := range side {
			for x := range side {
				sum := 0.0
				for j := range pool {
					for i := range pool {
						sum += float64(img.Pix[img.PixOffset(5+(pool*x+i)/times, 7+(pool*y+j)/times)+c])
					}
				}
				want := sum / (pool * pool * 255)
				if v := float64(got[(c*side+y)*side+x]); !(math.Abs(v-want) < 1e-6) {
					t.Fatalf("channel %d at %d, %d: want %v, got %v", c, x, y, want, v)
				}
			}
		}
	}
}
