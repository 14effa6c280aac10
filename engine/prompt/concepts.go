package prompt

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"deltaedit/engine/pack"
)

// Concept is a known direction and its cosine to a Δt.
type Concept struct {
	Name   string
	Cosine float64
	Gain   float64 // calibration of an edit along this concept
}

// concept is one entry of concepts.json.
type concept struct {
	Name   string    `json:"name"`
	Source string    `json:"source"`
	Target string    `json:"target"`
	Delta  []float32 `json:"delta"`
	Gain   float64   `json:"gain"`
}

func loadConcepts(p *pack.Pack, rel string, dim int) ([]concept, error) {
	if rel == "" {
		return nil, nil
	}
	data, err := p.Bytes(rel)
	if err != nil {
		return nil, err
	}
	var cs []concept
	if err := json.Unmarshal(data, &cs); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", pack.ErrFile, rel, err)
	}
	for i := range cs {
		c := &cs[i]
		if len(c.Delta) != dim {
			return nil, fmt.Errorf("%w: %s: concept %q: want %d values, got %d", pack.ErrFile, rel, c.Name, dim, len(c.Delta))
		}
		if normalize(c.Delta) == 0 {
			return nil, fmt.Errorf("%w: %s: concept %q: its delta is zero or not finite", pack.ErrFile, rel, c.Name)
		}
		if !(c.Gain >= 0) || math.IsInf(c.Gain, 0) {
			return nil, fmt.Errorf("%w: %s: concept %q: gain is %v", pack.ErrFile, rel, c.Name, c.Gain)
		}
		if c.Gain == 0 {
			c.Gain = 1
		}
	}
	return cs, nil
}

// nearestShown is the number of concepts that a Direction names.
const nearestShown = 3

// blend is the number of concepts that may together explain a direction:
// "blond hair and glasses" is two.
const blend = 2

// judge compares a unit direction with the known concepts. It returns the
// nearest ones, best first; how much of the direction they explain, in [0, 1];
// and the gain for an edit along it.
//
// Known deltas span the subspace in which the mapper was trained, but with
// many concepts everything lies in their span, so the span says nothing.
// Instead the direction is compared with the best few: the concept of the
// largest cosine is subtracted, as far as it points, then the next best from
// what is left (matching pursuit). The opposite of a concept counts like the
// concept: "smiling face" to "face" takes a smile away. explained is the
// square root of the share of the squared length that is then gone: it equals
// the largest cosine for a plain wish, and about 1 for a sum of two concepts.
// A random direction comes to √(2·2·ln K / D), about 0.3 for 300 concepts in
// 256 dimensions, below the bar.
//
// For the gain see gainAlong.
func judge(dir []float32, known []concept) (nearest []Concept, explained, gain float64) {
	all := make([]Concept, len(known))
	for i, c := range known {
		all[i] = Concept{Name: c.Name, Cosine: dot(dir, c.Delta), Gain: c.Gain}
	}
	slices.SortStableFunc(all, func(a, b Concept) int {
		switch {
		case a.Cosine > b.Cosine:
			return -1
		case a.Cosine < b.Cosine:
			return 1
		}
		return 0
	})
	nearest = all[:min(nearestShown, len(all)):min(nearestShown, len(all))]

	rest := slices.Clone(dir)
	gone := 0.0
	for range min(blend, len(known)) {
		best, at := 0.0, -1
		for i, c := range known {
			if d := dot(rest, c.Delta); math.Abs(d) > math.Abs(best) {
				best, at = d, i
			}
		}
		if at < 0 {
			break
		}
		for j, v := range known[at].Delta {
			rest[j] -= float32(best) * v
		}
		gone += best * best
	}
	explained = math.Min(1, math.Sqrt(gone))

	return nearest, explained, gainAlong(all)
}

// gainAlong is the mean gain of the nearest concepts weighted by their cosines,
// given all concepts, best first; of the nearest to the opposite direction when
// that is the better known one, since an edit backwards takes as much. It is 1
// when nothing points either way.
func gainAlong(all []Concept) float64 {
	if n := len(all); n > 0 && -all[n-1].Cosine > all[0].Cosine {
		all = slices.Clone(all)
		slices.Reverse(all)
		for i := range all {
			all[i].Cosine = -all[i].Cosine
		}
	}
	gain, weight := 0.0, 0.0
	for _, c := range all[:min(nearestShown, len(all))] {
		if c.Cosine > 0 {
			weight += c.Cosine
			gain += c.Cosine * c.Gain
		}
	}
	if weight == 0 {
		return 1
	}
	return gain / weight
}
