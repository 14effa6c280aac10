package refine

import "deltaedit/engine/internal/parallel"

// average writes to dst (three planes of side·side values) the averages of
// factor·factor pixels of src.
func average(dst, src []float32, side, factor int) {
	wide := side * factor
	scale := 1 / float32(factor*factor)
	parallel.Ranges(3*side, 32, func(from, to int) {
		for y := from; y < to; y++ {
			out := dst[y*side:][:side]
			clear(out)
			for k := range factor {
				row := src[(y*factor+k)*wide:][:wide]
				for x := range out {
					var sum float32
					for _, v := range row[x*factor:][:factor] {
						sum += v
					}
					out[x] += sum
				}
			}
			for x := range out {
				out[x] *= scale
			}
		}
	})
}

// meanSquare returns the mean squared difference.
func meanSquare(a, b []float32) float64 {
	var sum float64
	for i, v := range a {
		d := float64(v - b[i])
		sum += d * d
	}
	return sum / float64(len(a))
}
