package photo

import (
	"math"

	"deltaedit/engine/photo/icc"
)

// Transfer functions of ITU-T H.273 for high dynamic range.
const (
	transferPQ  = 16
	transferHLG = 18
)

// hdrTransfer names a transfer function for high dynamic range, and returns "" for
// others. Images with one are refused: shown as standard images they are dull and
// flat, and the models were not trained on them.
func hdrTransfer(transfer byte) string {
	switch transfer {
	case transferPQ:
		return "PQ"
	case transferHLG:
		return "HLG"
	}
	return ""
}

// codedPrimaries holds the primaries of ITU-T H.273 (table 2) by number.
var codedPrimaries = func() map[byte]icc.Primaries {
	type xy = [2]float64
	d65, c := xy{0.3127, 0.3290}, xy{0.310, 0.316}
	ntsc := icc.Primaries{White: d65, Red: xy{0.630, 0.340}, Green: xy{0.310, 0.595}, Blue: xy{0.155, 0.070}}
	return map[byte]icc.Primaries{
		1:  icc.SRGB, // BT.709
		4:  {White: c, Red: xy{0.67, 0.33}, Green: xy{0.21, 0.71}, Blue: xy{0.14, 0.08}},
		5:  {White: d65, Red: xy{0.64, 0.33}, Green: xy{0.29, 0.60}, Blue: xy{0.15, 0.06}},
		6:  ntsc,
		7:  ntsc,
		8:  {White: c, Red: xy{0.681, 0.319}, Green: xy{0.243, 0.692}, Blue: xy{0.145, 0.049}},
		9:  {White: d65, Red: xy{0.708, 0.292}, Green: xy{0.170, 0.797}, Blue: xy{0.131, 0.046}},              // BT.2020
		11: {White: xy{0.314, 0.351}, Red: xy{0.680, 0.320}, Green: xy{0.265, 0.690}, Blue: xy{0.150, 0.060}}, // DCI P3
		12: {White: d65, Red: xy{0.680, 0.320}, Green: xy{0.265, 0.690}, Blue: xy{0.150, 0.060}},              // Display P3
		22: {White: d65, Red: xy{0.630, 0.340}, Green: xy{0.295, 0.605}, Blue: xy{0.155, 0.077}},
	}
}()

// codedCurve returns the curve of a transfer function of ITU-T H.273 (table 3) for a
// profile, nil for those that are not supported.
func codedCurve(transfer byte) []byte {
	switch transfer {
	case 1, 6, 14, 15: // BT.709, BT.601 and BT.2020
		return icc.CurveOf(func(v float64) float64 {
			const alpha, beta = 1.09929682680944, 0.018053968510807
			if v < 4.5*beta {
				return v / 4.5
			}
			return math.Pow((v+alpha-1)/alpha, 1/0.45)
		})
	case 4:
		return icc.GammaCurve(2.2)
	case 5:
		return icc.GammaCurve(2.8)
	case 7: // SMPTE 240M
		return icc.CurveOf(func(v float64) float64 {
			if v < 4*0.0228 {
				return v / 4
			}
			return math.Pow((v+0.1115)/1.1115, 1/0.45)
		})
	case 8:
		return icc.GammaCurve(1)
	case 13:
		return icc.SRGBCurve()
	}
	return nil
}
