package history

import (
	"errors"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"deltaedit/engine/filelock"
	"deltaedit/ui/savedstate"
)

// MaxStates is the number of states that a history holds. Beyond it the oldest are
// dropped, those with a star or a name last.
const MaxStates = 500

// Log is a history. It belongs to one goroutine, the UI thread; its methods return at
// once, and files are written by a goroutine of its own.
type Log struct {
	dir     string // "" stores nothing
	states  []*State
	thumbs  map[int64]image.Image
	present int64   // 0 for none
	undone  []int64 // states that Redo goes to, the next one last
	last    int64   // the largest ID so far
	writer  *writer
	lock    *filelock.Lock
	scratch string // folder of kept results when dir is ""
	now     func() time.Time
}

// Open reads the history in a folder, which is created, and goes on in it. With "" the
// history lasts as long as the process. A history that another process has open is left
// alone: then an error is returned, beside a history that stores nothing. Errors of later
// writes are passed to fail, from another goroutine.
func Open(dir string, fail func(error)) (*Log, error) {
	l := &Log{thumbs: map[int64]image.Image{}, now: time.Now}
	if dir == "" {
		return l, nil
	}
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		l.lock, err = filelock.Acquire(filepath.Join(dir, lockName), filelock.Dying)
	}
	if err != nil {
		return l, &openError{err}
	}
	l.dir = dir
	states, lines, err := read(filepath.Join(dir, fileName))
	for i := range states {
		l.states = append(l.states, &states[i])
		l.last = max(l.last, states[i].ID)
	}
	if err == nil && wasteful(lines, len(l.states)) { // the last process did not end normally
		if err = rewrite(dir, l.states); err == nil {
			lines = len(l.states)
		}
	}
	l.writer = newWriter(dir, lines, fail)
	for len(l.states) > MaxStates {
		l.forgetOldest()
	}
	l.sweep()
	return l, err
}

type openError struct{ err error }

func (e *openError) Error() string { return "open the history: " + e.err.Error() }
func (e *openError) Unwrap() error { return e.err }

func (l *Log) find(id int64) *State {
	i, ok := slices.BinarySearchFunc(l.states, id, func(s *State, id int64) int { return int(s.ID - id) })
	if !ok {
		return nil
	}
	return l.states[i]
}

// Add makes a state the present, with the old present as its parent; ID, Parent and At
// are set. What was undone can no longer be redone, but its states stay.
func (l *Log) Add(s State) int64 { return l.add(s, l.present) }

// Begin is Add for a photo that was opened: the state has no parent.
func (l *Log) Begin(s State) int64 { return l.add(s, 0) }

func (l *Log) add(s State, parent int64) int64 {
	s = s.clone()
	l.last++
	s.ID, s.Parent, s.At = l.last, parent, l.now()
	l.states = append(l.states, &s)
	l.present, l.undone = s.ID, nil
	l.write(&s)
	for len(l.states) > MaxStates {
		l.forgetOldest()
	}
	return s.ID
}

// Present returns the present state, and false when there is none.
func (l *Log) Present() (State, bool) { return l.get(l.present) }

// Get returns a state, and false when it is not there.
func (l *Log) Get(id int64) (State, bool) { return l.get(id) }

func (l *Log) get(id int64) (State, bool) {
	if s := l.find(id); s != nil {
		return s.clone(), true
	}
	return State{}, false
}

// Before returns the state that Undo goes to.
func (l *Log) Before() (State, bool) {
	s := l.find(l.present)
	if s == nil {
		return State{}, false
	}
	return l.get(s.Parent)
}

// After returns the state that Redo goes to.
func (l *Log) After() (State, bool) {
	if len(l.undone) == 0 {
		return State{}, false
	}
	return l.get(l.undone[len(l.undone)-1])
}

// Undo makes the parent of the present state the present.
func (l *Log) Undo() (State, bool) {
	s, ok := l.Before()
	if ok {
		l.undone = append(l.undone, l.present)
		l.present = s.ID
	}
	return s, ok
}

