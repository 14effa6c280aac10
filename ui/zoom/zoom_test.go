package zoom

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

func open(picture, area image.Point) *View {
	v := &View{}
	v.SetPicture(picture)
	v.SetArea(area, 16, 1.5)
	return v
}

func TestFit(t *testing.T) {
	for _, tc := range []struct {
		picture, area image.Point
		scale         float64
		shown         image.Rectangle
	}{
		{image.Pt(4000, 3000), image.Pt(1032, 832), 0.25, image.Rect(16, 41, 1016, 791)},
		{image.Pt(100, 100), image.Pt(1032, 832), 1.5, image.Rect(441, 341, 591, 491)}, // enlarged within limits
		{image.Pt(500, 100), image.Pt(500, 300), 468.0 / 500, image.Rect(16, 103, 484, 197)},
	} {
		v := open(tc.picture, tc.area)
		if got := v.Scale(); !(math.Abs(got-tc.scale) < 1e-9) || !v.Fits() {
			t.Errorf("%v in %v: scale %v, want %v", tc.picture, tc.area, got, tc.scale)
		}
		got := v.Shown()
		for _, d := range []int{
			got.Min.X - tc.shown.Min.X, got.Min.Y - tc.shown.Min.Y, got.Max.X - tc.shown.Max.X, got.Max.Y - tc.shown.Max.Y,
		} {
			if d < -1 || d > 1 {
				t.Errorf("%v in %v: shown on %v, want %v", tc.picture, tc.area, got, tc.shown)
				break
			}
		}
		if r := v.Want(Region{}); !r.Part.Empty() || r.Box != v.Box() {
			t.Errorf("a picture that fits: wants %+v, box %v", r, v.Box())
		}
	}
}

// TestWhatIsUnderThePointerStays: wherever there is enough of the picture around.
func TestWhatIsUnderThePointerStays(t *testing.T) {
	v := open(image.Pt(4000, 3000), image.Pt(1000, 800))
	at := Point{640, 300}
	v.ScaleAt(at, 0.7)
	want := v.Place().ToPicture(at)
	for range 12 {
		v.ZoomAt(at, Step)
		got := v.Place().ToPicture(at)
		// Pictures lie on whole device pixels, then as now.
		if d := math.Hypot(got.X-want.X, got.Y-want.Y); !(d < math.Sqrt2*(1/0.7+1/v.Scale())) {
			t.Fatalf("at %v: the pointer was over %v and is over %v", v.Scale(), want, got)
		}
	}
	if got := v.Scale(); !(got > 5) {
		t.Errorf("12 steps from 0.7: scale %v", got)
	}
}

func TestZoomStopsAtFullSizeAndFit(t *testing.T) {
	v := open(image.Pt(4000, 3000), image.Pt(1032, 832))
	var seen []float64
	for range 12 {
		v.ZoomAt(Point{500, 400}, Step)
		seen = append(seen, v.Scale())
	}
	if !contains(seen, 1) || !contains(seen, 2) {
		t.Errorf("zooming in passed 100 %% or 200 %%: %v", seen)
	}
	for range 40 {
		v.ZoomAt(Point{500, 400}, 1/Step)
		if v.Fits() {
			break
		}
	}
	if !v.Fits() {
		t.Error("zooming out did not end with the whole picture")
	}
	v.ZoomAt(Point{500, 400}, 1/Step)
	if !v.Fits() || v.Scale() != 0.25 {
		t.Errorf("zooming out further: %v", v.Scale())
	}
	for range 100 {
		v.ZoomAt(Point{500, 400}, Step)
	}
	if v.Scale() != MaxScale {
		t.Errorf("the largest scale is %v, want %v", v.Scale(), float64(MaxScale))
	}
	small := open(image.Pt(100, 80), image.Pt(1000, 800))
	for range 100 {
		small.ZoomAt(Point{}, 1/Step)
	}
	if small.Scale() != 1 {
		t.Errorf("a small picture is reduced to %v", small.Scale())
	}
}

func contains(seen []float64, want float64) bool {
	for _, s := range seen {
		if s == want {
			return true
		}
	}
	return false
}

func TestToggle(t *testing.T) {
	v := open(image.Pt(4000, 3000), image.Pt(1000, 800))
	at := Point{200, 300}
	under := v.Place().ToPicture(at)
	v.Toggle(at)
	if v.Scale() != 1 || v.Fits() || v.Percent() != 100 {
		t.Fatalf("after the first toggle: %v", v.Scale())
	}
	if got := v.Place().ToPicture(at); !(math.Hypot(got.X-under.X, got.Y-under.Y) < 3) {
		t.Errorf("100 %% shows %v under the pointer, want %v", got, under)
	}
	v.Toggle(at)
	if !v.Fits() {
		t.Error("the second toggle does not show the whole picture")
	}
}

