package ui

import (
	"deltaedit/assets"
	"deltaedit/ui/stack"
)

// changeStack applies a change of the rows of the face in hand.
func (e *editor) changeStack(f func(stack.Stack) stack.Stack) {
	st := e.settings.stack()
	if changed := f(st); !changed.Equal(st) {
		e.apply(e.settings.withStack(changed))
	}
}

// takeRow takes a row in hand. The image stays as it is, so nothing is requested unless
// prompts were still being typed.
func (e *editor) takeRow(i int) {
	st := e.settings.stack()
	if i == st.Hand() {
		return
	}
	typing := e.promptTimer.Waiting()
	next := e.settings.withStack(st.Take(i))
	if typing {
		e.apply(next)
		return
	}
	e.settings = next
	e.settle()
	e.showSettings()
	e.saveState()
}

// addRow adds a row that asks for nothing yet, and lets the user type.
func (e *editor) addRow() {
	if st := e.settings.stack(); !st.InHand().Blank() {
		e.changeStack(func(st stack.Stack) stack.Stack { return st.Add(stack.NewRow()) })
	}
	e.win.Canvas().Focus(e.panel.target)
}

func (e *editor) duplicateRow() { e.changeStack(stack.Stack.Duplicate) }

func (e *editor) deleteRow(i int) {
	e.changeStack(func(st stack.Stack) stack.Stack { return st.Delete(i) })
}

func (e *editor) deleteRowInHand() { e.deleteRow(e.settings.stack().Hand()) }

func (e *editor) toggleRow(i int) {
	e.changeStack(func(st stack.Stack) stack.Stack { return st.Toggle(i) })
}

// dragRow moves a row while it is dragged. rowDropped ends it.
func (e *editor) dragRow(from, to int) {
	e.settings = e.settings.withStack(e.settings.stack().Move(from, to))
	e.showSettings()
}

// rowDropped ends the dragging of a row.
func (e *editor) rowDropped() { e.apply(e.settings) }

// moveRow moves the row in hand up (-1) or down (1).
func (e *editor) moveRow(by int) {
	hand := e.settings.stack().Hand()
	e.changeStack(func(st stack.Stack) stack.Stack { return st.Move(hand, hand+by) })
}

// everyFace gives every face of the photo the stack of the face in hand.
func (e *editor) everyFace() {
	if n := len(e.subject.Faces); n > 1 {
		e.apply(e.settings.everyFace(n))
	}
}

// usePreset adds a preset's row. If the preset is there already, its row is taken in hand
// and switched on; if it is in hand and on, it is removed.
func (e *editor) usePreset(p assets.Preset) {
	row := stack.NewRow()
	row.Source, row.Target = p.Source, p.Target
	e.changeStack(func(st stack.Stack) stack.Stack {
		i := st.Find(p.Source, p.Target)
		if i < 0 {
			return st.Put(row)
		}
		was := st.At(i)
		if i == st.Hand() && !was.Off && was.Strength != 0 {
			return st.Delete(i)
		}
		st = st.Take(i)
		was.Off = false
		if was.Strength == 0 { // it would change nothing and look broken
			was.Strength = stack.DefaultStrength
		}
		return st.Set(was)
	})
}
