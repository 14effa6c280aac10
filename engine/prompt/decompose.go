package prompt

import (
	"cmp"
	"math"
	"slices"
)

// Concept is a known concept compared with a direction Δt.
type Concept struct {
	Name string
	// Cosine in [-1, 1] to Δt. It is negative if Δt asks for the opposite.
	Cosine float64
	// Gain calibrates an edit along the concept.
	Gain float64
	// OutOfRange is the evidence that the pack's generator cannot draw it; "" if
	// it can.
	OutOfRange string
}

// Opposite reports whether Δt points away from the concept.
func (c Concept) Opposite() bool { return c.Cosine < 0 }

const (
	// maxParts is the maximum number of concepts in a decomposition: "an old smiling
	// man with glasses" has four. With more, any direction could be explained.
	maxParts = 4
	// minNearest is the minimum number of concepts in Direction.Nearest, if the pack
	// has as many.
	minNearest = 3
	// minShare is the minimum coefficient of a concept that counts as a part of the
	// direction: each of four equal parts has 0.5. Some concept always fits a little of
	// the remainder, so smaller coefficients mean nothing.
	minShare = 0.3
	// oppositeWeight is the factor on the cosine of an opposite when concepts are
	// compared: of "young" and "not old" with equal cosines, "young" is chosen, since
	// its gain was measured in that direction.
	oppositeWeight = 0.95
	// minGainScale and maxGainScale limit how far the length of Δt scales the gain: far
	// from the lengths at which the concepts were measured, the scale is a guess.
	minGainScale = 0.4
	maxGainScale = 2.0
)

// decomposition is a direction as a sum of known concepts, with the values that follow
// from it.
type decomposition struct {
	// explained in [0, 1] is the part of the direction's length that lies along its
	// concepts.
	explained float64
	// nearest are the parts, largest coefficient first, filled up to minNearest
	// with other concepts.
	nearest []Concept
	// taken are the parts with a coefficient of at least minShare.
	taken []Concept
	// outOfRange are the parts that the generator cannot draw; mainlyOutOfRange is true
	// if the largest part is one of them.
	outOfRange []Concept
	// behind are the parts about the background.
	behind           []Concept
	mainlyOutOfRange bool
	// gain calibrates an edit along the direction; plain is the gain without taking the
	// length of Δt into account.
	gain, plain float64
	// ranges are the ranges of faces along the parts.
	ranges []faceRange
	// thresholds are the relevance thresholds of the parts.
	thresholds thresholds
	// subject is what the direction is about.
	subject Subject
	// conditioned is the unit direction for the delta mapper.
	conditioned []float32
	// keptHair is the same for a photo whose hair stays, nil if there is no difference.
	keptHair []float32
}

// part is a component of a direction: a concept by its index, and its coefficient,
// negative for the opposite.
type part struct {
	at    int
	share float64
}

// decompose compares a unit direction with the known concepts; length is the
// direction's length before it was normalised.
func decompose(dir []float32, length float64, known []concept) decomposition {
	parts, explained := matchingPursuit(dir, known)
	v := decomposition{explained: explained}
	v.gain, v.plain = gainOf(parts, length, known)
	v.nearest = nearest(dir, parts, known)
	v.ranges = faceRangesOf(parts, known)
	v.thresholds = thresholdsOf(parts, known)
	v.subject = subjectOf(parts, known)
	v.conditioned = conditionedOf(dir, parts, known, concept.conditioned)
	for _, p := range parts {
		if known[p.at].KeptHair != nil {
			v.keptHair = conditionedOf(dir, parts, known, concept.keptHair)
			break
		}
	}
	for i, p := range parts {
		c := known[p.at]
		if math.Abs(p.share) >= minShare {
			v.taken = append(v.taken, conceptAt(dir, c))
		}
		if c.OutOfRange != "" {
			v.outOfRange = append(v.outOfRange, conceptAt(dir, c))
			v.mainlyOutOfRange = v.mainlyOutOfRange || i == 0
		}
		if c.Behind {
			v.behind = append(v.behind, conceptAt(dir, c))
		}
	}
	return v
}

