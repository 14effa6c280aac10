// Package history remembers the settled states of the window's edits: which photo, and
// which changes of which face. It stores recipes and small thumbnails, not pictures, so
// every state can be drawn again without loss. States form a tree: undoing and then
// changing something else loses nothing. It knows no widgets.
package history

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"deltaedit/engine"
	"deltaedit/ui/savedstate"
	"deltaedit/ui/stack"
)

// State is a settled state of the window.
type State struct {
	// ID is unique in a history and larger than that of every earlier state.
	ID int64 `json:"id"`
	// Parent is the state that was changed into this one, 0 for none.
	Parent int64     `json:"parent,omitempty"`
	At     time.Time `json:"at"`
	// Root is the photo that the person opened. Photo is the one that the changes are
	// made on: Root, or a kept result that came from it.
	Root  savedstate.Photo `json:"root"`
	Photo savedstate.Photo `json:"photo"`

	// Face counts from 0; Stacks are the changes of each face.
	Face    int           `json:"face,omitempty"`
	Stacks  []stack.Stack `json:"stacks,omitempty"`
	Aligned bool          `json:"aligned,omitempty"`
	// Renderer is gan or diffusion; "" is gan. Steps are those of the diffusion, 0 for
	// the pack's number.
	Renderer string `json:"engine,omitempty"`
	Steps    int    `json:"steps,omitempty"`

	// Starred states, and those with a name, are kept longest.
	Starred bool   `json:"starred,omitempty"`
	Name    string `json:"name,omitempty"`
	// Gone, in a file, removes the state.
	Gone bool `json:"gone,omitempty"`
}

// Limits of a stored state.
const (
	maxLine  = 8 << 20 // bytes
	maxFaces = 10_000
	maxName  = 200 // bytes
)

// kept reports whether the person wants to keep the state.
func (s *State) kept() bool { return s.Starred || s.Name != "" }

// parse reads a line of the file. A state that this program cannot have written is an
// error.
func parse(line []byte) (State, error) {
	var s State
	if len(line) > maxLine {
		return s, fmt.Errorf("history: a line of %d bytes, want at most %d", len(line), maxLine)
	}
	if err := json.Unmarshal(line, &s); err != nil {
		return State{}, fmt.Errorf("history: %w", err)
	}
	_, unknown := engine.ParseRenderer(cmp.Or(s.Renderer, engine.GAN.String()))
	bad := func(p savedstate.Photo) bool {
		_, err := p.Rectangles()
		return p.Path != "" && !filepath.IsAbs(p.Path) || err != nil
	}
	switch {
	case s.ID < 1 || s.Parent < 0 || s.Parent >= s.ID:
		return State{}, fmt.Errorf("history: state %d comes from state %d", s.ID, s.Parent)
	case s.Gone:
		return s, nil
	case s.Photo == savedstate.Photo{} || s.Root == savedstate.Photo{} || bad(s.Photo) || bad(s.Root):
		return State{}, fmt.Errorf("history: state %d has no photo", s.ID)
	case s.Face < 0 || s.Face > maxFaces || len(s.Stacks) > maxFaces || len(s.Name) > maxName || unknown != nil ||
		s.Steps != 0 && (s.Steps < engine.MinSteps || s.Steps > engine.MaxSteps):
		return State{}, fmt.Errorf("history: state %d: face %d, %d stacks, engine %q, %d steps", s.ID, s.Face, len(s.Stacks), s.Renderer, s.Steps)
	}
	return s, nil
}

// clone returns a copy that shares no memory that may change.
func (s State) clone() State {
	s.Stacks = slices.Clone(s.Stacks)
	return s
}
