package icc

import "math"

// matrix is applied to columns: row by row.
type matrix [3][3]float64

var identity = matrix{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}

// srgbToXYZ holds sRGB's primaries, adapted to the connection space's white
// (D50) by Bradford's method, as sRGB's own profiles state them.
var srgbToXYZ = matrix{
	{0.4360747, 0.3850649, 0.1430804},
	{0.2225045, 0.7168786, 0.0606169},
	{0.0139322, 0.0971045, 0.7141733},
}

var xyzToSRGB, _ = srgbToXYZ.inverse()

func (m matrix) times(o matrix) (p matrix) {
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				p[i][j] += m[i][k] * o[k][j]
			}
		}
	}
	return p
}

// inverse returns the inverse, or false when there is none to speak of.
func (m matrix) inverse() (inv matrix, ok bool) {
	for i := range 3 {
		for j := range 3 {
			a, b, c, d := (j+1)%3, (j+2)%3, (i+1)%3, (i+2)%3
			inv[i][j] = m[a][c]*m[b][d] - m[a][d]*m[b][c]
		}
	}
	det := m[0][0]*inv[0][0] + m[0][1]*inv[1][0] + m[0][2]*inv[2][0]
	if !(math.Abs(det) > 1e-4) {
		return inv, false
	}
	for i := range 3 {
		for j := range 3 {
			inv[i][j] /= det
		}
	}
	return inv, true
}

// single is a matrix for pixels.
func (m matrix) single() (s [9]float32) {
	for i := range 9 {
		s[i] = float32(m[i/3][i%3])
	}
	return s
}
