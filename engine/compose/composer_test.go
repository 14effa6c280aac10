package compose

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

func randomCrop(side int, seed uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 9))
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range img.Pix {
		img.Pix[i] = byte(r.IntN(256))
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

var sides = []int{1, 2, 7, 64, 127, 128, 129, 300}

func TestNoChangeIsExactlyNone(t *testing.T) {
	for _, side := range sides {
		recon := noise(side, 3, 0, 1.3)
		c := NewComposer(randomCrop(side, 4), recon, Feather)
		c.Compose(noise(side, 5, 0, 1)) // leave something in the buffers
		ch := c.Compose(recon)
		if !ch.Active.Empty() {
			t.Errorf("side %d: active %v", side, ch.Active)
		}
		for i, v := range ch.Pix {
			if v != 0 {
				t.Fatalf("side %d: value %d is %v", side, i, v)
			}
		}
	}
}

// TestInvisibleChangeIsNone: differences that stay below the dead zone leave
// the photo alone.
func TestInvisibleChangeIsNone(t *testing.T) {
	recon := noise(256, 3, 0, 0.5)
	edited := make([]float32, len(recon))
	for i, v := range recon {
		edited[i] = v + 1.4/127.5
	}
	if ch := NewComposer(nil, recon, 0).Compose(edited); !ch.Active.Empty() {
		t.Errorf("1.4 levels: active %v", ch.Active)
	}
	for i, v := range recon {
		edited[i] = v + 6/127.5
	}
	ch := NewComposer(nil, recon, 0).Compose(edited)
	for i, v := range ch.Pix {
		if math.Abs(float64(v)-6) > 0.01 {
			t.Fatalf("6 levels: value %d is %v", i, v)
		}
	}
}

// TestRandomFaceBecomesTheEditedOne: without a photo the change leads all the
// way to the generator's picture.
func TestRandomFaceBecomesTheEditedOne(t *testing.T) {
	for _, side := range sides {
		recon, edited := noise(side, 1, -0.3, 0.4), noise(side, 2, 0.4, 0.9)
		ch := NewComposer(nil, recon, 0).Compose(edited)
		n := side * side
		for i := range n {
			for k := range 3 {
				got, want := float64(level(recon[k*n+i])+ch.Pix[3*i+k]), float64(level(edited[k*n+i]))
				if !(math.Abs(got-want) < 1e-3) {
					t.Fatalf("side %d: pixel %d colour %d is %v, want %v", side, i, k, got, want)
				}
			}
		}
	}
}

// TestResidual checks the stated formula on a photo that differs from its
// reconstruction by fine detail and by a wide tint.
func TestResidual(t *testing.T) {
	const side = 256
	n := side * side
	recon := make([]float32, 3*n) // mid grey
	photo := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range n {
		detail := 40 * (2*((i+i/side)&1) - 1)
		for k := range 3 {
			photo.Pix[4*i+k] = byte(127 + 20 + detail)
		}
		photo.Pix[4*i+3] = 255
	}
	// The picture's left half is edited strongly, its right half not at all.
	edited := make([]float32, 3*n)
	for i := range edited {
		if i%side < side/2 {
			edited[i] = -0.8
		}
	}
	ch := NewComposer(photo, recon, 0).Compose(edited)
	for _, q := range []struct {
		x    int
		want float64 // of the new picture
		name string
	}{
		{60, 127.5*0.2 + 20, "edited: the generator's picture with the photo's tint, without its detail"},
		{61, 127.5*0.2 + 20, "edited, the neighbour"},
		{200, 127 + 20 + 40*float64(2*((200+100)&1)-1), "untouched: the photo"},
	} {
		i := 100*side + q.x
		got := float64(photo.Pix[4*i]) + float64(ch.Pix[3*i])
		if math.Abs(got-q.want) > 1.5 {
			t.Errorf("%s: %v, want %v", q.name, got, q.want)
		}
		if q.x == 200 && ch.Pix[3*i] != 0 {
			t.Errorf("untouched half changed by %v", ch.Pix[3*i])
		}
	}
}

// TestDetailFadesMonotonically: the stronger the edit, the less of the photo's
// detail stays.
func TestDetailFadesMonotonically(t *testing.T) {
	const side = 128
	n := side * side
	recon := make([]float32, 3*n)
	photo := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range n {
		v := byte(127 + 30*(2*((i+i/side)&1)-1))
		copy(photo.Pix[4*i:], []byte{v, v, v, 255})
	}
	c := NewComposer(photo, recon, 0)
	edited := make([]float32, 3*n)
	left := math.Inf(1)
	for strength := float32(0); strength <= 0.6; strength += 0.02 {
		for i := range edited {
			edited[i] = strength
		}
		ch := c.Compose(edited)
		i := 64*side + 64
		at := func(i int) float64 { return float64(photo.Pix[4*i]) + float64(ch.Pix[3*i]) }
		amplitude := math.Abs(at(i) - at(i+1))
		if amplitude > left+1e-3 {
			t.Fatalf("strength %v: detail grew from %v to %v", strength, left, amplitude)
		}
		left = amplitude
	}
	if left > 1 {
		t.Errorf("a strong edit leaves %v levels of the photo's detail", left)
	}
}

func TestFade(t *testing.T) {
	for _, side := range []int{1, 2, 10, 256, 1024} {
		p := fade(side, Feather)
		if p[0] != 0 || p[side-1] != 0 {
			t.Errorf("side %d: ends %v, %v", side, p[0], p[side-1])
		}
		for i := 1; i <= (side-1)/2; i++ {
			if p[i] < p[i-1] || p[i] != p[side-1-i] {
				t.Fatalf("side %d: not a symmetric rise at %d", side, i)
			}
		}
		if side >= 10 && p[side/2] != 1 {
			t.Errorf("side %d: middle %v", side, p[side/2])
		}
	}
}

func TestComposeWithBrokenPicture(t *testing.T) {
	nan := float32(math.NaN())
	recon, edited := noise(64, 1, 0, 0.5), noise(64, 2, 0, 0.5)
	for i := range edited {
		switch i % 3 {
		case 0:
			edited[i] = nan
		case 1:
			edited[i] = float32(math.Inf(1 - 2*(i%2)))
		}
	}
	ch := NewComposer(randomCrop(64, 1), recon, Feather).Compose(edited)
	for i, v := range ch.Pix {
		if !(v >= -600 && v <= 600) {
			t.Fatalf("value %d is %v", i, v)
		}
	}
}

func TestComposerRefusesWrongSizes(t *testing.T) {
	for name, f := range map[string]func(){
		"not square":      func() { NewComposer(nil, make([]float32, 3*5), 0) },
		"empty":           func() { NewComposer(nil, nil, 0) },
		"other side":      func() { NewComposer(randomCrop(5, 1), make([]float32, 3*16), 0) },
		"other edit side": func() { NewComposer(nil, make([]float32, 3*16), 0).Compose(make([]float32, 3*25)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			f()
		}()
	}
}
