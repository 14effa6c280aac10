package stack

import (
	"fmt"
	"slices"

	"deltaedit/engine"
)

// MaxRows is the number of rows that a stack holds at most.
const MaxRows = 64

// Stack is a list of rows, of which one is in hand. It always has a row. The zero value
// is that of New.
type Stack struct {
	rows []Row
	hand int
}

// New returns a stack of one row that asks for nothing.
func New() Stack { return Stack{rows: []Row{NewRow()}} }

// Of returns a stack of rows with the given one in hand, counted from 0. It returns an
// error for rows that this program cannot have written. The slice is copied.
func Of(rows []Row, hand int) (Stack, error) {
	switch {
	case len(rows) == 0:
		return Stack{}, errNoRows
	case len(rows) > MaxRows:
		return Stack{}, fmt.Errorf("a stack of %d rows, want at most %d", len(rows), MaxRows)
	case hand < 0 || hand >= len(rows):
		return Stack{}, fmt.Errorf("row %d of %d is in hand", hand+1, len(rows))
	}
	for i, r := range rows {
		if err := r.Check(); err != nil {
			return Stack{}, fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	return Stack{slices.Clone(rows), hand}, nil
}

// Rows returns a copy of the rows.
func (s Stack) Rows() []Row {
	if len(s.rows) == 0 {
		return []Row{NewRow()}
	}
	return slices.Clone(s.rows)
}

// Len returns the number of rows, 1 to MaxRows.
func (s Stack) Len() int { return max(1, len(s.rows)) }

// Full reports whether no row can be added.
func (s Stack) Full() bool { return s.Len() >= MaxRows }

// At returns a row, counted from 0.
func (s Stack) At(i int) Row {
	if len(s.rows) == 0 && i == 0 {
		return NewRow()
	}
	return s.rows[i]
}

// Hand returns the index of the row in hand.
func (s Stack) Hand() int { return s.hand }

// InHand returns the row in hand.
func (s Stack) InHand() Row { return s.At(s.hand) }

// Take takes a row in hand; an index that is not there changes nothing.
func (s Stack) Take(i int) Stack {
	if i >= 0 && i < s.Len() {
		s.hand = i
	}
	return s
}

// Set replaces the row in hand.
func (s Stack) Set(r Row) Stack {
	rows := s.Rows()
	rows[s.hand] = r
	return Stack{rows, s.hand}
}

// Add adds a row below the one in hand and takes it in hand. A full stack stays as it
// is.
func (s Stack) Add(r Row) Stack {
	if s.Full() {
		return s
	}
	return Stack{slices.Insert(s.Rows(), s.hand+1, r), s.hand + 1}
}

// Put fills the row in hand if it asks for nothing, and adds a row otherwise. A mask that is
// there already stays.
func (s Stack) Put(r Row) Stack {
	if s.InHand().Blank() {
		if r.Mask.IsZero() {
			r.Mask = s.InHand().Mask
		}
		return s.Set(r)
	}
	return s.Add(r)
}

// Duplicate adds a copy of the row in hand.
func (s Stack) Duplicate() Stack { return s.Add(s.InHand()) }

// Delete removes a row. The next one comes to hand if it was in hand. The only row is
// replaced with one that asks for nothing.
func (s Stack) Delete(i int) Stack {
	if i < 0 || i >= s.Len() {
		return s
	}
	if s.Len() == 1 {
		return New()
	}
	hand := s.hand
	if i < hand || hand == s.Len()-1 {
		hand--
	}
	return Stack{slices.Delete(s.Rows(), i, i+1), max(hand, 0)}
}

// Move moves a row to another place. The same row stays in hand.
func (s Stack) Move(from, to int) Stack {
	if from < 0 || from >= s.Len() || from == to || to < 0 || to >= s.Len() {
		return s
	}
	rows := s.Rows()
	r := rows[from]
	rows = slices.Insert(slices.Delete(rows, from, from+1), to, r)
	hand := s.hand
	switch {
	case hand == from:
		hand = to
	case from < hand && to >= hand:
		hand--
	case from > hand && to <= hand:
		hand++
	}
	return Stack{rows, hand}
}

// Toggle switches a row off or on.
func (s Stack) Toggle(i int) Stack {
	if i < 0 || i >= s.Len() {
		return s
	}
	rows := s.Rows()
	rows[i].Off = !rows[i].Off
	return Stack{rows, s.hand}
}

// Find returns the index of the first row with these prompts, and -1 for none.
func (s Stack) Find(source, target string) int {
	return slices.IndexFunc(s.Rows(), func(r Row) bool {
		a, b := r.Texts()
		return a == source && b == target
	})
}

// Map returns the stack with every row replaced by what f returns for it.
func (s Stack) Map(f func(Row) Row) Stack {
	rows := s.Rows()
	for i := range rows {
		rows[i] = f(rows[i])
	}
	return Stack{rows, s.hand}
}

// Edits returns the edits for the engine, nil when no row asks for a change.
func (s Stack) Edits() []engine.Edit {
	var out []engine.Edit
	for _, r := range s.rows {
		if e, ok := r.Edit(); ok {
			out = append(out, e)
		}
	}
	return out
}

// Equal reports whether both stacks have the same rows and the same row in hand.
func (s Stack) Equal(o Stack) bool { return s.hand == o.hand && slices.Equal(s.Rows(), o.Rows()) }

// SameChanges reports whether both stacks have the same rows, apart from those that ask
// for nothing and have no mask.
func (s Stack) SameChanges(o Stack) bool {
	return slices.Equal(slices.DeleteFunc(s.Rows(), Row.idle), slices.DeleteFunc(o.Rows(), Row.idle))
}

// Blank reports whether no row asks for a change.
func (s Stack) Blank() bool {
	return !slices.ContainsFunc(s.rows, func(r Row) bool { return !r.Blank() })
}
