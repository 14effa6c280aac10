package ui

// maxHistory bounds the steps that can be undone.
const maxHistory = 200

// history is the undo stack of settings: the past, the present and what was
// undone.
type history struct {
	past, future []settings
	present      settings
}

// Commit makes s the present; the old present can be undone. Committing the
// present again does nothing.
func (h *history) Commit(s settings) {
	if s == h.present {
		return
	}
	h.past = append(h.past, h.present)
	if len(h.past) > maxHistory {
		h.past = append(h.past[:0], h.past[len(h.past)-maxHistory:]...)
	}
	h.present, h.future = s, nil
}

// Undo goes one step back and reports whether there was one.
func (h *history) Undo() (settings, bool) {
	if len(h.past) == 0 {
		return h.present, false
	}
	h.future = append(h.future, h.present)
	h.present = h.past[len(h.past)-1]
	h.past = h.past[:len(h.past)-1]
	return h.present, true
}

// Redo takes the last Undo back and reports whether there was one.
func (h *history) Redo() (settings, bool) {
	if len(h.future) == 0 {
		return h.present, false
	}
	h.past = append(h.past, h.present)
	h.present = h.future[len(h.future)-1]
	h.future = h.future[:len(h.future)-1]
	return h.present, true
}

// Forget makes s the present without a past.
func (h *history) Forget(s settings) { *h = history{present: s} }
