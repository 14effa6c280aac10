package prompt

import "slices"

// Hair is what a concept or a direction changes of hair.
type Hair string

// What can be changed of hair; "" is nothing in particular. Of hair whose tone alone
// changes, the strands can be kept.
const (
	HairTone  Hair = "tone"
	HairShape Hair = "shape"
)

// Weights, as shares of all parts, from which a direction is about the tone of hair and
// about its shape. A part's weight is its squared share.
const (
	leastHairTone  = 0.2
	leastHairShape = 0.1
)

// hairOf returns what a direction with these parts changes of hair.
func hairOf(parts []part, known []concept) Hair {
	var tone, shape, total float64
	for _, p := range parts {
		weight := p.share * p.share
		total += weight
		switch known[p.at].Hair {
		case HairTone:
			tone += weight
		case HairShape:
			shape += weight
		}
	}
	switch {
	case shape > leastHairShape*total:
		return HairShape
	case tone > leastHairTone*total:
		return HairTone
	}
	return ""
}

// conditionedOf returns the unit direction that the delta mapper is given for a unit
// direction with these parts: for each concept that has a conditioned direction, its
// part is replaced by that direction. In the training faces some attributes are
// correlated (age and glasses); a conditioned direction asks for the concept without
// the correlated attributes. The result is dir itself when no part has one.
func conditionedOf(dir []float32, parts []part, known []concept) []float32 {
	out := dir
	for _, p := range parts {
		c := known[p.at]
		if c.Conditioned == nil {
			continue
		}
		if &out[0] == &dir[0] {
			out = slices.Clone(dir)
		}
		for i, v := range c.Conditioned {
			out[i] += float32(p.share) * (v - c.Delta[i])
		}
	}
	if &out[0] != &dir[0] && normalize(out) == 0 {
		return dir // the sum is 0
	}
	return out
}