// matchingPursuit decomposes a unit direction into the concept that fits best and up to
// maxParts-1 others with a share of at least minShare, largest first, and returns how
// much of the direction they explain.
//
// Known deltas span the subspace in which the mapper was trained, but with many
// concepts everything lies in their span, so the span says nothing. Instead, the
// projection on the concept with the largest cosine is subtracted, then that on the
// best concept for the remainder, and so on (matching pursuit). The opposite of a
// concept counts like the concept, or only slightly less: "smiling face" to "face"
// removes a smile. explained is the square root of the share of the squared length that
// is then removed: it is at least the largest cosine, and about 1 for a sum of up to
// maxParts concepts. A random direction has about √(2·ln K / D), which is 0.2 for 300
// concepts in 256 dimensions.
func matchingPursuit(dir []float32, known []concept) (parts []part, explained float64) {
	rest := slices.Clone(dir)
	gone := 0.0
	for range min(maxParts, len(known)) {
		best, at, most := 0.0, -1, 0.0
		for i, c := range known {
			d := dot(rest, c.Delta)
			if weight := preference(d); weight > most {
				best, at, most = d, i, weight
			}
		}
		if at < 0 || len(parts) > 0 && math.Abs(best) < minShare {
			break
		}
		for j, v := range known[at].Delta {
			rest[j] -= float32(best) * v
		}
		gone += best * best
		if i := slices.IndexFunc(parts, func(p part) bool { return p.at == at }); i >= 0 {
			parts[i].share += best // corrects a share that is also partly another concept's
		} else {
			parts = append(parts, part{at, best})
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int {
		return cmp.Compare(math.Abs(b.share), math.Abs(a.share))
	})
	return parts, math.Min(1, math.Sqrt(gone))
}

// preference returns the value by which concepts are ranked for a cosine.
func preference(cosine float64) float64 {
	if cosine < 0 {
		return -cosine * oppositeWeight
	}
	return cosine
}

// gainOf returns the mean of the parts' gains weighted by their squared shares; 1
// without parts. If the pack gives the length of each concept's own Δt, the gain is
// scaled by the length of this one, within limits: "slightly tanned" is shorter than
// "tanned", "very old" longer than "old", and the sum of two attributes is longer than
// either, so that each of them keeps its full effect. plain ignores the length.
func gainOf(parts []part, length float64, known []concept) (gain, plain float64) {
	weight := 0.0
	for _, p := range parts {
		c, w := known[p.at], p.share*p.share
		weight += w
		plain += w * c.Gain
		if c.Length > 0 {
			gain += w * c.Gain * length / c.Length
		} else {
			gain += w * c.Gain
		}
	}
	if weight == 0 {
		return 1, 1
	}
	gain = math.Max(minGainScale*plain, math.Min(maxGainScale*plain, gain))
	return gain / weight, plain / weight
}

// nearest returns the concepts to report: the parts, then the others with the largest
// cosines until there are minNearest.
func nearest(dir []float32, parts []part, known []concept) []Concept {
	var out []Concept
	named := map[int]bool{}
	for _, p := range parts {
		out = append(out, conceptAt(dir, known[p.at]))
		named[p.at] = true
	}
	var others []Concept
	for i, c := range known {
		if !named[i] {
			others = append(others, conceptAt(dir, c))
		}
	}
	slices.SortStableFunc(others, func(a, b Concept) int {
		return cmp.Compare(preference(b.Cosine), preference(a.Cosine))
	})
	for len(out) < minNearest && len(others) > 0 {
		out, others = append(out, others[0]), others[1:]
	}
	return out
}

// conceptAt returns a known concept with its cosine to a unit direction.
func conceptAt(dir []float32, c concept) Concept {
	return Concept{Name: c.Name, Cosine: dot(dir, c.Delta), Gain: c.Gain, OutOfRange: c.OutOfRange}
}