// Redo reverts the last Undo.
func (l *Log) Redo() (State, bool) {
	s, ok := l.After()
	if ok {
		l.undone = l.undone[:len(l.undone)-1]
		l.present = s.ID
	}
	return s, ok
}

// Go makes any state the present.
func (l *Log) Go(id int64) (State, bool) {
	s, ok := l.get(id)
	if ok && id != l.present {
		l.present, l.undone = id, nil
	}
	return s, ok
}

// Of returns the states of a photo that a person opened, oldest first.
func (l *Log) Of(root savedstate.Photo) []State {
	var out []State
	for _, s := range l.states {
		if s.Root == root {
			out = append(out, s.clone())
		}
	}
	return out
}

// RootOf returns the photo that a person opened to get to this one: itself, unless it is
// a kept result.
func (l *Log) RootOf(photo savedstate.Photo) savedstate.Photo {
	for _, s := range slices.Backward(l.states) {
		if s.Photo == photo {
			return s.Root
		}
	}
	return photo
}

// Latest returns the newest state of a photo, for going on after a restart.
func (l *Log) Latest(photo savedstate.Photo) (State, bool) {
	for _, s := range slices.Backward(l.states) {
		if s.Photo == photo {
			return s.clone(), true
		}
	}
	return State{}, false
}

// Star marks a state as one to keep, or takes the mark away.
func (l *Log) Star(id int64, on bool) { l.alter(id, func(s *State) { s.Starred = on }) }

// SetName makes a state a snapshot with a name, which is cut to 200 bytes; "" takes the
// name away.
func (l *Log) SetName(id int64, name string) {
	for len(name) > maxName {
		runes := []rune(name)
		name = string(runes[:len(runes)-1])
	}
	l.alter(id, func(s *State) { s.Name = name })
}

func (l *Log) alter(id int64, f func(*State)) {
	if s := l.find(id); s != nil {
		f(s)
		l.write(s)
	}
}

// Remove removes a state other than the present one.
func (l *Log) Remove(id int64) {
	if s := l.find(id); s != nil && id != l.present {
		l.remove(s)
	}
}

// Clear removes every state but the present one, with thumbnails and kept results that
// it does not need. The photos themselves are never touched.
func (l *Log) Clear() {
	l.undone = nil
	for _, s := range slices.Clone(l.states) {
		if s.ID != l.present {
			l.remove(s)
		}
	}
	l.sweep()
}

// remove removes a state. Its children have no parent from then on.
func (l *Log) remove(s *State) {
	l.states = slices.DeleteFunc(l.states, func(o *State) bool { return o == s })
	l.undone = slices.DeleteFunc(l.undone, func(id int64) bool { return id == s.ID })
	delete(l.thumbs, s.ID)
	if l.writer != nil {
		l.writer.line(&State{ID: s.ID, Gone: true})
		l.writer.drop(s.ID)
	}
}

// forgetOldest removes the oldest state that is not the present, those that are to be
// kept last.
func (l *Log) forgetOldest() {
	for _, kept := range []bool{false, true} {
		for _, s := range l.states {
			if s.kept() == kept && s.ID != l.present {
				l.remove(s)
				return
			}
		}
	}
}

func (l *Log) write(s *State) {
	if l.writer != nil {
		l.writer.line(s)
	}
}

// Close writes what is pending and releases the folder. The kept results of a history
// that stores nothing are removed.
func (l *Log) Close() error {
	var errs []error
	if l.writer != nil {
		errs = append(errs, l.writer.close(l.states))
		l.writer = nil
	}
	if l.lock != nil {
		errs = append(errs, l.lock.Release())
		l.lock = nil
	}
	if l.scratch != "" {
		errs = append(errs, os.RemoveAll(l.scratch))
		l.scratch = ""
	}
	return errors.Join(errs...)
}

func thumbName(id int64) string { return strconv.FormatInt(id, 10) + ".jpg" }
