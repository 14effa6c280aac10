package prompt

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"deltaedit/engine/pack"
)

// Known is a concept as a pack lists it: an edit that the shared space was trained on,
// with the measured properties of edits along it.
type Known struct {
	Name string `json:"name"`
	// Source and Target are the simplest prompts for the concept.
	Source string `json:"source"`
	Target string `json:"target"`
	// Gain > 0 calibrates an edit along the concept: at strength 1 the mapper's ΔS is
	// multiplied by it.
	Gain float64 `json:"gain"`
	// Length > 0 is |g(Target) − g(Source)| of unit vectors; 0 in packs that do not
	// give it.
	Length float64 `json:"length,omitempty"`
	// Reach is the measured response divided by the wanted one: below 1 it is the
	// greatest response, otherwise the first that is enough. 0 in packs that do not
	// give it.
	Reach float64 `json:"reach,omitempty"`
	// Low and High, in [-1, 1], are the range of nearly all faces' vectors along the
	// concept's unit Δt, and Motion > 0 is what an edit of strength 1 adds there; all
	// three are 0 in packs that do not give them.
	Low    float64 `json:"low,omitempty"`
	High   float64 `json:"high,omitempty"`
	Motion float64 `json:"motion,omitempty"`
	// Threshold, in [0, 1], is the best relevance threshold for the concept; nil where
	// that is the pack's default.
	Threshold *float64 `json:"threshold,omitempty"`
	// OutOfRange is the evidence that the pack's generator cannot draw the concept; ""
	// if it can.
	OutOfRange string `json:"out_of_range,omitempty"`
	// Behind is true for a concept about the background.
	Behind bool `json:"behind,omitempty"`
}

// concept is one entry of concepts.json.
type concept struct {
	Known
	Delta []float32 `json:"delta"` // unit
	// Conditioned is the unit direction for the delta mapper; nil if it is equal to
	// Delta.
	Conditioned []float32 `json:"conditioned,omitempty"`
	// KeptHair is Conditioned for a photo whose hair stays although the concept draws new
	// hair; nil if it is the same.
	KeptHair []float32 `json:"kept_hair,omitempty"`
	// Subject says which parts of a portrait the concept is about.
	Subject
}

// Concepts returns the concepts that a pack's text encoder was trained on, in the
// pack's order, without opening a session; none for a pack that lists none. The error
// for files that are unreadable or invalid wraps pack.ErrFile.
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

// readConcepts reads the file of concepts rel; "" has none.
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
		if t := c.Threshold; t != nil && !(*t >= 0 && *t <= 1) {
			return nil, fmt.Errorf("%w: %s: concept %q: want a threshold in [0, 1], got %v", pack.ErrFile, rel, c.Name, *t)
		}
		if err := c.check(); err != nil {
			return nil, fmt.Errorf("%w: %s: concept %q: %w", pack.ErrFile, rel, c.Name, err)
		}
		if c.Gain == 0 {
			c.Gain = 1
		}
		c.OutOfRange = strings.TrimSpace(c.OutOfRange)
	}
	return cs, nil
}

// loadConcepts is readConcepts, but requires unit deltas of dim values.
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
		for _, v := range []struct {
			name      string
			direction []float32
		}{{"conditioned", c.Conditioned}, {"kept_hair", c.KeptHair}} {
			if v.direction == nil {
				continue
			}
			if len(v.direction) != dim {
				return nil, fmt.Errorf("%w: %s: concept %q: %s: want %d values, got %d", pack.ErrFile, rel, c.Name, v.name, dim, len(v.direction))
			}
			if normalize(v.direction) == 0 {
				return nil, fmt.Errorf("%w: %s: concept %q: %s is zero or not finite", pack.ErrFile, rel, c.Name, v.name)
			}
		}
	}
	return cs, nil
}
