package face

import (
	"context"
	"image"
	"math"
	"testing"
)

// TestOnlyThePersonChanges: a change of the whole square shows in full where a
// matte has the person, and is exactly nothing away from it.
func TestOnlyThePersonChanges(t *testing.T) {
	for _, side := range []int{64, 256, 512} {
		g0, g1 := noise(side, 1, -0.3, 0.05), noise(side, 2, 0.4, 0.05)
		c := NewComposer(nil, g0, 0)
		free := append([]float32(nil), c.Compose(g1).Pix...)
		ch := c.Compose(g1, columns(256, 0.75, 1), columns(128, 0.5, 1))
		for y := range side {
			for x := range side {
				got, want := ch.Pix[3*(y*side+x)], free[3*(y*side+x)]
				switch at := float64(x) / float64(side); {
				case at < 0.42 && got != 0:
					t.Fatalf("side %d: (%d, %d) changes by %v outside of the person", side, x, y, got)
				case at > 0.56 && got != want:
					t.Fatalf("side %d: (%d, %d) changes by %v, want %v", side, x, y, got, want)
				}
			}
		}
		if ch.Active.Min.X < 2*side/5 {
			t.Errorf("side %d: active %v", side, ch.Active)
		}
		if again := c.Compose(g1); again.Pix[3] != free[3] {
			t.Errorf("side %d: without mattes %v, want %v", side, again.Pix[3], free[3])
		}
	}
}

func TestClear(t *testing.T) {
	m := columns(100, 0, 1)
	on := Alignment{Origin: Point{50, 50}, U: Point{X: 200}, V: Point{Y: 200}}
	m.Clear(on, Alignment{Origin: Point{150, 0}, U: Point{X: 80}, V: Point{Y: 80}})
	for i, v := range m.Alpha {
		x, y := 50+2*(float64(i%100)+0.5), 50+2*(float64(i/100)+0.5)
		if in := x > 150 && x < 230 && y < 80; (v == 0) != in {
			t.Fatalf("%v at (%v, %v)", v, x, y)
		}
	}
	m.Clear(on, Alignment{}) // nowhere
	if m.Alpha[0] != 1 {
		t.Error("a square of no size clears something")
	}
}

func TestOutline(t *testing.T) {
	var f Face
	for i := range f.Points {
		sin, cos := math.Sincos(float64(i))
		r := 20 * float64(i%5) / 4 // a disc
		f.Points[i] = Point{100 + r*cos, 60 + r*sin}
	}
	al := Alignment{Origin: Point{50, 10}, U: Point{X: 100}, V: Point{Y: 100}}
	m := f.Outline(al, 50)
	var sum float64
	for i, v := range m.Alpha {
		sum += float64(v)
		if d := math.Hypot(float64(i%50)+0.5-25, float64(i/50)+0.5-25); (v == 1) != (d < 10) && math.Abs(d-10) > 0.7 {
			t.Fatalf("%v at %.1f from the centre", v, d)
		}
	}
	if math.Abs(sum-math.Pi*100) > 15 {
		t.Errorf("an area of %.0f, want that of the disc", sum)
	}
}

// brightness is a stand-in for the model: red is the person.
type brightness struct{ side int }

func (b brightness) Run(_ context.Context, in map[string][]float32) (map[string][]float32, error) {
	out := make([]float32, b.side*b.side)
	for i := range out {
		out[i] = in["image"][3*i]
	}
	return map[string][]float32{"alpha": out}, nil
}

// TestMatteOfPictures: a generator's picture of any side is shown to the model
// at the model's own, in [0, 1].
func TestMatteOfPictures(t *testing.T) {
	m := &Matter{model: brightness{16}, side: 16}
	for _, side := range []int{8, 16, 24, 64} {
		planar := make([]float32, 3*side*side)
		for i := range side * side {
			planar[i] = 2*float32(i%side)/float32(side) - 1
		}
		got, err := m.Picture(t.Context(), side, planar)
		if err != nil || got.Side != 16 {
			t.Fatal(got.Side, err)
		}
		for i, v := range got.Alpha {
			if want := float64(i%16) / 16; math.Abs(float64(v)-want) > 1/float64(min(side, 16)) {
				t.Fatalf("side %d: %v in column %d, want about %v", side, v, i%16, want)
			}
		}
	}
	if _, err := m.Photo(t.Context(), image.NewRGBA(image.Rect(0, 0, 8, 8))); err == nil {
		t.Error("a picture of the wrong side passes")
	}
	m.model = brightness{8}
	if _, err := m.Photo(t.Context(), image.NewRGBA(image.Rect(0, 0, 16, 16))); err == nil {
		t.Error("a malformed matte passes")
	}
}
