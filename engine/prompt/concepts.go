package prompt

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"deltaedit/engine/pack"
)

// Known is a concept as a pack lists it: a wish that the space was trained on,
// with what was measured of the edits along it.
type Known struct {
	Name string `json:"name"`
	// Source and Target are the plainest prompts for it.
	Source string `json:"source"`
	Target string `json:"target"`
	// Gain > 0 calibrates an edit along the concept: at strength 1 the mapper's
	// ΔS is taken that many times.
	Gain float64 `json:"gain"`
	// Length > 0 is |g(Target) − g(Source)| of unit vectors; 0 in packs that do
	// not say.
	Length float64 `json:"length,omitempty"`
	// Reach is the response that was measured over the one wanted: below 1 the
	// greatest, otherwise the first that is enough. 0 in packs that do not say.
	Reach float64 `json:"reach,omitempty"`
	// Low and High, in [-1, 1], are the range in which nearly all faces' vectors
	// lie along the concept's unit Δt, and Motion > 0 is what an edit of strength
	// 1 adds there; all three are 0 in packs that do not say.
	Low    float64 `json:"low,omitempty"`
	High   float64 `json:"high,omitempty"`
	Motion float64 `json:"motion,omitempty"`
	// OutOfRange is the evidence that the pack's generator cannot do it; "" for
	// what it can.
	OutOfRange string `json:"out_of_range,omitempty"`
	// Behind says that the concept is of what lies behind the person.
	Behind bool `json:"behind,omitempty"`
}

// concept is one entry of concepts.json.
type concept struct {
	Known
	Delta []float32 `json:"delta"` // unit
}

// Concepts returns the concepts that a pack's text encoder was trained on, in
// the pack's order, without opening a session; none for a pack that lists none.
// Files that cannot be read or make no sense are errors that wrap pack.ErrFile.
func Concepts(p *pack.Pack) ([]Known, error) {
	c, err := p.Component("text_encoder")
	if err != nil {
		return nil, err
	}
	var params textParams
	if err := c.Decode(&params); err != nil {
		return nil, fmt.Errorf("pack %q: component \"text_encoder\": %w", p.Name(), err)
	}
	all, err := readConcepts(p, params.Concepts)
	if err != nil {
		return nil, fmt.Errorf("pack %q: component \"text_encoder\": %w", p.Name(), err)
	}
	out := make([]Known, len(all))
	for i, c := range all {
		out[i] = c.Known
	}
	return out, nil
}

// readConcepts reads the file of concepts rel, "" for none.
func readConcepts(p *pack.Pack, rel string) ([]concept, error) {
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
		for _, v := range []struct {
			name  string
			value float64
		}{{"gain", c.Gain}, {"length", c.Length}, {"reach", c.Reach}, {"motion", c.Motion}} {
			if !(v.value >= 0) || math.IsInf(v.value, 0) {
				return nil, fmt.Errorf("%w: %s: concept %q: %s is %v", pack.ErrFile, rel, c.Name, v.name, v.value)
			}
		}
		if !(c.Low >= -1 && c.Low <= c.High && c.High <= 1) {
			return nil, fmt.Errorf("%w: %s: concept %q: want a range in [-1, 1], got %v to %v", pack.ErrFile, rel, c.Name, c.Low, c.High)
		}
		if c.Gain == 0 {
			c.Gain = 1
		}
		c.OutOfRange = strings.TrimSpace(c.OutOfRange)
	}
	return cs, nil
}

// loadConcepts is readConcepts with unit deltas of dim values.
func loadConcepts(p *pack.Pack, rel string, dim int) ([]concept, error) {
	cs, err := readConcepts(p, rel)
	if err != nil {
		return nil, err
	}
	for _, c := range cs {
		if len(c.Delta) != dim {
			return nil, fmt.Errorf("%w: %s: concept %q: want %d values, got %d", pack.ErrFile, rel, c.Name, dim, len(c.Delta))
		}
		if normalize(c.Delta) == 0 {
			return nil, fmt.Errorf("%w: %s: concept %q: its delta is zero or not finite", pack.ErrFile, rel, c.Name)
		}
	}
	return cs, nil
}
