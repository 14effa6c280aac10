package ui

import (
	"slices"

	"deltaedit/engine"
	"deltaedit/ui/stack"
)

// packSteps selects the pack's own number of steps.
const packSteps = 0

// settings is the state of the controls. It is a value: methods that change it return
// another and leave it as it was.
type settings struct {
	// Face is the index of the face in hand.
	Face int
	// stacks are the edits of each face, by its index; faces beyond the end have none.
	stacks []stack.Stack
	// Aligned displays only the aligned face.
	Aligned bool
	// Renderer draws the final image, if the pack supports it.
	Renderer engine.Renderer
	// Steps is the number of diffusion steps, or packSteps.
	Steps int
}

func defaultSettings() settings { return settings{} }

// oneRow returns the default settings with one row in the first face's stack.
func oneRow(r stack.Row) settings { return defaultSettings().withRow(r) }

// stack returns the stack of the face in hand.
func (s settings) stack() stack.Stack {
	if s.Face < len(s.stacks) {
		return s.stacks[s.Face]
	}
	return stack.New()
}

// row returns the row in hand.
func (s settings) row() stack.Row { return s.stack().InHand() }

// withStack replaces the stack of the face in hand.
func (s settings) withStack(st stack.Stack) settings {
	stacks := slices.Clone(s.stacks)
	for len(stacks) <= s.Face {
		stacks = append(stacks, stack.New())
	}
	stacks[s.Face] = st
	s.stacks = stacks
	return s
}

// withRow replaces the row in hand.
func (s settings) withRow(r stack.Row) settings { return s.withStack(s.stack().Set(r)) }

// withTexts replaces the prompts of the row in hand.
func (s settings) withTexts(source, target string) settings {
	r := s.row()
	r.Source, r.Target = source, target
	return s.withRow(r)
}

// everyFace gives each of so many faces the stack of the face in hand.
func (s settings) everyFace(faces int) settings {
	s.stacks = slices.Repeat([]stack.Stack{s.stack()}, faces)
	return s
}

// onlyFace keeps the stack of the face in hand, as that of the given face.
func (s settings) onlyFace(face int) settings {
	st := s.stack()
	s.Face, s.stacks = face, nil
	return s.withStack(st)
}

// mapRows replaces every row of every face.
func (s settings) mapRows(f func(stack.Row) stack.Row) settings {
	stacks := slices.Clone(s.stacks)
	for i := range stacks {
		stacks[i] = stacks[i].Map(f)
	}
	s.stacks = stacks
	return s
}

// edits returns the edits of the face in hand; none when no prompts ask for a change.
func (s settings) edits() []engine.Edit { return s.stack().Edits() }

// others returns the edits of the other faces.
func (s settings) others() []engine.FaceEdits {
	var out []engine.FaceEdits
	for i, st := range s.stacks {
		if edits := st.Edits(); i != s.Face && len(edits) > 0 {
			out = append(out, engine.FaceEdits{Face: i, Edits: edits})
		}
	}
	return out
}

// Same reports whether both settings describe the same image, face in hand and controls,
// whichever row is in hand and whatever rows ask for nothing.
func (s settings) Same(o settings) bool {
	for i := range max(len(s.stacks), len(o.stacks)) {
		if !stackAt(s.stacks, i).SameChanges(stackAt(o.stacks, i)) {
			return false
		}
	}
	return s.Face == o.Face && s.Aligned == o.Aligned && s.Renderer == o.Renderer && s.Steps == o.Steps
}

func stackAt(stacks []stack.Stack, i int) stack.Stack {
	if i < len(stacks) {
		return stacks[i]
	}
	return stack.New()
}
