package face

// edge is how a matte's edge lets changes fade.
type edge struct {
	smooth     float64 // standard deviation of the matte's smoothing, as a share of the side
	from, full float32 // shares of a person from which changes begin to show, and show in full
}

var (
	// wide serves a picture that knows what is behind the person's edge.
	wide = edge{4.0 / 256, 0.08, 0.45}
	// narrow serves colours that are added to the photo's, which would show on
	// the background as a rim.
	narrow = edge{1.0 / 256, 0.4, 0.85}
)

// Shown returns how far, in [0, 1], changes may show on a square of a side, row by
// row: in full where one of the mattes has a person, not at all away from all of
// them, and smoothly in between. There is at least one matte.
func Shown(side int, mattes ...Matte) []float32 {
	out := make([]float32, side*side)
	wide.shown(out, side, &blurrer{}, mattes)
	return out
}

// shown fills dst, side × side, with how far changes may show.
func (e edge) shown(dst []float32, side int, blur *blurrer, mattes []Matte) {
	clear(dst)
	for _, m := range mattes {
		for gy := range side {
			y := (2*gy + 1) * m.Side / (2 * side)
			for gx := range side {
				at := &dst[gy*side+gx]
				*at = max(*at, m.Alpha[y*m.Side+(2*gx+1)*m.Side/(2*side)])
			}
		}
	}
	blur.run(dst, side, e.smooth*float64(side))
	for i, v := range dst {
		dst[i] = smoothstep(e.from, e.full, v)
	}
}

// Levels of difference, over the three colours and a small neighbourhood, from which a
// difference counts, and counts in full.
const countsFrom, countsFull = 4, 12

// Differing returns how far, in [0, 1], two planar RGB pictures in [-1, 1] of a side
// differ in each pixel: not at all where only a generator's drift tells them apart.
func Differing(side int, a, b []float32) []float32 {
	n := side * side
	out := make([]float32, n)
	for i := range out {
		for k := i; k < 3*n; k += n {
			out[i] += abs32(level(a[k])-level(b[k])) / 3
		}
	}
	new(blurrer).run(out, side, smoothSide*float64(side))
	for i, v := range out {
		out[i] = smoothstep(countsFrom, countsFull, v)
	}
	return out
}
