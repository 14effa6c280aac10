package prompt

import "math"

func dot(a, b []float32) float64 {
	var s float64
	for i, v := range a {
		s += float64(v) * float64(b[i])
	}
	return s
}

// normalize makes v a unit vector in place and returns the length that it had;
// it returns 0 and leaves v alone when that is 0 or not finite.
func normalize(v []float32) float64 {
	n := math.Sqrt(dot(v, v))
	if !(n > 1e-12) || math.IsInf(n, 0) {
		return 0
	}
	for i := range v {
		v[i] = float32(float64(v[i]) / n)
	}
	return n
}
