package icc

import (
	"encoding/binary"
	"math"
)

// Primaries are the CIE 1931 chromaticities (x, y) of a colour space's white and
// colours.
type Primaries struct{ White, Red, Green, Blue [2]float64 }

// Primaries of known spaces.
var (
	d65      = [2]float64{0.3127, 0.3290}
	SRGB     = Primaries{d65, [2]float64{0.64, 0.33}, [2]float64{0.30, 0.60}, [2]float64{0.15, 0.06}}
	AdobeRGB = Primaries{d65, [2]float64{0.64, 0.33}, [2]float64{0.21, 0.71}, [2]float64{0.15, 0.06}}
)

// Near reports whether no chromaticity differs by more than within.
func (p Primaries) Near(o Primaries, within float64) bool {
	a := [8]float64{p.White[0], p.White[1], p.Red[0], p.Red[1], p.Green[0], p.Green[1], p.Blue[0], p.Blue[1]}
	b := [8]float64{o.White[0], o.White[1], o.Red[0], o.Red[1], o.Green[0], o.Green[1], o.Blue[0], o.Blue[1]}
	for i := range a {
		if !(math.Abs(a[i]-b[i]) <= within) {
			return false
		}
	}
	return true
}

// bradford turns XYZ into the responses of cones, in which whites are adapted.
var bradford = matrix{{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}

// d50 is the white of the connection space.
var d50 = [3]float64{0.9642, 1, 0.8249}

// toXYZ returns the matrix from linear colours to XYZ, adapted to D50 by
// Bradford's method; false for chromaticities that span no space.
func (p Primaries) toXYZ() (m matrix, ok bool) {
	for i, c := range [][2]float64{p.Red, p.Green, p.Blue} {
		xyz, ok := fromXY(c)
		if !ok {
			return m, false
		}
		for row := range 3 {
			m[row][i] = xyz[row]
		}
	}
	white, ok := fromXY(p.White)
	if !ok {
		return m, false
	}
	inv, ok := m.inverse()
	if !ok {
		return m, false
	}
	strength := inv.apply(white) // of each colour, so that all together are white
	for i := range 3 {
		if !(strength[i] > 0) {
			return m, false
		}
		for row := range 3 {
			m[row][i] *= strength[i]
		}
	}
	from, to := bradford.apply(white), bradford.apply(d50)
	scale := matrix{}
	for i := range 3 {
		if !(from[i] > 0) {
			return m, false
		}
		scale[i][i] = to[i] / from[i]
	}
	back, _ := bradford.inverse()
	return back.times(scale).times(bradford).times(m), true
}

// fromXY returns the XYZ of a chromaticity, with the luminance 1.
func fromXY(c [2]float64) (xyz [3]float64, ok bool) {
	if !(c[0] >= 0 && c[1] > 0 && c[0]+c[1] <= 1) {
		return xyz, false
	}
	return [3]float64{c[0] / c[1], 1, (1 - c[0] - c[1]) / c[1]}, true
}

func (m matrix) apply(v [3]float64) (out [3]float64) {
	for i := range 3 {
		out[i] = m[i][0]*v[0] + m[i][1]*v[1] + m[i][2]*v[2]
	}
	return out
}

// FromPrimaries returns a profile of RGB with the given name in ASCII, primaries,
// and a curve as CurveOf and GammaCurve make it. It returns nil for primaries or a
// curve that Parse would refuse. The result is new memory.
func FromPrimaries(name string, p Primaries, curve []byte) []byte {
	return FromCurves(name, p, [3][]byte{curve, curve, curve})
}

// FromCurves is FromPrimaries with a curve for each of red, green and blue.
func FromCurves(name string, p Primaries, curves [3][]byte) []byte {
	m, ok := p.toXYZ()
	if !ok {
		return nil
	}
	profile := Encode(name, m, curves)
	if _, err := Parse(profile); err != nil {
		return nil
	}
	return profile
}

// GammaCurve returns a power as a curve for FromPrimaries: linear values are
// device values to the power of gamma, from 1/256 to 255, rounded to 1/256.
func GammaCurve(gamma float64) []byte {
	b := append([]byte("curv"), 0, 0, 0, 0, 0, 0, 0, 1)
	return binary.BigEndian.AppendUint16(b, uint16(min(max(math.Round(gamma*256), 1), 65535)))
}

// CurveOf returns a function from device values to linear ones, both in [0, 1], as
// a curve for FromPrimaries: a table.
func CurveOf(f func(float64) float64) []byte { return encodeTable(&function{f}, 1024) }

// SRGBCurve is sRGB's curve, for FromPrimaries.
func SRGBCurve() []byte { return CurveOf(decode) }

// CodePoints returns the four numbers by which a profile of version 4.4 says that
// its colours are those of a code of ITU-T H.273 (the tag cicp): primaries,
// transfer, matrix and range; false where it does not.
func CodePoints(profile []byte) (code [4]byte, ok bool) {
	if SpaceOf(profile) == "" {
		return code, false
	}
	tags, err := tagsOf(profile)
	if err != nil || len(tags["cicp"]) < 12 || string(tags["cicp"][:4]) != "cicp" {
		return code, false
	}
	return [4]byte(tags["cicp"][8:12]), true
}