func TestPanStaysInThePicture(t *testing.T) {
	v := open(image.Pt(4000, 3000), image.Pt(1000, 800))
	v.Pan(50, 50)
	if v.Shown() != open(image.Pt(4000, 3000), image.Pt(1000, 800)).Shown() {
		t.Error("a picture that fits was moved")
	}
	v.ScaleAt(Point{500, 400}, 1)
	before := v.Place()
	v.Pan(-30, 20)
	if got := v.Place(); got.X != before.X-30 || got.Y != before.Y+20 {
		t.Errorf("moved from %v to %v, want by -30, 20", before, got)
	}
	v.Pan(1e6, 1e6)
	if got := v.Place(); got.X != 0 || got.Y != 0 {
		t.Errorf("the upper left corner is at %v", got)
	}
	v.Pan(-1e6, -1e6)
	if got := v.Shown(); got != image.Rect(0, 0, 1000, 800) {
		t.Errorf("at the lower right the picture covers %v", got)
	}
	v.SetArea(image.Pt(3900, 4000), 16, 1.5)
	if got := v.Place(); got.X != -100 || got.Y != 500 {
		t.Errorf("in a larger area the picture lies at %v", got)
	}
}

func TestAnotherPictureFits(t *testing.T) {
	v := open(image.Pt(4000, 3000), image.Pt(1000, 800))
	v.Toggle(Point{})
	v.SetPicture(image.Pt(4000, 3000))
	if v.Fits() {
		t.Error("the same size ended the zoom")
	}
	v.SetPicture(image.Pt(3000, 4000))
	if !v.Fits() {
		t.Error("another size kept the zoom")
	}
}

// TestRegionsServe: what is wanted has every pixel that is seen, is no larger than it has
// to be, and stays while a short way is panned.
func TestRegionsServe(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	v := open(image.Pt(4000, 3000), image.Pt(1000, 800))
	var last Region
	for range 2000 {
		at := Point{1000 * random.Float64(), 800 * random.Float64()}
		switch random.IntN(3) {
		case 0:
			v.ZoomAt(at, math.Exp2(4*random.Float64()-2))
		case 1:
			v.Pan(2000*random.Float64()-1000, 2000*random.Float64()-1000)
		default:
			v.SetArea(image.Pt(300+random.IntN(3000), 300+random.IntN(2000)), 16, 1.5)
		}
		r := v.Want(last)
		if !v.Serves(r) {
			t.Fatalf("%+v does not serve what it was asked for at %v", r, v.Scale())
		}
		if !r.Part.In(image.Rectangle{Max: v.Picture()}) || r.Box.X < 1 || r.Box.Y < 1 {
			t.Fatalf("wants %+v of %v", r, v.Picture())
		}
		if n := r.Box.X * r.Box.Y; n > max(maxRegion+10_000, 2*v.Area().X*v.Area().Y) {
			t.Fatalf("wants %d pixels for an area of %v", n, v.Area())
		}
		if !v.Fits() && (r.Box.X > r.Part.Dx() || r.Box.Y > r.Part.Dy()) {
			t.Fatalf("wants %+v: more than there is", r)
		}
		last = r
	}
	v = open(image.Pt(4000, 3000), image.Pt(1000, 800))
	v.Toggle(Point{500, 400})
	asked := v.Want(Region{})
	v.Pan(60, -60)
	if got := v.Want(asked); got != asked {
		t.Errorf("after a short way: want %+v again, got %+v", asked, got)
	}
	v.Pan(900, 0)
	if got := v.Want(asked); got == asked {
		t.Error("after a long way the same region is wanted")
	}
}

func TestNothingWorksWithoutAPicture(t *testing.T) {
	var v View
	v.ZoomAt(Point{1, 1}, 2)
	v.Toggle(Point{1, 1})
	v.Pan(1, 1)
	v.ScaleAt(Point{}, math.NaN())
	if !v.Fits() || v.Scale() != 1 || !v.Shown().Empty() || !v.Visible().Empty() {
		t.Errorf("no picture: %+v", v)
	}
	w := open(image.Pt(10, 10), image.Pt(100, 100))
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		w.ZoomAt(Point{}, bad)
		if !w.Fits() {
			t.Errorf("a factor of %v was used", bad)
		}
	}
}
