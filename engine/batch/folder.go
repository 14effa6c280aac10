package batch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"deltaedit/engine/filelock"
	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
)

// ErrEarlier says that the folder holds an earlier run's work.
var ErrEarlier = errors.New("the folder holds an earlier run: go on with it with --resume, or choose another --out")

// Folder is where a batch writes, locked for it. Not safe for concurrent use.
type Folder struct {
	dir     string // absolute, links resolved
	resume  bool
	lock    *filelock.Lock
	entries []entry // the journal's, in order
	torn    bool    // the journal ends in half a line
}

// OpenFolder makes the folder where it is missing, locks it, removes what a
// killed batch left half written and reads its journal. Without resume a folder
// that has results is refused with ErrEarlier; one that another batch works in
// always is, with ErrBusy. Close it after use.
func OpenFolder(dir string, resume bool) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("make the folder for the pictures: %w", err)
	}
	real, err := resolve(dir)
	if err != nil {
		return nil, err
	}
	f := &Folder{dir: real, resume: resume}
	if f.lock, err = acquire(real, filelock.Dying); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if err := f.open(); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, errors.Join(err, f.Close()))
	}
	return f, nil
}

func (f *Folder) open() error {
	var err error
	if f.entries, f.torn, err = readJournal(filepath.Join(f.dir, JournalName)); err != nil {
		return err
	}
	if !f.resume && (len(f.entries) > 0 || f.torn) {
		return fmt.Errorf("%s is there: %w", JournalName, ErrEarlier)
	}
	_, err = removeTemps(f.dir)
	return err
}

// Close gives the folder back.
func (f *Folder) Close() error { return f.lock.Release() }

// Check compares a plan with the folder before any work. It refuses, with an
// error that wraps ErrPlan or ErrEarlier: an output that is a photo of the plan
// (an edit of another line's picture is no photo either), one that would replace
// a file which no batch made, and a plan that is not that of the run to resume.
func (f *Folder) Check(p Plan) error {
	outs := make(map[string]Line, len(p.Lines))
	for _, l := range p.Lines {
		outs[filepath.Join(f.dir, l.Out)] = l
	}
	for _, l := range p.Lines {
		path, err := resolve(l.Path)
		if err != nil {
			return badLine(l.Number, fmt.Errorf(`"in": %w`, err))
		}
		if o, ok := outs[path]; ok {
			return badLine(l.Number, fmt.Errorf(`the photo %q is the output of line %d: choose another "out" there; to edit an edit, put both into one list of "edits"`, l.In, o.Number))
		}
	}
	if err := f.samePlan(p); err != nil {
		return err
	}
	recorded := map[string]bool{}
	for _, e := range f.entries {
		if e.Status == StatusOK {
			recorded[e.Out] = true
		}
	}
	for _, l := range p.Lines {
		if err := f.checkOut(l, recorded[l.Out]); err != nil {
			return err
		}
	}
	return nil
}

// samePlan refuses a plan that lacks edits which the run to resume has done.
// Edits that have changed, were added, or failed and were taken out are fine.
func (f *Folder) samePlan(p Plan) error {
	ids := make(map[string]bool, len(p.Lines))
	for _, l := range p.Lines {
		ids[l.ID] = true
	}
	for _, e := range f.entries {
		if e.Status == StatusOK && !ids[e.ID] {
			return fmt.Errorf("%w: it has no edit with the id %q, which %s has: resume with the plan of that run, or choose another --out", ErrPlan, e.ID, JournalName)
		}
	}
	return nil
}

// checkOut looks at what lies where a line's picture is to go. A picture that
// was renamed when its batch was killed, and not recorded any more, is known by
// its recipe.
func (f *Folder) checkOut(l Line, recorded bool) error {
	path := filepath.Join(f.dir, l.Out)
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return badLine(l.Number, fmt.Errorf("output %q: %w", l.Out, err))
	case !info.Mode().IsRegular():
		return badLine(l.Number, fmt.Errorf("output %q is there and no plain file (%s): move it away, or choose another name", l.Out, info.Mode().Type()))
	case recorded:
		return nil
	case !f.resume:
		return fmt.Errorf("line %d: output %q is there already: %w", l.Number, l.Out, ErrEarlier)
	case !ours(path):
		return badLine(l.Number, fmt.Errorf("output %q is there and was not made by a batch: move it away, or choose another name", l.Out))
	}
	return nil
}

// ours reports whether a file is a picture with a recipe.
func ours(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	texts, err := photo.ReadText(f)
	return err == nil && texts[recipe.Key] != ""
}

// resolve returns a path absolute and free of links, as far as it exists.
func resolve(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if p, err := filepath.EvalSymlinks(abs); err == nil {
		return p, nil
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		return filepath.Join(dir, filepath.Base(abs)), nil
	}
	return abs, nil
}
