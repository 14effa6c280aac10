package face

import (
	"context"
	"image"
	"math"
	"slices"
	"testing"

	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/internal/race"
)

func TestClear(t *testing.T) {
	m := Matte{Side: 100, Alpha: slices.Repeat([]float32{1}, 100*100)}
	on := Alignment{Origin: geometry.Pt(50, 50), U: Point{X: 200}, V: Point{Y: 200}}
	m.Clear(on, Alignment{Origin: geometry.Pt(150, 0), U: Point{X: 80}, V: Point{Y: 80}})
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
		f.Points[i] = geometry.Pt(100+r*cos, 60+r*sin)
	}
	al := Alignment{Origin: geometry.Pt(50, 10), U: Point{X: 100}, V: Point{Y: 100}}
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

// What a square shows beyond the photo's edge is a mirror image, and no background.
func TestBeyond(t *testing.T) {
	out := Beyond(4, Alignment{Origin: geometry.Pt(-10, 0), U: Point{X: 40}, V: Point{Y: 40}}, image.Rect(0, 0, 100, 26))
	for i, v := range out.Alpha {
		want := float32(0)
		if i%4 == 0 || i/4 == 3 { // the first column lies to the left, the last row below
			want = 1
		}
		if v != want {
			t.Errorf("(%d, %d): %v, want %v", i%4, i/4, v, want)
		}
	}
}

// A beard is around the mouth, down to the jaw and a little below it.
func TestChin(t *testing.T) {
	var f Face
	for i, at := range map[int]Point{2: {X: 50, Y: 50}, 61: {X: 40, Y: 60}, 291: {X: 60, Y: 60}, 136: {X: 30, Y: 70}, 365: {X: 70, Y: 70}, 152: {X: 50, Y: 90}} {
		f.Points[i] = at
	}
	for _, i := range beard {
		if f.Points[i] == (Point{}) {
			f.Points[i] = geometry.Pt(50, 80)
		}
	}
	m := f.Chin(Alignment{U: Point{X: 100}, V: Point{Y: 100}}, 100)
	for at, want := range map[image.Point]float32{
		{X: 50, Y: 55}: 1, {X: 50, Y: 88}: 1, {X: 50, Y: 97}: 1, {X: 50, Y: 45}: 0, {X: 30, Y: 55}: 0, {X: 75, Y: 75}: 0,
	} {
		if got := m.Alpha[at.Y*100+at.X]; got != want {
			t.Errorf("%v: %v, want %v", at, got, want)
		}
	}
	if m := f.Chin(Alignment{}, 4); m.Side != 4 || m.Alpha[0] != 0 {
		t.Errorf("without a square: %+v", m)
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
	m := &Segmenter{segmentation{model: brightness{16}, output: "alpha", length: 16 * 16, side: 16}}
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

// kept is brightness with an output of its own, as a session has.
type kept struct {
	side int
	out  map[string][]float32
}

func (k *kept) Run(_ context.Context, in map[string][]float32) (map[string][]float32, error) {
	for i := range k.out["alpha"] {
		k.out["alpha"][i] = in["image"][3*i]
	}
	return k.out, nil
}

// A matte of an edited picture, which a moving slider needs every few frames,
// allocates nothing.
func TestMatteOfAPictureAllocatesNothing(t *testing.T) {
	model := &kept{side: 64, out: map[string][]float32{"alpha": make([]float32, 64*64)}}
	m := &Segmenter{segmentation{model: model, output: "alpha", length: 64 * 64, side: 64}}
	planar := make([]float32, 3*256*256)
	find := func() {
		if _, err := m.Picture(t.Context(), 256, planar); err != nil {
			t.Fatal(err)
		}
	}
	find()
	// The race detector lets pools forget what is given to them.
	if n := testing.AllocsPerRun(100, find); n > 6 || n > 0 && !race.Enabled {
		t.Errorf("%v allocations, want none", n)
	}
}
