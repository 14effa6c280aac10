// Package stack is the list of changes that are asked of one face: rows of prompts
// with a strength each, of which one is in hand. It knows no widgets. Stacks are values:
// a method that changes one returns another and leaves the old one as it was, so that a
// history may keep both.
package stack

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"deltaedit/engine"
	"deltaedit/engine/mask"
)

// DefaultSource is the source prompt of a row that says none.
const DefaultSource = "face"

// DefaultStrength is the calibrated strength at which an edit is plainly visible.
const DefaultStrength = 1

// OwnThreshold as a row's Threshold selects the relevance threshold that suits the edit.
const OwnThreshold = -1

// MaxPrompt is the length in bytes of the longest prompt that Check accepts.
const MaxPrompt = 1 << 16

// Row is one change that is asked for. It is comparable.
type Row struct {
	Source string `json:"source"`
	Target string `json:"target"`
	// Strength is that of engine.Edit.
	Strength float64 `json:"strength"`
	// Threshold is the relevance threshold in [0, 1], or OwnThreshold.
	Threshold float64 `json:"threshold"`
	// Off leaves the row out of the picture.
	Off bool `json:"off,omitempty"`
	// Mask says where on the face the change reaches; the zero mask is everywhere.
	Mask mask.Mask `json:"mask,omitzero"`
}

// NewRow returns a row that asks for nothing yet.
func NewRow() Row {
	return Row{Source: DefaultSource, Strength: DefaultStrength, Threshold: OwnThreshold}
}

// Texts returns the prompts as the engine gets them.
func (r Row) Texts() (source, target string) {
	source, target = strings.TrimSpace(r.Source), strings.TrimSpace(r.Target)
	if source == "" {
		source = DefaultSource
	}
	return source, target
}

// Blank reports whether the prompts ask for no change.
func (r Row) Blank() bool {
	source, target := r.Texts()
	return target == "" || target == source
}

// idle reports whether nothing is lost with the row: it asks for no change and has no mask.
func (r Row) idle() bool { return r.Blank() && r.Mask.IsZero() }

// Edit returns the row as an edit for the engine, and false when it asks for nothing or
// is off.
func (r Row) Edit() (engine.Edit, bool) {
	if r.Off || r.Blank() {
		return engine.Edit{}, false
	}
	source, target := r.Texts()
	e := engine.Edit{Source: source, Target: target, Strength: r.Strength, Mask: r.Mask}
	if r.Threshold >= 0 {
		e.Threshold, e.HasThreshold = r.Threshold, true
	}
	return e, true
}

// Check returns an error when this program cannot have written the row.
func (r Row) Check() error {
	switch {
	case len(r.Source) > MaxPrompt, len(r.Target) > MaxPrompt:
		return fmt.Errorf("a prompt has %d bytes, want at most %d", max(len(r.Source), len(r.Target)), MaxPrompt)
	case !(math.Abs(r.Strength) <= engine.MaxStrength):
		return fmt.Errorf("the strength is %v, want −%d to %d", r.Strength, engine.MaxStrength, engine.MaxStrength)
	case !(r.Threshold >= -1 && r.Threshold <= 1):
		return fmt.Errorf("the threshold is %v, want 0 to 1, or -1 for the edit's own", r.Threshold)
	}
	return nil
}

var errNoRows = errors.New("a stack without rows")
