package compose

import (
	"deltaedit/engine/face"
	"deltaedit/engine/internal/gridmap"
)

// maskEdge says how changes fade out at the edge of a matte.
type maskEdge struct {
	smooth     float64 // standard deviation of the smoothing, as a share of the side
	from, full float32 // alpha at which changes begin to show, and at which they show in full
}

var (
	// wideEdge is for a picture that also has the background at the person's edge.
	wideEdge = maskEdge{4.0 / 256, 0.08, 0.45}
	// narrowEdge is for colours that are added to the photo: on the background they
	// would be seen as a rim.
	narrowEdge = maskEdge{1.0 / 256, 0.4, 0.85}
)

// PersonMask returns a mask of side × side values in [0, 1], row by row: 1 where one of
// the mattes has a person, 0 away from all of them, and smooth in between. At least one
// matte must be given.
func PersonMask(side int, mattes ...face.Matte) []float32 {
	out := make([]float32, side*side)
	wideEdge.mask(out, side, &gridmap.Blurrer{}, mattes)
	return out
}

// mask fills dst, side × side, with the mask.
func (e maskEdge) mask(dst []float32, side int, blur *gridmap.Blurrer, mattes []face.Matte) {
	sample(dst, side, mattes)
	blur.Run(dst, side, e.smooth*float64(side))
	for i, v := range dst {
		dst[i] = smoothstep(e.from, e.full, v)
	}
}

// Widened returns a part of a portrait as a map of side × side values in [0, 1], row by row,
// widened by a share of the side and soft at its edge.
func Widened(part face.Matte, side int, by float64) []float32 {
	out := make([]float32, side*side)
	sample(out, side, []face.Matte{part})
	new(gridmap.Blurrer).Run(out, side, by*float64(side))
	for i, v := range out {
		out[i] = smoothstep(edgeFrom, edgeFull, v)
	}
	return out
}

// sum adds up a map.
func sum(m []float32) float32 {
	var s float32
	for _, v := range m {
		s += v
	}
	return s
}

// Levels of difference, averaged over the three colours and a small neighbourhood, at
// which Differing begins to rise from 0, and reaches 1.
const countsFrom, countsFull = 4, 12

// Differing returns for each pixel, in [0, 1], how much two pictures differ: planar RGB
// in [-1, 1]. Small differences, as a generator makes everywhere, give 0.
func Differing(side int, a, b []float32) []float32 {
	n := side * side
	out := make([]float32, n)
	for i := range out {
		for k := i; k < 3*n; k += n {
			out[i] += abs32(level(a[k])-level(b[k])) / 3
		}
	}
	new(gridmap.Blurrer).Run(out, side, smoothSide*float64(side))
	for i, v := range out {
		out[i] = smoothstep(countsFrom, countsFull, v)
	}
	return out
}
