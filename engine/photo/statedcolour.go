package photo

import (
	"encoding/binary"
	"math"

	"deltaedit/engine/photo/exif"
	"deltaedit/engine/photo/icc"
	"deltaedit/engine/photo/ifd"
)

// statedColour is what a file without a profile says about its colours.
type statedColour struct {
	primaries *icc.Primaries                      // nil for those of sRGB
	curves    [3]func(device float64) (l float64) // device values to linear ones, nil for sRGB's
}

// profile returns a profile for the colours, with a name in ASCII; nil where they are as
// good as those of sRGB, and lost is true where they make no sense.
func (s statedColour) profile(name string) (profile []byte, lost bool) {
	primaries := icc.SRGB
	usual := true
	if s.primaries != nil {
		primaries = *s.primaries
		usual = primaries.Near(icc.SRGB, 0.01)
	}
	srgb := icc.SRGBCurve()
	curves := [3][]byte{srgb, srgb, srgb}
	for i, curve := range s.curves {
		if curve == nil {
			continue
		}
		usual = usual && nearSRGB(curve)
		curves[i] = icc.CurveOf(curve)
	}
	if usual {
		return nil, false
	}
	profile = icc.FromCurves(name, primaries, curves)
	return profile, profile == nil
}

// nearSRGB reports whether a curve differs from sRGB's by less than the exponent 2.2
// does, which programs write for it.
func nearSRGB(curve func(float64) float64) bool {
	const within = 0.012 // of linear light
	for i := range 33 {
		x := float64(i) / 32
		want := math.Pow((x+0.055)/1.055, 2.4)
		if x <= 0.04045 {
			want = x / 12.92
		}
		if !(math.Abs(curve(x)-want) <= within) {
			return false
		}
	}
	return true
}

// power returns a curve by its exponent.
func power(gamma float64) func(float64) float64 {
	return func(x float64) float64 { return math.Pow(x, gamma) }
}

// Tags of a TIFF that describe its colours (TIFF 6.0, section 20).
const (
	tagTransferFunction = 0x012d
	tagWhitePoint       = 0x013e
	tagPrimaries        = 0x013f
)

// tiffColour reads what a TIFF says about its colours.
func tiffColour(data []byte) (c statedColour) {
	order, ok := ifd.OrderOf(data)
	if !ok {
		return c
	}
	rationals := func(tag uint16, n int) []float64 {
		raw := exif.Find(data, tag, 8*n)
		if len(raw) != 8*n {
			return nil
		}
		out := make([]float64, n)
		for i := range out {
			out[i] = float64(order.Uint32(raw[8*i:])) / float64(order.Uint32(raw[8*i+4:]))
		}
		return out
	}
	if xy := rationals(tagPrimaries, 6); xy != nil {
		p := icc.Primaries{White: icc.SRGB.White, Red: [2]float64(xy), Green: [2]float64(xy[2:]), Blue: [2]float64(xy[4:])}
		if white := rationals(tagWhitePoint, 2); white != nil {
			p.White = [2]float64(white)
		}
		c.primaries = &p
	}
	const mostEntries = 1 << 16 // a table for each value of 16 bits
	raw := exif.Find(data, tagTransferFunction, 2*3*mostEntries)
	n := len(raw) / 2
	if n >= 3*2 && n%3 == 0 && n/3&(n/3-1) == 0 {
		for i := range c.curves {
			c.curves[i] = tableCurve(raw[2*n/3*i:][:2*n/3], order)
		}
	} else if n >= 2 && n&(n-1) == 0 {
		f := tableCurve(raw, order)
		c.curves = [3]func(float64) float64{f, f, f}
	}
	return c
}

// tableCurve returns a curve that is given as a table of 16-bit values.
func tableCurve(raw []byte, order binary.ByteOrder) func(float64) float64 {
	last := len(raw)/2 - 1
	at := func(i int) float64 { return float64(order.Uint16(raw[2*min(i, last):])) / 65535 }
	return func(x float64) float64 {
		p := x * float64(last)
		i := min(int(p), last)
		part := p - float64(i)
		return at(i)*(1-part) + at(i+1)*part
	}
}

// bmpColour reads what the header of version 4 or 5 of a BMP says about its colours: the
// primaries as CIE XYZ in units of 2⁻³⁰, and an exponent for each colour in units
// of 2⁻¹⁶.
func bmpColour(header []byte) (c statedColour) {
	const endpoints, gammas = 60, 96
	unit := func(at int) float64 { return float64(binary.LittleEndian.Uint32(header[at:])) / (1 << 30) }
	var xyz [3][3]float64
	var sums [3]float64
	var white [3]float64
	for i := range xyz {
		for k := range 3 {
			v := unit(endpoints + 12*i + 4*k)
			xyz[i][k] = v
			sums[i] += v
			white[k] += v
		}
	}
	if sums[0] > 0 && sums[1] > 0 && sums[2] > 0 {
		xy := func(v [3]float64) [2]float64 { s := v[0] + v[1] + v[2]; return [2]float64{v[0] / s, v[1] / s} }
		p := icc.Primaries{White: xy(white), Red: xy(xyz[0]), Green: xy(xyz[1]), Blue: xy(xyz[2])}
		if isOne(sums[0]) && isOne(sums[1]) && isOne(sums[2]) { // chromaticities, which say nothing about white
			p.White = icc.SRGB.White
		}
		c.primaries = &p
	}
	for i := range c.curves {
		g := float64(binary.LittleEndian.Uint32(header[gammas+4*i:])) / (1 << 16)
		if g > 0 && g < 1 { // some programs write the exponent of the encoding
			g = 1 / g
		}
		if g > 1 && g < 5 {
			c.curves[i] = power(g)
		}
	}
	return c
}

func isOne(v float64) bool { return math.Abs(v-1) < 0.01 }
