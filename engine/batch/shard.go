package batch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"deltaedit/engine/atomicfile"
)

// MaxShards is the maximum number of shards of a plan.
const MaxShards = 10_000

// Shard names one of Of parts of a plan, counted from 1. The zero value is the whole
// plan.
type Shard struct{ N, Of int }

// ParseShard parses a shard such as "3/8".
func ParseShard(s string) (Shard, error) {
	n, of, ok := strings.Cut(s, "/")
	number, err := strconv.Atoi(n)
	total, err2 := strconv.Atoi(of)
	if !ok || err != nil || err2 != nil || total < 1 || total > MaxShards || number < 1 || number > total {
		return Shard{}, fmt.Errorf("want the number of a shard and how many there are, such as 3/8, at most %d; got %q", MaxShards, s)
	}
	return Shard{number, total}, nil
}

// String returns the shard as ParseShard reads it; "" is the whole plan.
func (s Shard) String() string {
	if s == (Shard{}) {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.N, s.Of)
}

// Dir returns the folder of the shard inside the folder of the whole batch.
func (s Shard) Dir(dir string) string {
	if s == (Shard{}) {
		return dir
	}
	return filepath.Join(dir, fmt.Sprintf("shard-%d-of-%d", s.N, s.Of))
}

// Shard returns a part of the plan: all parts together are the plan, and no edit is in
// two. Successive lines about one photo stay together. A part may be empty.
func (p Plan) Shard(s Shard) Plan {
	if s == (Shard{}) {
		return p
	}
	var out Plan
	for i, g := range groups(p.Lines) {
		if i%s.Of == s.N-1 {
			out.Lines = append(out.Lines, g...)
		}
	}
	return out
}

// ErrNoShards means that a folder has none to merge.
var ErrNoShards = errors.New("there are no folders of shards: they are made by batch --shard")

// Merge moves the images and results of the shards inside the folder into the folder
// itself. It checks every image; a result whose image is missing or has been changed is
// left out, and notice is told. A result that the folder has already of the same edit is
// replaced by a successful one alone. Merge can be killed at any moment and repeated:
// images are moved before the journal is written, and a shard is removed after that. It
// returns the numbers of all results that the folder then has. A shard in which a batch
// is at work is an error, ErrBusy.
func (f *Folder) Merge(ctx context.Context, notice func(string)) (ok, failed int, err error) {
	dirs, err := filepath.Glob(filepath.Join(escape(f.dir), "shard-*-of-*"))
	if err != nil {
		return 0, 0, err
	}
	slices.Sort(dirs)
	if len(dirs) == 0 {
		return 0, 0, fmt.Errorf("%s: %w", f.dir, ErrNoShards)
	}
	byID := map[string]entry{}
	for _, e := range f.entries {
		byID[e.ID] = e
	}
	var shards []*Folder
	defer func() {
		for _, s := range shards {
			err = errors.Join(err, s.Close())
		}
	}()
	for _, dir := range dirs {
		s, err := OpenFolder(dir, true)
		if err != nil {
			return 0, 0, err
		}
		shards = append(shards, s)
		if err := f.take(ctx, s, byID, notice); err != nil {
			return 0, 0, err
		}
	}
	entries := make([]entry, 0, len(byID))
	for _, e := range byID {
		entries = append(entries, e)
		if e.Status == StatusOK {
			ok++
		} else {
			failed++
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return a.Line - b.Line })
	atomicfile.SyncDir(f.dir)
	j, err := openJournal(f.dir, entries, true)
	if err != nil {
		return 0, 0, err
	}
	if err := j.close(); err != nil {
		return 0, 0, err
	}
	f.entries, f.torn = entries, false
	for _, s := range shards {
		if err := s.remove(); err != nil {
			return 0, 0, err
		}
	}
	return ok, failed, nil
}

// take moves a shard's images into the folder and adds its results.
func (f *Folder) take(ctx context.Context, s *Folder, byID map[string]entry, notice func(string)) error {
	for _, e := range s.entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		old, there := byID[e.ID]
		if e.Status != StatusOK {
			if !there {
				byID[e.ID] = e
			}
			continue
		}
		if e.Out != filepath.Base(e.Out) {
			return fmt.Errorf("%s, line %d: its output %q is no file name", s.dir, e.Line, e.Out)
		}
		from, to := filepath.Join(s.dir, e.Out), filepath.Join(f.dir, e.Out)
		switch {
		case atomicfile.Plain(from) == nil && hashFile(from) == e.SHA256:
			if there && old.Status == StatusOK && old.Plan != e.Plan {
				return fmt.Errorf("%q is another edit in %s than in %s: merge the shards of one plan into a folder", e.ID, filepath.Base(s.dir), JournalName)
			}
			if hashFile(to) != e.SHA256 {
				if err := f.free(to, there && old.Status == StatusOK && old.Out == e.Out); err != nil {
					return err
				}
				if err := os.Rename(from, to); err != nil {
					return err
				}
			}
		case hashFile(to) != e.SHA256: // nor moved by a merge that was killed
			notice(fmt.Sprintf("%s: the picture of line %d (%q) is missing or has been changed: it is left out", filepath.Base(s.dir), e.Line, e.ID))
			continue
		}
		byID[e.ID] = e
	}
	return nil
}

// free checks that a path may be written: there is nothing, or an image of a batch.
func (f *Folder) free(path string, recorded bool) error {
	if err := atomicfile.Plain(path); err != nil {
		return err
	}
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) || recorded || ours(path) {
		return nil
	}
	return fmt.Errorf("%s is there and was not made by a batch: move it away", path)
}

// remove removes what a batch left in a folder that has been merged, and the folder
// itself if that is all it held.
func (f *Folder) remove() error {
	for _, e := range f.entries {
		if path := filepath.Join(f.dir, filepath.Base(e.Out)); e.SHA256 != "" && hashFile(path) == e.SHA256 {
			_ = os.Remove(path) // a second copy
		}
	}
	if err := os.Remove(filepath.Join(f.dir, JournalName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	err := f.lock.Release()
	_ = os.Remove(f.dir) // fails when a person put something there
	return err
}

// escape makes a pattern of Glob that matches a path alone.
func escape(path string) string {
	if filepath.Separator == '\\' {
		return path // Glob knows no escapes there
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}
