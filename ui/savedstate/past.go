package savedstate

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"deltaedit/engine/filelock"
)

// Reports is the folder of crash reports, below the root.
const Reports = "reports"

// maxReports is the maximum number of stored crash reports.
const maxReports = 5

// Past is the state of a crashed process. It belongs to this process until Leave or
// Forget is called.
type Past struct {
	State
	// Report is the path of the crash report, or "" when the process left none because
	// it was killed or crashed in a thread that is not Go's.
	Report string

	dir  string
	lock *filelock.Lock
}

// Find looks below root for saved states of crashed processes, moves their crash reports to
// Reports, and returns the newest state that has a photo, or nil. The others are
// removed. It must be called before Begin.
func Find(root string) (*Past, error) {
	entries, err := os.ReadDir(root)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for an earlier state: %w", err)
	}
	var newest *Past
	var when time.Time
	var errs []error
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), prefix) || beginning(filepath.Join(root, e.Name())) {
			continue
		}
		p, at, err := open(root, filepath.Join(root, e.Name()))
		if errors.Is(err, filelock.ErrHeld) {
			continue
		}
		errs = append(errs, err)
		switch {
		case p == nil:
		case newest == nil || at.After(when):
			if newest != nil {
				errs = append(errs, newest.Forget())
			}
			newest, when = p, at
		default:
			errs = append(errs, p.Forget())
		}
	}
	return newest, errors.Join(errs...)
}

// beginning reports whether a process may be about to lock a folder.
func beginning(dir string) bool {
	for _, name := range []string{lockName, stateName} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return false
		}
	}
	info, err := os.Stat(dir)
	return err != nil || time.Since(info.ModTime()) < time.Minute
}

// open takes ownership of a folder. A folder without a readable state is removed.
func open(root, dir string) (*Past, time.Time, error) {
	lock, err := filelock.Acquire(filepath.Join(dir, lockName), 0)
	if err != nil {
		return nil, time.Time{}, err
	}
	p := &Past{dir: dir, lock: lock}
	if p.Report, err = takeReport(root, dir); err != nil {
		err = fmt.Errorf("keep the crash report: %w", err)
	}
	path := filepath.Join(dir, stateName)
	info, e := os.Stat(path)
	if e == nil && info.Size() <= maxFile {
		var data []byte
		if data, e = os.ReadFile(path); e == nil {
			p.State, e = Parse(data)
		}
	}
	if e != nil || info.Size() > maxFile {
		if e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, fmt.Errorf("an earlier state cannot be read: %w", e))
		}
		return nil, time.Time{}, errors.Join(err, p.Forget())
	}
	return p, info.ModTime(), err
}

// takeReport moves a crash report to Reports and returns its new path, or "" if the
// report is missing or has only its header.
func takeReport(root, dir string) (string, error) {
	from := filepath.Join(dir, reportName)
	data, err := os.ReadFile(from)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if _, crash, ok := bytes.Cut(data, []byte(headerEnd)); !ok || len(bytes.TrimSpace(crash)) == 0 {
		return "", nil
	}
	info, err := os.Stat(from)
	if err != nil {
		return "", err
	}
	reports := filepath.Join(root, Reports)
	if err := os.MkdirAll(reports, 0o700); err != nil {
		return "", err
	}
	id := strings.TrimPrefix(filepath.Base(dir), prefix)
	to := filepath.Join(reports, "crash-"+info.ModTime().Format("2006-01-02-150405")+"-"+id+".txt")
	if err := os.Rename(from, to); err != nil {
		return "", err
	}
	return to, thin(reports)
}

// thin removes all but the newest reports.
func thin(reports string) error {
	entries, err := os.ReadDir(reports)
	if err != nil {
		return err
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "crash-") {
			names = append(names, e.Name()) // ordered by time
		}
	}
	slices.Sort(names)
	for _, name := range names[:max(0, len(names)-maxReports)] {
		if err := remove(filepath.Join(reports, name)); err != nil {
			return err
		}
	}
	return nil
}

// Data returns the bytes of a photo that has no file.
func (p *Past) Data() ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(p.dir, photoName))
	if err != nil {
		return nil, fmt.Errorf("the photo %s was not kept: %w", p.Photo.Name, err)
	}
	return data, nil
}

// Leave releases the state for the next start of the program.
func (p *Past) Leave() error { return p.lock.Release() }

// Forget removes the state; its crash report stays.
func (p *Past) Forget() error {
	// The lock file is in the folder, so nobody can find a half-removed folder.
	return errors.Join(remove(filepath.Join(p.dir, stateName)), p.lock.Release(), os.RemoveAll(p.dir))
}
