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

// Work is what is left of a plan, with the journal open for the rest. It
// belongs to the Folder that made it, which must stay open.
type Work struct {
	dir     string
	journal *journal
	done    []entry // in the plan's order
	todo    []Line
}

// Start compares the plan with the journal: what was done from the same photo,
// and whose picture still is the one that was written, stays; everything else is
// to be done again. notice is told why, once for each kind and changed line. The
// journal is left with exactly one line for each edit that stays. A journal of
// another pack is refused with ErrEarlier and left alone. report hears of the
// progress of the comparison, which reads every photo and picture. Close the
// Work after use.
func (f *Folder) Start(ctx context.Context, p Plan, pk recipe.Pack, notice func(string), report engine.Report) (*Work, error) {
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
		report("Checking the pictures that are there", float64(i)/float64(len(p.Lines)))
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

// stays reports whether an earlier result is still good. The picture of a
// result that has become wrong is removed, so that none is left when the edit
// then fails.
func (f *Folder) stays(e entry, l Line, again *tally, notice func(string)) (bool, error) {
	if e.Status != StatusOK {
		again.failed++
		return false, nil
	}
	path := filepath.Join(f.dir, filepath.Base(e.Out))
	intact := e.SHA256 != "" && atomicfile.Plain(path) == nil && hashFile(path) == e.SHA256
	now := hashFile(l.Path)
	switch {
	case e.Plan != l.Fingerprint():
		notice(fmt.Sprintf("line %d (%q) has changed since it was done: it is done again", l.Number, l.ID))
	case now != "" && now != e.Photo: // one that is gone could only fail
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

// tally counts why edits are done again.
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

// Left returns how many edits are to be done.
func (w *Work) Left() int { return len(w.todo) }

// Close closes the journal.
func (w *Work) Close() error { return w.journal.close() }

// hashFile returns the SHA-256 of a plain file in hexadecimal, "" when it cannot
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
