package prompt

import "math"

const (
	// leastBack is the room that an edit has away from its wish, even on a
	// face that has none of it: what is not there cannot be taken away, and
	// trying to draws something else.
	leastBack = 0.15
	// leastAhead is the room that it has toward its wish: strength 1 is always
	// given in full.
	leastAhead = 1
)

// span is where faces lie along one part of a direction.
type span struct {
	delta     []float32 // unit, the concept's
	low, high float64   // the range of a face's vector times delta
	motion    float64   // what an edit of strength 1 adds to it, > 0
	weight    float64   // squared share of the direction
	opposite  bool
}

// spansOf returns the spans of the parts that the pack gives one of.
func spansOf(parts []part, known []concept) []span {
	var out []span
	for _, p := range parts {
		if c := known[p.at]; c.Motion > 0 {
			out = append(out, span{c.Delta, c.Low, c.High, c.Motion, p.share * p.share, p.share < 0})
		}
	}
	return out
}

// room returns the strengths, at least leastBack and leastAhead, after which a
// face (a unit vector) has left the range in which faces lie along the
// direction, backwards and forwards: the mean of the parts' by their squared
// shares. It is +Inf where the pack gives no ranges.
func room(spans []span, face []float32) (back, ahead float64) {
	total := 0.0
	for _, s := range spans {
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
	return math.Max(leastBack, back/total), math.Max(leastAhead, ahead/total)
}

// Pace returns the strength that an edit of a face is given for the user's
// strength; face is its unit vector in the shared space. Within the range in
// which faces lie along the direction the two are equal. Beyond, where an edit
// would leave the manifold of faces, the strength grows with the logarithm: it
// still follows the slider, by less and less. The result is continuous and
// strictly increasing in strength, with its sign.
func (d Direction) Pace(strength float64, face []float32) float64 {
	back, ahead := room(d.spans, face)
	if strength < 0 {
		return -slowed(-strength, back)
	}
	return slowed(strength, ahead)
}

// slowed returns x up to room, and beyond it room·(1 + ln(x/room)).
func slowed(x, room float64) float64 {
	if x <= room {
		return x
	}
	return room * (1 + math.Log(x/room))
}
