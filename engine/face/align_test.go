package face

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

func near(t *testing.T, what string, got, want Point, eps float64) {
	t.Helper()
	if !(got.sub(want).norm() <= eps) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestAffine(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		m := affine{r.NormFloat64(), r.NormFloat64(), r.NormFloat64(), r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}
		n := affine{r.NormFloat64(), r.NormFloat64(), r.NormFloat64(), r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}
		p := Point{r.NormFloat64(), r.NormFloat64()}
		near(t, "then", m.then(n).apply(p), n.apply(m.apply(p)), 1e-9)
		if i, ok := m.inverse(); ok {
			near(t, "inverse", i.apply(m.apply(p)), p, 1e-6)
		}
	}
	if _, ok := (affine{a: 1, b: 2, d: 2, e: 4}).inverse(); ok {
		t.Error("a flat map has an inverse")
	}
	if _, ok := (affine{a: math.NaN(), e: 1}).inverse(); ok {
		t.Error("a map of NaN has an inverse")
	}
	if s := scaling(2, 8).scale(); s != 4 {
		t.Errorf("scale %v, want 4", s)
	}
}

// TestAlignFollowsFFHQ checks against the numbers that FFHQ's formula gives by
// hand: eyes 100 apart, mouth 100 below.
func TestAlignFollowsFFHQ(t *testing.T) {
	a := alignEyesMouth(Point{450, 400}, Point{550, 400}, Point{500, 500})
	// x = (100, 0) − rot90(0, 100) = (200, 0), scaled to max(200, 180) = 200;
	// the centre is 10 below the eyes.
	near(t, "origin", a.Origin, Point{300, 210}, 1e-9)
	near(t, "u", a.U, Point{400, 0}, 1e-9)
	near(t, "v", a.V, Point{0, 400}, 1e-9)
	if a.Side() != 400 || a.Bounds() != image.Rect(300, 210, 700, 610) {
		t.Errorf("side %v, bounds %v", a.Side(), a.Bounds())
	}
	long := alignEyesMouth(Point{480, 400}, Point{520, 400}, Point{500, 500})
	if got := long.Side(); math.Abs(got-360) > 1e-9 { // 2·1.8·100
		t.Errorf("side %v, want 360", got)
	}
}

// TestAlignTurnsWithTheFace: any similarity of the photo carries the alignment
// along.
func TestAlignTurnsWithTheFace(t *testing.T) {
	eyes := [3]Point{{450, 400}, {545, 410}, {490, 505}}
	base := alignEyesMouth(eyes[0], eyes[1], eyes[2])
	for _, angle := range []float64{0.3, -0.5, math.Pi / 2, math.Pi} {
		m := affine{2 * math.Cos(angle), -2 * math.Sin(angle), 7, 2 * math.Sin(angle), 2 * math.Cos(angle), -3}
		got := alignEyesMouth(m.apply(eyes[0]), m.apply(eyes[1]), m.apply(eyes[2]))
		near(t, "origin", got.Origin, m.apply(base.Origin), 1e-9)
		near(t, "far corner", got.Origin.add(got.U).add(got.V), m.apply(base.Origin.add(base.U).add(base.V)), 1e-9)
	}
}

func TestAlignUsesTheMesh(t *testing.T) {
	var f Face
	for _, i := range leftEye {
		f.Points[i] = Point{450, 400}
	}
	for _, i := range rightEye {
		f.Points[i] = Point{550, 400}
	}
	f.Points[leftMouth], f.Points[rightMouth] = Point{480, 500}, Point{520, 500}
	if got, want := Align(f), alignEyesMouth(Point{450, 400}, Point{550, 400}, Point{500, 500}); got.Origin.sub(want.Origin).norm() > 1e-9 || got.U.sub(want.U).norm() > 1e-9 {
		t.Errorf("got %v, want %v", got, want)
	}
}
