package icc

import (
	"math"
	"testing"
)

// The matrices of spaces are those that their own profiles hold.
func TestPrimaries(t *testing.T) {
	d65 := [2]float64{0.3127, 0.3290}
	for name, c := range map[string]struct {
		p    Primaries
		want matrix
	}{
		"sRGB":       {SRGB, srgbToXYZ},
		"Adobe RGB":  {AdobeRGB, matrix{{0.609741, 0.205276, 0.149185}, {0.311111, 0.625671, 0.063217}, {0.019470, 0.060867, 0.744568}}},
		"Display P3": {Primaries{d65, [2]float64{.68, .32}, [2]float64{.265, .69}, [2]float64{.15, .06}}, displayP3},
		"ProPhoto": {
			Primaries{[2]float64{0.3457, 0.3585}, [2]float64{0.7347, 0.2653}, [2]float64{0.1596, 0.8404}, [2]float64{0.0366, 0.0001}},
			matrix{{0.797675, 0.135193, 0.031353}, {0.288040, 0.711868, 0.000092}, {0, 0, 0.825104}},
		},
	} {
		got, ok := c.p.toXYZ()
		for i := range 9 {
			if !ok || !(math.Abs(got[i/3][i%3]-c.want[i/3][i%3]) < 4e-4) {
				t.Errorf("%s: %v, %t, want %v", name, got, ok, c.want)
				break
			}
		}
	}
	nan := math.NaN()
	for name, p := range map[string]Primaries{
		"zero": {}, "NaN": {White: [2]float64{nan, nan}, Red: SRGB.Red, Green: SRGB.Green, Blue: SRGB.Blue},
		"a line":        {White: SRGB.White, Red: [2]float64{.1, .1}, Green: [2]float64{.2, .2}, Blue: [2]float64{.4, .4}},
		"white outside": {White: [2]float64{.7, .2}, Red: SRGB.Red, Green: SRGB.Green, Blue: SRGB.Blue},
	} {
		if FromPrimaries(name, p, SRGBCurve()) != nil {
			t.Errorf("%s: there is a profile", name)
		}
		if p.Near(SRGB, 0.01) {
			t.Errorf("%s is taken for sRGB", name)
		}
	}
	if FromPrimaries("flat", SRGB, CurveOf(func(float64) float64 { return 0.5 })) != nil {
		t.Error("a flat curve makes a profile")
	}
	if !parsed(t, FromPrimaries("sRGB", SRGB, SRGBCurve())).IsSRGB() {
		t.Error("sRGB from its primaries is not sRGB")
	}
	for _, g := range []float64{1, 1.8, 2.2, 2.8} {
		p := parsed(t, FromPrimaries("g", SRGB, GammaCurve(g)))
		if got, want := p.curves[0].at(0.5), math.Pow(0.5, g); !(math.Abs(got-want) < 1e-3) {
			t.Errorf("gamma %g: %g, want %g", g, got, want)
		}
	}
}
