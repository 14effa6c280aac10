package compose

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/internal/race"
)

// portrait is a photo of the given size with smooth content.
func portrait(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			p := img.Pix[y*img.Stride+4*x:]
			p[0], p[1], p[2], p[3] = byte(x*255/w), byte(y*255/h), byte((x+y)*255/(w+h)), 255
		}
	}
	return img
}

// noise is a planar picture of random values around base.
func noise(side int, seed uint64, base, spread float32) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]float32, 3*side*side)
	for i := range out {
		out[i] = base + spread*(2*r.Float32()-1)
	}
	return out
}

// tilted is an alignment of the given side in photo pixels, turned by about
// 10°, around (cx, cy).
func tilted(cx, cy, side float64) face.Alignment {
	sin, cos := math.Sincos(0.17)
	u := geometry.Point{X: cos, Y: sin}.Mul(side / 2)
	v := u.Rot90()
	return face.Alignment{Origin: geometry.Point{X: cx, Y: cy}.Sub(u).Sub(v), U: u.Mul(2), V: v.Mul(2)}
}

// BenchmarkPreviewFrame is what each position of the slider costs besides the
// generator: compose at 256² and draw on a 1100×700 view. Target: 3 ms.
func BenchmarkPreviewFrame(b *testing.B) {
	img, al := portrait(4000, 3000), tilted(2000, 1500, 2000)
	g0, g1 := noise(256, 1, 0, 0.2), noise(256, 2, 0.3, 0.2)
	c := NewComposer(al.Crop(img, 256), g0, Feather)
	v := NewView(img, img.Rect, image.Pt(1100, 700))
	dst := image.NewRGBA(image.Rectangle{Max: v.Size()})
	b.Run("compose", func(b *testing.B) {
		for b.Loop() {
			c.Compose(g1)
		}
	})
	ch := c.Compose(g1)
	b.Run("draw", func(b *testing.B) {
		for b.Loop() {
			v.Draw(dst, Layer{Alignment: al, Change: ch})
		}
	})
	b.Run("both", func(b *testing.B) {
		for b.Loop() {
			v.Draw(dst, Layer{Alignment: al, Change: c.Compose(g1)})
		}
	})
}

// What a position of the slider costs besides the generator allocates nothing.
func TestPreviewFrameAllocatesNothing(t *testing.T) {
	img, al := portrait(800, 600), tilted(400, 300, 400)
	g0, g1 := noise(256, 1, 0, 0.2), noise(256, 2, 0.3, 0.2)
	c := NewComposer(al.Crop(img, 256), g0, Feather)
	v := NewView(img, img.Rect, image.Pt(400, 300))
	dst := image.NewRGBA(image.Rectangle{Max: v.Size()})
	whole := face.Matte{Side: 64, Alpha: make([]float32, 64*64)}
	for i := range whole.Alpha {
		whole.Alpha[i] = 1
	}
	layers, mattes := make([]Layer, 1), []face.Matte{whole, {Side: 64, Alpha: make([]float32, 64*64)}}
	frame := func() {
		layers[0] = Layer{Alignment: al, Change: c.Compose(g1, mattes...)}
		v.Draw(dst, layers...)
	}
	frame()
	if layers[0].Change.Active.Empty() {
		t.Fatal("nothing changes")
	}
	// The race detector lets pools forget what is given to them.
	if n := testing.AllocsPerRun(100, frame); n > 6 || n > 0 && !race.Enabled {
		t.Errorf("%v allocations a frame, want none", n)
	}
}

// BenchmarkFinal is composing at 1024² and pasting into 12 megapixels. Target:
// 250 ms.
func BenchmarkFinal(b *testing.B) {
	img, al := portrait(4000, 3000), tilted(2000, 1500, 2000)
	g0, g1 := noise(1024, 1, 0, 0.2), noise(1024, 2, 0.3, 0.2)
	c := NewComposer(al.Crop(img, 1024), g0, Feather)
	v := NewView(img, img.Rect, image.Pt(1100, 700))
	dst := image.NewRGBA(image.Rectangle{Max: v.Size()})
	b.Run("new composer", func(b *testing.B) {
		a := al.Crop(img, 1024)
		for b.Loop() {
			NewComposer(a, g0, Feather)
		}
	})
	b.Run("compose", func(b *testing.B) {
		for b.Loop() {
			c.Compose(g1)
		}
	})
	ch := c.Compose(g1)
	b.Run("paste 12MP", func(b *testing.B) {
		out := Clone(img)
		for b.Loop() {
			Paste(out, Layer{Alignment: al, Change: ch})
		}
	})
	b.Run("clone 12MP", func(b *testing.B) {
		for b.Loop() {
			Clone(img)
		}
	})
	b.Run("draw on view", func(b *testing.B) {
		for b.Loop() {
			v.Draw(dst, Layer{Alignment: al, Change: ch})
		}
	})
	b.Run("new view 12MP", func(b *testing.B) {
		for b.Loop() {
			NewView(img, img.Rect, image.Pt(1100, 700))
		}
	})
}
