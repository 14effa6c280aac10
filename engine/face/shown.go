package face

// Where mattes let changes show.
const (
	matteSmooth = 4.0 / 256 // standard deviation of the smoothing, as a share of the side
	matteFrom   = 0.08      // share of a person from which changes begin to show
	matteFull   = 0.45      // share from which they show in full
)

// Shown returns how far, in [0, 1], changes may show on a square of a side, row by
// row: in full where one of the mattes has a person, not at all away from all of
// them, and smoothly in between. There is at least one matte.
func Shown(side int, mattes ...Matte) []float32 {
	out := make([]float32, side*side)
	shown(out, side, &blurrer{}, mattes)
	return out
}

// shown fills dst, side × side, with what Shown returns.
func shown(dst []float32, side int, blur *blurrer, mattes []Matte) {
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
	blur.run(dst, side, matteSmooth*float64(side))
	for i, v := range dst {
		dst[i] = smoothstep(matteFrom, matteFull, v)
	}
}
