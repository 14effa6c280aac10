package delta

import (
	"fmt"
	"slices"

	"deltaedit/engine/onnx"
)

// Step is one edit to apply.
type Step struct {
	// DeltaStyle is what Mapper.Delta returned.
	DeltaStyle []float32
	// Direction is the unit vector Δt that DeltaStyle was made from; the
	// relevance mask is made from it. Nil masks nothing.
	Direction []float32
	// Length is that of Δt before it was made a unit vector, for packs whose
	// relevance goes by it; 0 is taken as 1.
	Length float64
	// Strength is the user's: 1 is plainly visible, 0 nothing, negative the
	// other way.
	Strength float64
	// Gain is the calibration of this direction; 0 is taken as 1.
	Gain float64
}

// term is what a step adds to every channel.
type term struct {
	mask  []float32 // nil for none
	delta []float32
	scale float64
}

// Apply returns style with all steps applied, in dst where that has room for it and
// as a new slice otherwise; dst is nil or another slice than style:
//
//	s' = limit(s + Σ strength·gain·packGain·mask(R·Δt)·ΔS)
//
// A negative threshold takes the pack's default. The order of the steps makes
// no difference, to the last bit, and steps of strength 0 make none either: with
// nothing to do the result equals style exactly. With room in dst nothing is
// allocated for directions and thresholds that were there before. It panics when a
// slice has the wrong length; Check tells beforehand.
func (m *Mapper) Apply(dst, style []float32, steps []Step, threshold float64) []float32 {
	if err := m.Check(style, steps); err != nil {
		panic(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if threshold < 0 {
		threshold = m.Threshold()
	}
	out := append(dst[:0], style...)
	terms := m.terms[:0]
	for _, s := range steps {
		if s.Strength == 0 {
			continue
		}
		t := term{delta: s.DeltaStyle, scale: s.Strength * m.gain}
		if s.Gain != 0 {
			t.scale *= s.Gain
		}
		if m.relevance != nil && s.Direction != nil {
			t.mask = m.relevance.mask(s.Direction, s.Length, threshold)
		}
		terms = append(terms, t)
	}
	m.terms = terms
	if len(terms) == 0 {
		return out
	}
	// Floating-point addition depends on the order, so each channel's terms are
	// added from the smallest to the largest.
	parts := slices.Grow(m.parts[:0], len(terms))[:len(terms)]
	m.parts = parts
	for c := range out {
		for i := range terms {
			t := &terms[i]
			parts[i] = t.scale * float64(t.delta[c])
			if t.mask != nil {
				parts[i] *= float64(t.mask[c])
			}
		}
		if len(parts) > 2 {
			slices.Sort(parts)
		}
		sum := 0.0
		for _, p := range parts {
			sum += p
		}
		if sum == 0 {
			continue
		}
		moved := float64(style[c]) + sum
		if m.stats != nil {
			moved = m.stats.limit(c, float64(style[c]), moved)
		}
		out[c] = float32(moved)
	}
	clear(terms) // of what belongs to the caller nothing is kept
	return out
}

// Check reports whether Apply can be called with style and steps.
func (m *Mapper) Check(style []float32, steps []Step) error {
	n := m.StyleLen()
	if len(style) != n {
		return fmt.Errorf("style code: %w: want %d values, got %d", onnx.ErrShape, n, len(style))
	}
	for i, s := range steps {
		if len(s.DeltaStyle) != n {
			return fmt.Errorf("step %d: style change: %w: want %d values, got %d", i, onnx.ErrShape, n, len(s.DeltaStyle))
		}
		if m.relevance != nil && s.Direction != nil && len(s.Direction) != m.relevance.cols {
			return fmt.Errorf("step %d: direction: %w: want %d values, got %d", i, onnx.ErrShape, m.relevance.cols, len(s.Direction))
		}
		if !finite(s.Strength) || !finite(s.Gain) || !finite(s.Length) {
			return fmt.Errorf("step %d: %w: strength %v, gain %v, length %v", i, onnx.ErrNotFinite, s.Strength, s.Gain, s.Length)
		}
	}
	return nil
}
