// Package gridmap smooths and completes square maps of numbers, stored row by row.
package gridmap

import "math"

// Blurrer smooths square maps. It keeps its scratch memory between calls, so it is not safe
// for concurrent use.
type Blurrer struct{ tmp, column []float32 }

// Run smooths a side × side map in place by three box filters, which come close
// to a Gaussian of the given standard deviation in cells. Beyond the border the
// nearest value counts.
func (b *Blurrer) Run(m []float32, side int, sigma float64) {
	// Three boxes of width 2r+1 have the variance r(r+1).
	r := int(math.Round((math.Sqrt(1+4*sigma*sigma) - 1) / 2))
	if r < 1 {
		return
	}
	if len(b.tmp) < len(m) {
		b.tmp = make([]float32, len(m))
	}
	if len(b.column) < side {
		b.column = make([]float32, side)
	}
	tmp := b.tmp[:len(m)]
	for range 3 {
		for y := range side {
			boxRow(tmp[y*side:(y+1)*side], m[y*side:(y+1)*side], r)
		}
		boxColumns(m, tmp, b.column[:side], side, r)
	}
}

func boxRow(dst, src []float32, r int) {
	n := len(src)
	norm := 1 / float32(2*r+1)
	s := src[0] * float32(r+1)
	for i := 1; i <= r; i++ {
		s += src[min(i, n-1)]
	}
	for i := range dst {
		dst[i] = s * norm
		s += src[min(i+r+1, n-1)] - src[max(i-r, 0)]
	}
}

func boxColumns(dst, src, sum []float32, side, r int) {
	row := func(y int) []float32 {
		y = min(max(y, 0), side-1)
		return src[y*side : (y+1)*side]
	}
	norm := 1 / float32(2*r+1)
	clear(sum)
	for y := -r; y <= r; y++ {
		for x, v := range row(y) {
			sum[x] += v
		}
	}
	for y := range side {
		out, in, old := dst[y*side:(y+1)*side], row(y+r+1), row(y-r)
		for x := range out {
			out[x] = sum[x] * norm
			sum[x] += in[x] - old[x]
		}
	}
}
