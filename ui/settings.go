package ui

import (
	"strings"

	"deltaedit/engine"
)

// defaultSource is what a photo shows when nobody says otherwise.
const defaultSource = "face"

// defaultStrength is the calibrated, plainly visible edit.
const defaultStrength = 1

// packThreshold asks for the pack's own relevance threshold.
const packThreshold = -1

// packSteps asks for the pack's own number of steps.
const packSteps = 0

// settings are what the controls say. They are comparable, so that the
// history can tell a change from none.
type settings struct {
	Source, Target string
	Strength       float64
	// Threshold in [0, 1], or packThreshold.
	Threshold float64
	Face      int
	// Aligned shows the face alone.
	Aligned bool
	// Engine makes the final picture, where the pack has it.
	Engine engine.Kind
	// Steps of the diffusion, or packSteps.
	Steps int
}

func defaultSettings() settings {
	return settings{Source: defaultSource, Strength: defaultStrength, Threshold: packThreshold}
}

// edits returns what the engine is to do; none when the prompts ask for
// nothing.
func (s settings) edits() []engine.Edit {
	source, target := strings.TrimSpace(s.Source), strings.TrimSpace(s.Target)
	if source == "" {
		source = defaultSource
	}
	if target == "" || target == source {
		return nil
	}
	return []engine.Edit{{Source: source, Target: target, Strength: s.Strength}}
}
