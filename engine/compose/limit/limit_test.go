package limit

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"deltaedit/engine/compose"
	"deltaedit/engine/face"
	"deltaedit/engine/mask"
	"deltaedit/engine/warp"
)

const side = 64

// flat is a change by one value where it is active, with a continuation of the same value.
func flat(v float32, active image.Rectangle) *compose.Change {
	paint := func(active image.Rectangle) *compose.Change {
		ch := &compose.Change{Side: side, Pix: make([]float32, 3*side*side), Active: active}
		for y := active.Min.Y; y < active.Max.Y; y++ {
			for x := active.Min.X; x < active.Max.X; x++ {
				for k := range 3 {
					ch.Pix[3*(y*side+x)+k] = v
				}
			}
		}
		return ch
	}
	ch := paint(active)
	ch.Around = paint(image.Rect(0, 0, side, side))
	return ch
}

// painted is the coverage of a hard brush of radius 0.2 at a place.
func painted(x, y float64) *mask.Coverage {
	return new(mask.Raster).Draw(mask.Mask{}.Begin(mask.Brush{Radius: 0.2}, false, mask.Point{X: x, Y: y}), mask.Maps{})
}

func at(ch *compose.Change, x, y float64) float32 {
	return ch.Pix[3*(int(y*side)*side+int(x*side))]
}

func TestMasksLimitChanges(t *testing.T) {
	whole := image.Rect(0, 0, side, side)
	var b Blend
	check := func(when string, x, y float64, want float32) {
		t.Helper()
		ch := b.Change()
		if got := at(ch, x, y); got != want {
			t.Errorf("%s: %v at (%v, %v), want %v", when, got, x, y, want)
		}
		for i, v := range ch.Pix {
			if p := image.Pt(i/3%side, i/3/side); v != 0 && !p.In(ch.Active) {
				t.Fatalf("%s: %v at %v, outside of %v", when, v, p, ch.Active)
			}
		}
	}
	left, right := painted(0.25, 0.5), painted(0.75, 0.5)
	for range 2 { // the second time in the memory of the first
		b.Begin(nil)
		b.Add(flat(10, whole), nil, left)
		b.Add(flat(20, image.Rect(32, 0, side, side)), nil, right)
		check("two masks", 0.25, 0.5, 10)
		check("two masks", 0.75, 0.5, 20)
		check("two masks", 0.5, 0.05, 0)
		if b.Change().Around == nil {
			t.Error("the change does not go on around the square")
		}

		under := flat(5, whole)
		b.Begin(under)
		b.Add(flat(12, whole), under, left)
		check("over another change", 0.25, 0.5, 12)
		check("over another change", 0.75, 0.5, 5)
		b.Add(flat(9, whole), under, left)
		check("twice over it", 0.25, 0.5, 16)

		b.Begin(nil)
		b.Add(flat(30, image.Rect(40, 20, 50, 40)), nil, right)
		check("a small one", 0.7, 0.5, 30)
		check("a small one", 0.25, 0.5, 0)

		b.Begin(nil)
		if ch := b.Change(); !ch.Active.Empty() || ch.Around != nil {
			t.Errorf("nothing is a change of %v", ch.Active)
		}
	}
}

// The continuation of hair is limited at the same places of the photo.
func TestMasksLimitWhatGoesOnAround(t *testing.T) {
	var b Blend
	b.Begin(nil)
	b.Add(flat(10, image.Rect(0, 0, side, side)), nil, painted(-0.1, 0.5))
	around := b.Change().Around
	if in, out := at(around, 0.1, 0.5), at(around, 0.5, 0.5); in != 10 || out != 0 {
		t.Errorf("%v where the mask is and %v elsewhere, want 10 and 0", in, out)
	}
	// So is the ground that shows there.
	ground := flat(0, image.Rectangle{})
	ground.Around, ground.Ground = nil, flat(10, image.Rect(0, 0, side, side))
	b.Begin(nil)
	b.Add(ground, nil, painted(-0.1, 0.5))
	if ch := b.Change(); ch.Around != nil || ch.Ground == nil || at(ch.Ground, 0.1, 0.5) != 10 || at(ch.Ground, 0.5, 0.5) != 0 {
		t.Errorf("the ground around the square is %+v", ch.Ground)
	}
	b.Begin(ground)
	if ch := b.Change(); ch.Ground == nil || at(ch.Ground, 0.5, 0.5) != 10 {
		t.Error("the ground without a mask is lost")
	}
	plain := flat(10, image.Rect(0, 0, side, side))
	plain.Around = nil
	b.Begin(plain)
	b.Add(plain, plain, painted(0.5, 0.5))
	if b.Change().Around != nil {
		t.Error("a change around the square came from nowhere")
	}
}

