package prompt

import "math"

func dot(a, b []float32) float64 {
	var s float64
	for i, v := range a {
		s += float64(v) * float64(b[i])
	}
	return s
}

// normalize makes v a unit vector in place and returns its previous length; it returns
// 0 and leaves v unchanged when that is 0 or not finite.
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

func difference(a, b []float32) []float32 {
	out := make([]float32, len(a))
	for i, v := range a {
		out[i] = v - b[i]
	}
	return out
}

// agreement returns the mean cosine between the directions from one text to another in
// the different templates, at least 0; 1 when there is only one template. Words that a
// model was trained on have the same direction in every template.
func agreement(from, to [][]float32) float64 {
	n := float64(len(from))
	if n < 2 {
		return 1
	}
	sum := make([]float32, len(from[0]))
	for i := range from {
		d := difference(to[i], from[i])
		normalize(d)
		for j, v := range d {
			sum[j] += v
		}
	}
	// The squared length of the sum of n unit vectors is n plus twice the sum of the
	// cosines of all pairs.
	return math.Min(1, math.Max(0, (dot(sum, sum)-n)/(n*(n-1))))
}
