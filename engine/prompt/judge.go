package prompt

import (
	"cmp"
	"math"
	"slices"
)

// Concept is a known direction beside a Δt.
type Concept struct {
	Name string
	// Cosine in [-1, 1] to Δt. It is negative where Δt asks for the opposite.
	Cosine float64
	// Gain calibrates an edit along the concept.
	Gain float64
	// OutOfRange is the evidence that the pack's generator cannot do it; "" for
	// what it can.
	OutOfRange string
}

// Opposite reports whether Δt leads away from the concept.
func (c Concept) Opposite() bool { return c.Cosine < 0 }

const (
	// blend is the number of concepts that may together explain a direction:
	// "an old smiling man with glasses" is four. More would explain anything.
	blend = 4
	// nearestShown is the number of concepts that a Direction names at least.
	nearestShown = 3
	// telling is the coefficient from which a concept is a part of the wish:
	// each of four equal wishes has 0.5. Below it concepts fit what is left
	// over, and there are always some that fit a little.
	telling = 0.3
	// backwards is what the opposite of a concept counts beside a concept that
	// points there: "young" explains "young face" better than "not old" does,
	// even where both are as near, and its gain was measured that way round.
	backwards = 0.95
	// The length of Δt scales the gain within these limits, since far from
	// what the concepts were measured at the length is a guess.
	leastIntensity = 0.4
	mostIntensity  = 2.0
)

// verdict is what the concepts say of a direction.
type verdict struct {
	// explained in [0, 1] is how much of the direction they account for.
	explained float64
	// nearest are the concepts to name, those of the largest coefficients first.
	nearest []Concept
	// beyond are the parts of the wish that the generator cannot do; mostly
	// says that the largest part is one of them.
	beyond []Concept
	// behind are the parts of what lies behind the person.
	behind []Concept
	mostly bool
	// gain calibrates an edit along the direction; plain is the same for a wish
	// of usual intensity.
	gain, plain float64
	// spans are where faces lie along the parts.
	spans []span
}

// part is a share of a direction: a concept by its index, and its coefficient,
// negative for the opposite.
type part struct {
	at    int
	share float64
}

// judge compares a unit direction, which had the length before it was
// normalised, with the known concepts.
func judge(dir []float32, length float64, known []concept) verdict {
	parts, explained := pursue(dir, known)
	v := verdict{explained: explained}
	v.gain, v.plain = gainOf(parts, length, known)
	v.nearest = nearest(dir, parts, known)
	v.spans = spansOf(parts, known)
	for i, p := range parts {
		c := known[p.at]
		if c.OutOfRange != "" {
			v.beyond = append(v.beyond, beside(dir, c))
			v.mostly = v.mostly || i == 0
		}
		if c.Behind {
			v.behind = append(v.behind, beside(dir, c))
		}
	}
	return v
}

// pursue takes a unit direction apart into the concept that fits best and up to
// blend-1 others that tell, largest first, and says how much they explain of it.
//
// Known deltas span the subspace in which the mapper was trained, but with
// many concepts everything lies in their span, so the span says nothing.
// Instead the concept of the largest cosine is subtracted, as far as it points,
// then the next best from what is left (matching pursuit). The opposite of a
// concept counts like the concept, or hardly less: "smiling face" to "face"
// takes a smile away. explained is the square root of the share of the squared
// length that is then gone: it is at least the largest cosine, and about 1 for
// a sum of up to blend concepts. A random direction comes to about √(2·ln K /
// D), 0.2 for 300 concepts in 256 dimensions.
func pursue(dir []float32, known []concept) (parts []part, explained float64) {
	rest := slices.Clone(dir)
	gone := 0.0
	for range min(blend, len(known)) {
		best, at, most := 0.0, -1, 0.0
		for i, c := range known {
			d := dot(rest, c.Delta)
			if weight := preference(d); weight > most {
				best, at, most = d, i, weight
			}
		}
		if at < 0 || len(parts) > 0 && math.Abs(best) < telling {
			break
		}
		for j, v := range known[at].Delta {
			rest[j] -= float32(best) * v
		}
		gone += best * best
		if i := slices.IndexFunc(parts, func(p part) bool { return p.at == at }); i >= 0 {
			parts[i].share += best // what another concept took too much of
		} else {
			parts = append(parts, part{at, best})
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int {
		return cmp.Compare(math.Abs(b.share), math.Abs(a.share))
	})
	return parts, math.Min(1, math.Sqrt(gone))
}

// preference orders concepts by their cosine.
func preference(cosine float64) float64 {
	if cosine < 0 {
		return -cosine * backwards
	}
	return cosine
}

// gainOf is the mean of the parts' gains weighted by their squared shares; 1
// without parts. Where the pack says how long each concept's own Δt is, the
// gain follows the length of this one, within limits: "slightly tanned" is
// shorter than "tanned", "very old" longer than "old", and the sum of two
// wishes is longer than either, so that each of them still gets its due. plain
// leaves the length out.
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
	gain = math.Max(leastIntensity*plain, math.Min(mostIntensity*plain, gain))
	return gain / weight, plain / weight
}

// nearest are the concepts to name: the parts, and after them others that point
// the same way until there are nearestShown.
func nearest(dir []float32, parts []part, known []concept) []Concept {
	var out []Concept
	named := map[int]bool{}
	for _, p := range parts {
		out = append(out, beside(dir, known[p.at]))
		named[p.at] = true
	}
	var others []Concept
	for i, c := range known {
		if !named[i] {
			others = append(others, beside(dir, c))
		}
	}
	slices.SortStableFunc(others, func(a, b Concept) int {
		return cmp.Compare(preference(b.Cosine), preference(a.Cosine))
	})
	for len(out) < nearestShown && len(others) > 0 {
		out, others = append(out, others[0]), others[1:]
	}
	return out
}

// beside is a known concept beside a unit direction.
func beside(dir []float32, c concept) Concept {
	return Concept{Name: c.Name, Cosine: dot(dir, c.Delta), Gain: c.Gain, OutOfRange: c.OutOfRange}
}
