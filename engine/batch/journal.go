package batch

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"deltaedit/engine/atomicfile"
)

// JournalName is the name of the results file in the folder of a batch.
const JournalName = "results.jsonl"

// entry is a result as stored in the journal.
type entry struct {
	Result
	raw []byte // its line, with the line end
}

// readJournal returns the entries of a journal, in order, and whether an incomplete
// last line was dropped, which a killed writer leaves. A missing file has no entries. A
// complete line that is not a result is an error: the file belongs to something else or
// is damaged.
func readJournal(path string) (entries []entry, torn bool, err error) {
	if err := atomicfile.Plain(path); err != nil {
		return nil, false, err
	}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 64<<10)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return entries, len(line) > 0, nil
		}
		if err != nil {
			return nil, false, err
		}
		r, err := parseResult(line)
		if err != nil {
			return nil, false, fmt.Errorf("%s, line %d: not a result of a batch: %w: move the file away, or choose another --out", JournalName, n, err)
		}
		entries = append(entries, entry{r, line})
	}
}

// ReadResults returns the results in the journal of a folder, the newest of each edit, in
// the order of the file; none where there is no journal. It takes no lock, so a batch may
// be at work.
func ReadResults(dir string) ([]Result, error) {
	entries, _, err := readJournal(filepath.Join(dir, JournalName))
	at := map[string]int{}
	var out []Result
	for _, e := range entries {
		if i, ok := at[e.ID]; ok {
			out[i] = e.Result
			continue
		}
		at[e.ID] = len(out)
		out = append(out, e.Result)
	}
	return out, err
}

// journal appends results to a file. Not safe for concurrent use.
type journal struct {
	f    *os.File
	size int64 // size of all complete lines
}

// openJournal opens the journal of a folder with the given entries and no others.
// rewrite means that the file holds something else and is replaced.
func openJournal(dir string, entries []entry, rewrite bool) (*journal, error) {
	path := filepath.Join(dir, JournalName)
	if rewrite {
		err := replace(path, func(f *os.File) error {
			w := bufio.NewWriterSize(f, 64<<10)
			for _, e := range entries {
				if _, err := w.Write(e.raw); err != nil {
					return err
				}
			}
			return w.Flush()
		})
		if err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return nil, err
	}
	atomicfile.SyncDir(dir)
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &journal{f: f, size: info.Size()}, nil
}

// append writes lines and flushes them to the disk together. After an error the journal
// is restored to its previous state, if possible.
func (j *journal) append(lines ...[]byte) error {
	for _, line := range lines {
		if bytes.IndexByte(line, '\n') != len(line)-1 {
			return errors.New("a result is not one line") // a programming error
		}
	}
	data := bytes.Join(lines, nil)
	if len(data) == 0 {
		return nil
	}
	_, err := j.f.Write(data)
	if err == nil {
		err = j.f.Sync()
	}
	if err != nil {
		err = fmt.Errorf("write %s: %w: make room and go on with --resume", JournalName, err)
		return errors.Join(err, j.f.Truncate(j.size))
	}
	j.size += int64(len(data))
	return nil
}

func (j *journal) close() error { return j.f.Close() }
