package batch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"deltaedit/engine"
	"deltaedit/engine/atomicfile"
	"deltaedit/engine/recipe"
)

// Work is the remaining part of a plan, with its journal. The Folder that it comes from
// must stay open.
type Work struct {
	dir     string
	journal *journal
	done    []entry // in the order of the plan; also failed ones that are left alone
	todo    []Line
}

// Start compares the plan with the journal. An edit is done when its line and photo are
// the same as before and its image is unchanged; all others are left to do, and notice
// is called with the reasons. The journal is rewritten with one line for each edit that
// is done. A journal made with another pack is left unchanged and causes the error
// ErrEarlier. Start reads every photo and image, with progress. The Work must be closed
// after use.
func (f *Folder) Start(ctx context.Context, p Plan, pk recipe.Pack, notice func(string), progress engine.ProgressFunc) (*Work, error) {
	last := make(map[string]entry, len(f.entries))
	for _, e := range f.entries {
		if e.Status == StatusOK && e.Pack.Manifest != pk.Manifest {
			return nil, fmt.Errorf("%s is of the model pack %s %s (manifest %.8s…), this is %s %s (%.8s…): give the same --pack: %w",
				JournalName, e.Pack.Name, e.Pack.Version, e.Pack.Manifest, pk.Name, pk.Version, pk.Manifest, ErrEarlier)
		}
		last[e.ID] = e
	}
	w := &Work{dir: f.dir}
	var again tally
	for i, l := range p.Lines {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		e, ok := last[l.ID]
		if !ok {
			w.todo = append(w.todo, l)
			continue
		}
		progress(engine.Task{Kind: engine.TaskCheckResults}, float64(i)/float64(len(p.Lines)))
		keep, err := f.stays(e, l, &again, notice)
		if err != nil {
			return nil, err
		}
		if keep {
			w.done = append(w.done, e)
		} else {
			w.todo = append(w.todo, l)
		}
	}
	again.tell(notice)
	if f.torn {
		notice(JournalName + " ended in half a line, which is left out")
	}
	var err error
	w.journal, err = openJournal(f.dir, w.done, f.torn || len(w.done) != len(f.entries))
	return w, err
}

// stays reports whether an earlier result is still valid. The image of an invalid
// result is removed, so that no wrong image is left if the edit fails this time.
func (f *Folder) stays(e entry, l Line, again *tally, notice func(string)) (bool, error) {
	if e.Status != StatusOK {
		if f.KeepFailed != nil && f.KeepFailed(e.ID) && e.Plan == l.Fingerprint() {
			return true, nil
		}
		again.failed++
		return false, nil
	}
	path := filepath.Join(f.dir, filepath.Base(e.Out))
	intact := e.SHA256 != "" && atomicfile.Plain(path) == nil && hashFile(path) == e.SHA256
	now := hashFile(l.Path)
	switch {
	case e.Plan != l.Fingerprint():
		notice(fmt.Sprintf("line %d (%q) has changed since it was done: it is done again", l.Number, l.ID))
	case now != "" && now != e.Photo: // an edit of a missing photo could only fail
		again.photo++
	case !intact:
		again.lost++
		return false, nil
	default:
		return true, nil
	}
	if intact {
		return false, os.Remove(path)
	}
	return false, nil
}

// tally counts the edits to be repeated, by reason.
type tally struct{ failed, photo, lost int }

func (t tally) tell(notice func(string)) {
	for _, c := range []struct {
		n   int
		why string
	}{
		{t.failed, "that failed"},
		{t.photo, "whose photo has been changed"},
		{t.lost, "whose picture is missing or has been changed"},
	} {
		if c.n > 0 {
			notice(fmt.Sprintf("edits %s and are done again: %d", c.why, c.n))
		}
	}
}

// Left returns the number of edits to be done.
func (w *Work) Left() int { return len(w.todo) }

// Todo returns the edits to be done, in the order of the plan. Nobody may change them.
func (w *Work) Todo() []Line { return w.todo }

// Close closes the journal.
func (w *Work) Close() error { return w.journal.close() }

// hashFile returns the SHA-256 of a regular file in hexadecimal, or "" when it cannot
// be read.
func hashFile(path string) string {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}
