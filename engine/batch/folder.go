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

// ErrEarlier means that the folder holds the results of an earlier run.
var ErrEarlier = errors.New("the folder holds an earlier run: go on with it with --resume, or choose another --out")

// Folder is the locked output folder of a batch. It is not safe for concurrent use.
type Folder struct {
	dir     string // absolute, with links resolved
	resume  bool
	lock    *filelock.Lock
	entries []entry // of the journal, in order
	torn    bool    // the last line of the journal is incomplete

	// KeepFailed, if set before Start, says which of the edits that have failed are left
	// alone, by their ids. Without it all of them are tried again.
	KeepFailed func(id string) bool
}

// OpenFolder creates the folder if it does not exist, locks it, removes incomplete
// files of a killed batch and reads its journal. Without resume, a folder that has
// results is rejected with ErrEarlier; a folder that another batch is using is always
// rejected, with ErrBusy. The Folder must be closed after use.
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

// Close unlocks the folder.
func (f *Folder) Close() error { return f.lock.Release() }

// Check compares a plan with the folder before any work is done. It returns an error
// that wraps ErrPlan or ErrEarlier for an output that is also an input photo of the
// plan (so the output of one line cannot be the photo of another), for an output that
// would replace a file not made by a batch, and for a plan that is not the plan of the
// run to resume.
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

// samePlan rejects a plan that lacks edits that the run to resume has done. Edits may
// have been changed or added, and failed edits may have been removed.
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

// checkOut checks the file that has the name of a line's output. The image of a batch
// that was killed between renaming and recording it is recognised by its recipe.
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

// ours reports whether a file is an image with a recipe.
func ours(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	texts, err := photo.ReadText(f)
	return err == nil && texts[recipe.Key] != ""
}

// resolve makes a path absolute and resolves its links, as far as it exists.
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
