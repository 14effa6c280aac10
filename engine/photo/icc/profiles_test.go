package icc

import (
	"encoding/binary"
	"math"
)

// The colour spaces that cameras and editors use: primaries adapted to D50, as
// the profiles of these spaces state them, and their curves.
var (
	displayP3 = matrix{
		{0.515121, 0.291977, 0.157104},
		{0.241196, 0.692245, 0.066574},
		{-0.001053, 0.041885, 0.784073},
	}
	adobeRGB = matrix{
		{0.609741, 0.205276, 0.149185},
		{0.311111, 0.625671, 0.063217},
		{0.019470, 0.060867, 0.744568},
	}
	proPhoto = matrix{
		{0.797675, 0.135193, 0.031353},
		{0.288040, 0.711868, 0.000092},
		{0, 0, 0.825104},
	}
)

// formula writes a parametricCurveType tag.
func formula(kind uint16, params ...float64) []byte {
	b := append([]byte("para"), 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, kind)
	b = append(b, 0, 0)
	for _, p := range params {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(p*65536))))
	}
	return b
}

// gamma writes a curveType tag with one power, in 1/256.
func gamma(g float64) []byte {
	b := append([]byte("curv"), 0, 0, 0, 0, 0, 0, 0, 1)
	return binary.BigEndian.AppendUint16(b, uint16(math.Round(g*256)))
}

// srgbFormula is sRGB's curve as profiles of version 4 write it.
func srgbFormula() []byte { return formula(3, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045) }

// srgbTable is the same as a table of n values, as version 2 has it.
func srgbTable(n int) []byte { return encodeTable(&function{decode}, n) }

func three(c []byte) [3][]byte { return [3][]byte{c, c, c} }

// grayProfile makes a profile of grey with one curve.
func grayProfile(pcs string, curve []byte) []byte {
	out := make([]byte, headerSize)
	copy(out[12:], "mntrGRAY"+pcs)
	copy(out[36:], "acsp")
	out = binary.BigEndian.AppendUint32(out, 1)
	out = append(out, "kTRC"...)
	out = binary.BigEndian.AppendUint32(out, headerSize+16)
	out = binary.BigEndian.AppendUint32(out, uint32(len(curve)))
	out = append(out, curve...)
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}

// known are the profiles that the tests convert with.
func known() map[string][]byte {
	return map[string][]byte{
		"sRGB v4":      Encode("sRGB", srgbToXYZ, three(srgbFormula())),
		"sRGB v2":      Encode("sRGB", srgbToXYZ, three(srgbTable(1024))),
		"Display P3":   Encode("P3", displayP3, three(srgbFormula())),
		"Adobe RGB":    Encode("Adobe", adobeRGB, three(gamma(563.0/256))),
		"ProPhoto":     Encode("ProPhoto", proPhoto, three(gamma(1.8))),
		"ProPhoto v4":  Encode("ProPhoto", proPhoto, three(formula(3, 1.8, 1, 0, 1.0/16, 1.0/32))),
		"three curves": Encode("odd", adobeRGB, [3][]byte{gamma(1.8), gamma(2.2), srgbTable(256)}),
	}
}
