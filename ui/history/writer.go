package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"deltaedit/engine/atomicfile"
)

// Names inside the folder.
const (
	fileName  = "history.jsonl"
	lockName  = "lock"
	thumbsDir = "thumbnails"
	keptDir   = "kept"
)

// pause is the time between two writes. A process that is killed loses the changes of
// this time at most.
const pause = 300 * time.Millisecond

// read returns the states in a file, in the order of their IDs, and its number of lines.
// Lines that cannot be read are left out: the last one may have been cut short. A missing
// file holds none.
func read(path string) (states []State, lines int, err error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read the history: %w", err)
	}
	defer f.Close()
	byID := map[int64]State{}
	in := bufio.NewReaderSize(f, 64<<10)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 && err == nil {
			lines++
			if s, bad := parse(line); bad == nil {
				byID[s.ID] = s
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, 0, fmt.Errorf("read the history: %w", err)
		}
	}
	for _, s := range byID {
		if !s.Gone {
			states = append(states, s)
		}
	}
	slices.SortFunc(states, func(a, b State) int { return int(a.ID - b.ID) })
	return states, lines, nil
}

// writer writes lines and thumbnails on a goroutine of its own. Its methods are safe for
// concurrent use.
type writer struct {
	dir  string
	fail func(error)

	mu      sync.Mutex
	pending bytes.Buffer
	thumbs  map[int64]image.Image
	gone    []int64
	lines   int // in the file, with those that are pending

	wake, quit, ended chan struct{}
}

func newWriter(dir string, lines int, fail func(error)) *writer {
	w := &writer{
		dir: dir, fail: fail, lines: lines, thumbs: map[int64]image.Image{},
		wake: make(chan struct{}, 1), quit: make(chan struct{}), ended: make(chan struct{}),
	}
	go w.run()
	return w
}

// line appends a state to the file.
func (w *writer) line(s *State) {
	data, err := json.Marshal(s)
	if err != nil {
		return // numbers were checked when they were set
	}
	w.mu.Lock()
	w.pending.Write(data)
	w.pending.WriteByte('\n')
	w.lines++
	w.mu.Unlock()
	w.signal()
}

// thumb writes a thumbnail, which nobody may change.
func (w *writer) thumb(id int64, img image.Image) {
	w.mu.Lock()
	w.thumbs[id] = img
	w.mu.Unlock()
	w.signal()
}

// drop removes a thumbnail.
func (w *writer) drop(id int64) {
	w.mu.Lock()
	delete(w.thumbs, id)
	w.gone = append(w.gone, id)
	w.mu.Unlock()
	w.signal()
}

func (w *writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *writer) run() {
	defer close(w.ended)
	for {
		select {
		case <-w.quit:
			return
		case <-w.wake:
		}
		if err := w.flush(); err != nil && w.fail != nil {
			w.fail(err)
		}
		select {
		case <-w.quit:
			return
		case <-time.After(pause):
		}
	}
}

// flush writes what is pending.
func (w *writer) flush() error {
	w.mu.Lock()
	lines := bytes.Clone(w.pending.Bytes())
	w.pending.Reset()
	thumbs, gone := w.thumbs, w.gone
	w.thumbs, w.gone = map[int64]image.Image{}, nil
	w.mu.Unlock()

	var errs []error
	if len(lines) > 0 {
		errs = append(errs, appendTo(filepath.Join(w.dir, fileName), lines))
	}
	folder := filepath.Join(w.dir, thumbsDir)
	if len(thumbs) > 0 {
		errs = append(errs, os.MkdirAll(folder, 0o700))
	}
	for id, img := range thumbs {
		errs = append(errs, atomicfile.Write(filepath.Join(folder, thumbName(id)), ".thumbnail-", func(f *os.File) error {
			return jpeg.Encode(f, img, &jpeg.Options{Quality: 85})
		}))
	}
	for _, id := range gone {
		if err := os.Remove(filepath.Join(folder, thumbName(id))); !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("write the history: %w", err)
	}
	return nil
}

// appendTo appends lines to a file. What a killed process left of a line is ended first.
func appendTo(path string, lines []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err == nil && end > 0 {
		last := make([]byte, 1)
		if _, err = f.ReadAt(last, end-1); err == nil && last[0] != '\n' {
			lines = append([]byte{'\n'}, lines...)
		}
	}
	if err == nil {
		_, err = f.Write(lines)
	}
	return errors.Join(err, f.Close())
}

// close writes what is pending, and the whole file again when most of its lines are of no
// use any more.
func (w *writer) close(states []*State) error {
	close(w.quit)
	<-w.ended
	err := w.flush()
	if err != nil || !wasteful(w.lines, len(states)) {
		return err
	}
	return rewrite(w.dir, states)
}

// wasteful reports whether most lines of a file with so many states are of no use.
func wasteful(lines, states int) bool { return lines > 2*states+100 }

// rewrite writes the whole file again.
func rewrite(dir string, states []*State) error {
	return atomicfile.Write(filepath.Join(dir, fileName), ".history-", func(f *os.File) error {
		out := bufio.NewWriter(f)
		enc := json.NewEncoder(out)
		for _, s := range states {
			if err := enc.Encode(s); err != nil {
				return err
			}
		}
		return out.Flush()
	})
}
