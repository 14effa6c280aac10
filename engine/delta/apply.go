package delta

import (
	"fmt"
	"slices"

	"deltaedit/engine/onnx"
)

// Shift is the change of a style code by one edit.
type Shift struct {
	// DeltaStyle is ΔS, as Mapper.Delta returns it.
	DeltaStyle []float32
	// Direction is the unit vector Δt that DeltaStyle belongs to. The relevance mask is
	// computed from it. Without a direction there is no mask.
	Direction []float32
	// Length is the length of Δt before normalisation, for packs whose relevance
	// depends on it; 0 means 1.
	Length float64
	// Strength is the strength of the edit: 1 is clearly visible, 0 changes nothing,
	// negative is the opposite edit.
	Strength float64
	// Gain is the calibration of this direction; 0 means 1.
	Gain float64
	// Threshold, when HasThreshold is true, is the relevance threshold in [0, 1] of this
	// direction. It is used when Apply is called with a negative threshold.
	Threshold    float64
	HasThreshold bool
	// Fixed makes Threshold apply whatever Apply is called with.
	Fixed bool
}

// threshold returns the relevance threshold of a shift: its own when that is fixed,
// otherwise asked, or when that is negative the shift's own, or else the pack's.
func (s *Shift) threshold(asked, pack float64) float64 {
	switch {
	case s.Fixed:
		return s.Threshold
	case asked >= 0:
		return asked
	case s.HasThreshold:
		return s.Threshold
	}
	return pack
}

// term is the contribution of one shift: scale·mask·delta for every channel.
type term struct {
	mask  []float32 // nil for none
	delta []float32
	scale float64
}

// Apply returns the style code with all shifts added. The result is in dst when dst is
// large enough, otherwise a new slice. dst must not be style; it may be nil.
//
//	s' = limit(s + Σ strength·gain·packGain·mask(R·Δt)·ΔS)
//
// A negative threshold means the default: each shift's own, or else the pack's. The
// result does not depend on the order of the shifts, to the last bit. Shifts of
// strength 0 change nothing: without others the result equals style exactly. When dst
// is large enough, and the directions and threshold were used before, nothing is
// allocated. Apply panics when a slice has the wrong length; call Check before.
func (m *Mapper) Apply(dst, style []float32, shifts []Shift, threshold float64) []float32 {
	if err := m.Check(style, shifts); err != nil {
		panic(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	packDefault := m.Threshold()
	out := append(dst[:0], style...)
	terms := m.terms[:0]
	for _, s := range shifts {
		if s.Strength == 0 {
			continue
		}
		t := term{delta: s.DeltaStyle, scale: s.Strength * m.gain}
		if s.Gain != 0 {
			t.scale *= s.Gain
		}
		if m.relevance != nil && s.Direction != nil {
			t.mask = m.relevance.mask(s.Direction, s.Length, s.threshold(threshold, packDefault))
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
	clear(terms) // drop the references to the caller's slices
	return out
}

// Check returns an error when Apply cannot be called with style and shifts.
func (m *Mapper) Check(style []float32, shifts []Shift) error {
	n := m.StyleLen()
	if len(style) != n {
		return fmt.Errorf("style code: %w: want %d values, got %d", onnx.ErrShape, n, len(style))
	}
	for i, s := range shifts {
		if len(s.DeltaStyle) != n {
			return fmt.Errorf("shift %d: style change: %w: want %d values, got %d", i, onnx.ErrShape, n, len(s.DeltaStyle))
		}
		if m.relevance != nil && s.Direction != nil && len(s.Direction) != m.relevance.cols {
			return fmt.Errorf("shift %d: direction: %w: want %d values, got %d", i, onnx.ErrShape, m.relevance.cols, len(s.Direction))
		}
		if !finite(s.Strength) || !finite(s.Gain) || !finite(s.Length) {
			return fmt.Errorf("shift %d: %w: strength %v, gain %v, length %v", i, onnx.ErrNotFinite, s.Strength, s.Gain, s.Length)
		}
	}
	return nil
}