// Whatever came before, a result is the sum that the doc comment promises.
func TestBlendsOfChance(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	rect := func() image.Rectangle {
		return image.Rect(rnd.IntN(side), rnd.IntN(side), rnd.IntN(side)+1, rnd.IntN(side)+1)
	}
	var b Blend
	for range 200 {
		var under *compose.Change
		if rnd.IntN(2) == 0 {
			under = flat(rnd.Float32()*100, rect())
		}
		b.Begin(under)
		want := make([]float64, side*side)
		for i := range want {
			if under != nil {
				want[i] = float64(under.Pix[3*i])
			}
		}
		for range rnd.IntN(4) {
			d, m := flat(rnd.Float32()*100, rect()), painted(rnd.Float64(), rnd.Float64())
			b.Add(d, under, m)
			var w [1]float32
			for i := range want {
				m.Sample(w[:], mask.Point{X: (float64(i%side) + 0.5) / side, Y: (float64(i/side) + 0.5) / side}, mask.Point{})
				v := float64(d.Pix[3*i])
				if under != nil {
					v -= float64(under.Pix[3*i])
				}
				want[i] += float64(w[0]) * v
			}
		}
		ch := b.Change()
		for i, v := range want {
			var got float32
			if p := image.Pt(i%side, i/side); p.In(ch.Active) {
				got = ch.Pix[3*i]
			}
			if !(math.Abs(float64(got)-v) < 1e-3) {
				t.Fatalf("pixel %d is %v, want %v", i, got, v)
			}
		}
	}
}

// BenchmarkBlend measures one mask at full size.
func BenchmarkBlend(b *testing.B) {
	const full = 1024
	d := &compose.Change{Side: full, Pix: make([]float32, 3*full*full), Active: image.Rect(0, 0, full, full)}
	var bl Blend
	m := painted(0.5, 0.5)
	b.ReportAllocs()
	for b.Loop() {
		bl.Begin(d)
		bl.Add(d, d, m)
	}
}

// A mask limits how a change bends the picture, too.
func TestMasksLimitWarps(t *testing.T) {
	ring := func(radius float64) (points []face.Point) {
		for i := range 36 {
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / 36)
			points = append(points, face.Point{X: 0.5 + radius*cos, Y: 0.5 + radius*sin})
		}
		return points
	}
	bent := flat(10, image.Rect(0, 0, side, side))
	bent.Warp = warp.NewAnchor(ring(0.3), func(face.Point) float64 { return 1 }).Field(ring(0.26))
	var b Blend
	b.Begin(bent)
	if b.Change().Warp != bent.Warp {
		t.Error("what bends everywhere is not kept")
	}
	b.Add(flat(12, image.Rect(0, 0, side, side)), bent, painted(0.75, 0.5))
	if got := b.Change().Warp.Most(); got == 0 || b.Change().Warp == bent.Warp {
		t.Errorf("an edit that does not bend, with a mask: bends by %v", got)
	}
	b.Begin(nil)
	b.Add(bent, nil, new(mask.Raster).Draw(mask.Mask{}, mask.Maps{}))
	if got := b.Change().Warp.Most(); math.Abs(got-bent.Warp.Most()) > 1e-3 {
		t.Errorf("a mask of everything: bends by %v, want %v", got, bent.Warp.Most())
	}
	b.Begin(nil)
	if b.Change().Warp != nil {
		t.Error("a new result bends")
	}
}
