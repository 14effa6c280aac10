package face

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"deltaedit/engine/internal/geometry"
)

func near(t *testing.T, what string, got, want Point, eps float64) {
	t.Helper()
	if !(got.Sub(want).Norm() <= eps) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestAffine(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		m := geometry.Affine{A: r.NormFloat64(), B: r.NormFloat64(), C: r.NormFloat64(), D: r.NormFloat64(), E: r.NormFloat64(), F: r.NormFloat64()}
		n := geometry.Affine{A: r.NormFloat64(), B: r.NormFloat64(), C: r.NormFloat64(), D: r.NormFloat64(), E: r.NormFloat64(), F: r.NormFloat64()}
		p := geometry.Pt(r.NormFloat64(), r.NormFloat64())
		near(t, "then", m.Then(n).Apply(p), n.Apply(m.Apply(p)), 1e-9)
		if i, ok := m.Inverse(); ok {
			near(t, "inverse", i.Apply(m.Apply(p)), p, 1e-6)
		}
	}
	if _, ok := (geometry.Affine{A: 1, B: 2, D: 2, E: 4}).Inverse(); ok {
		t.Error("a flat map has an inverse")
	}
	if _, ok := (geometry.Affine{A: math.NaN(), E: 1}).Inverse(); ok {
		t.Error("a map of NaN has an inverse")
	}
	if s := geometry.Scaling(2, 8).Scale(); s != 4 {
		t.Errorf("scale %v, want 4", s)
	}
}

// TestAlignFollowsFFHQ checks against the numbers that FFHQ's formula gives by
// hand: eyes 100 apart, mouth 100 below.
func TestAlignFollowsFFHQ(t *testing.T) {
	a := alignEyesMouth(geometry.Pt(450, 400), geometry.Pt(550, 400), geometry.Pt(500, 500))
	// x = (100, 0) − rot90(0, 100) = (200, 0), scaled to max(200, 180) = 200;
	// the centre is 10 below the eyes.
	near(t, "origin", a.Origin, geometry.Pt(300, 210), 1e-9)
	near(t, "u", a.U, geometry.Pt(400, 0), 1e-9)
	near(t, "v", a.V, geometry.Pt(0, 400), 1e-9)
	if a.Side() != 400 || a.Bounds() != image.Rect(300, 210, 700, 610) {
		t.Errorf("side %v, bounds %v", a.Side(), a.Bounds())
	}
	long := alignEyesMouth(geometry.Pt(480, 400), geometry.Pt(520, 400), geometry.Pt(500, 500))
	if got := long.Side(); math.Abs(got-360) > 1e-9 { // 2·1.8·100
		t.Errorf("side %v, want 360", got)
	}
}

// TestAlignTurnsWithTheFace: any similarity of the photo carries the alignment
// along.
func TestAlignTurnsWithTheFace(t *testing.T) {
	eyes := [3]Point{{X: 450, Y: 400}, {X: 545, Y: 410}, {X: 490, Y: 505}}
	base := alignEyesMouth(eyes[0], eyes[1], eyes[2])
	for _, angle := range []float64{0.3, -0.5, math.Pi / 2, math.Pi} {
		m := geometry.Affine{A: 2 * math.Cos(angle), B: -2 * math.Sin(angle), C: 7, D: 2 * math.Sin(angle), E: 2 * math.Cos(angle), F: -3}
		got := alignEyesMouth(m.Apply(eyes[0]), m.Apply(eyes[1]), m.Apply(eyes[2]))
		near(t, "origin", got.Origin, m.Apply(base.Origin), 1e-9)
		near(t, "far corner", got.Origin.Add(got.U).Add(got.V), m.Apply(base.Origin.Add(base.U).Add(base.V)), 1e-9)
	}
}

func TestAlignUsesTheMesh(t *testing.T) {
	var f Face
	for _, i := range leftEye {
		f.Points[i] = geometry.Pt(450, 400)
	}
	for _, i := range rightEye {
		f.Points[i] = geometry.Pt(550, 400)
	}
	f.Points[leftMouth], f.Points[rightMouth] = geometry.Pt(480, 500), geometry.Pt(520, 500)
	if got, want := Align(f), alignEyesMouth(geometry.Pt(450, 400), geometry.Pt(550, 400), geometry.Pt(500, 500)); got.Origin.Sub(want.Origin).Norm() > 1e-9 || got.U.Sub(want.U).Norm() > 1e-9 {
		t.Errorf("got %v, want %v", got, want)
	}
}
