package prompt

import "math"

const (
	// minBackward is the minimum headroom of an edit away from its concept. A face
	// without the attribute cannot lose it; a stronger edit would draw something else.
	minBackward = 0.15
	// minForward is the minimum headroom toward the concept: strength 1 is always
	// applied in full.
	minForward = 1
)

// faceRange is the range of faces along one part of a direction.
type faceRange struct {
	delta     []float32 // the unit direction of the concept
	low, high float64   // the range of a face's vector times delta
	motion    float64   // what an edit of strength 1 adds to it, > 0
	weight    float64   // squared share of the direction
	opposite  bool
}

// faceRangesOf returns the ranges of those parts for which the pack lists one.
func faceRangesOf(parts []part, known []concept) []faceRange {
	var out []faceRange
	for _, p := range parts {
		if c := known[p.at]; c.Motion > 0 {
			out = append(out, faceRange{c.Delta, c.Low, c.High, c.Motion, p.share * p.share, p.share < 0})
		}
	}
	return out
}

// headroom returns the strengths, backward and forward, at which a face (a unit vector)
// leaves the range of faces along the direction: the mean over the parts, weighted by
// their squared shares, at least minBackward and minForward. It is +Inf if the pack
// lists no ranges.
func headroom(ranges []faceRange, face []float32) (back, ahead float64) {
	total := 0.0
	for _, s := range ranges {
		at := dot(face, s.delta)
		below, above := math.Max(0, at-s.low)/s.motion, math.Max(0, s.high-at)/s.motion
		if s.opposite {
			below, above = above, below
		}
		back += s.weight * below
		ahead += s.weight * above
		total += s.weight
	}
	if total == 0 {
		return math.Inf(1), math.Inf(1)
	}
	return math.Max(minBackward, back/total), math.Max(minForward, ahead/total)
}

// Pace returns the strength to apply to a face for the user's strength; face is its
// unit vector in the shared space. Within the range of faces along the direction the
// two are equal. Beyond it, where an edit would leave the manifold of faces, the
// applied strength grows only with the logarithm of the user's strength. The result is
// continuous and strictly increasing in strength, and has its sign.
func (d Direction) Pace(strength float64, face []float32) float64 {
	back, ahead := headroom(d.ranges, face)
	if strength < 0 {
		return -tapered(-strength, back)
	}
	return tapered(strength, ahead)
}

// tapered returns x up to the headroom h, and h·(1 + ln(x/h)) beyond it.
func tapered(x, h float64) float64 {
	if x <= h {
		return x
	}
	return h * (1 + math.Log(x/h))
}
