package session

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"deltaedit/engine/atomicfile"
	"deltaedit/engine/filelock"
)

// Names inside a session's folder.
const (
	prefix     = "session-" // of the folder itself
	lockName   = "lock"
	stateName  = "session.json"
	photoName  = "photo"
	reportName = "crash.txt"
)

// pause is the least time between two writes: a slider moves sixty times a
// second, and every write waits for the disk. A change is lost only with a crash
// that soon after it.
const pause = 300 * time.Millisecond

// Keeper writes a session down as it goes, in a folder that is this process's
// own. A nil Keeper keeps nothing. Its methods are safe for concurrent use and,
// but for Close, return at once.
type Keeper struct {
	dir    string
	lock   *filelock.Lock
	report *os.File
	fail   func(error)

	mu      sync.Mutex
	pending *Session
	photo   *photoData    // the stream's bytes that wait to be written
	wake    chan struct{} // capacity 1
	quit    chan struct{}
	gone    chan struct{}

	once sync.Once // of Close
	err  error
}

type photoData struct{ data []byte }

// Begin makes a folder for this process's session below root and starts a crash
// report there: whatever ends the process, Go's own trace of it goes into that
// file too. header begins the report. Errors of later writes go to fail, once in
// a row.
func Begin(root, header string, fail func(error)) (*Keeper, error) {
	k := &Keeper{fail: fail, wake: make(chan struct{}, 1), quit: make(chan struct{}), gone: make(chan struct{})}
	err := os.MkdirAll(root, 0o700)
	if err == nil {
		k.dir, err = os.MkdirTemp(root, prefix)
	}
	if err == nil {
		k.lock, err = filelock.Acquire(filepath.Join(k.dir, lockName), filelock.Dying)
	}
	if err != nil {
		return nil, fmt.Errorf("keep the session: %w", errors.Join(err, os.RemoveAll(k.dir)))
	}
	if err := k.startReport(header); err != nil {
		return nil, fmt.Errorf("keep the session: %w", errors.Join(err, k.lock.Release(), os.RemoveAll(k.dir)))
	}
	go k.run()
	return k, nil
}

// startReport sends the trace of a crash to a file.
func (k *Keeper) startReport(header string) error {
	f, err := os.OpenFile(filepath.Join(k.dir, reportName), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s\n%s/%s, %d CPUs, %s\nstarted %s\n%s", header, runtime.GOOS, runtime.GOARCH,
		runtime.NumCPU(), runtime.Version(), time.Now().Format(time.RFC3339), headerEnd)
	if err == nil {
		err = debug.SetCrashOutput(f, debug.CrashOptions{})
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	k.report = f
	return nil
}

// headerEnd is the line after which a report holds the crash.
const headerEnd = "----\n"

// Save has the session written, in place of one that waits.
func (k *Keeper) Save(s Session) {
	if k == nil {
		return
	}
	k.mu.Lock()
	k.pending = &s
	k.mu.Unlock()
	k.signal()
}

// Put is Save for another photo. data are the bytes of one that has no file, nil
// for one that has; the keeper holds them until they are written.
func (k *Keeper) Put(s Session, data []byte) {
	if k == nil {
		return
	}
	k.mu.Lock()
	k.pending, k.photo = &s, &photoData{data}
	k.mu.Unlock()
	k.signal()
}

func (k *Keeper) signal() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// run writes what waits, and rests.
func (k *Keeper) run() {
	defer close(k.gone)
	failed := false
	for {
		select {
		case <-k.quit:
			return
		case <-k.wake:
		}
		k.mu.Lock()
		s, p := k.pending, k.photo
		k.pending, k.photo = nil, nil
		k.mu.Unlock()
		err := k.write(s, p)
		if err != nil && !failed && k.fail != nil {
			k.fail(fmt.Errorf("keep the session: %w", err))
		}
		failed = err != nil
		select {
		case <-k.quit:
			return
		case <-time.After(pause):
		}
	}
}

// write writes what is not nil. A session never stands beside the bytes of another
// photo: where those change, there is none for a moment.
func (k *Keeper) write(s *Session, p *photoData) error {
	state, photo := filepath.Join(k.dir, stateName), filepath.Join(k.dir, photoName)
	if p != nil && p.data != nil {
		if err := remove(state); err != nil {
			return err
		}
		if err := put(photo, p.data); err != nil {
			return err
		}
	}
	if s != nil {
		data, err := s.Marshal()
		if err != nil {
			return err
		}
		if err := put(state, data); err != nil {
			return err
		}
	}
	if p != nil && p.data == nil {
		return remove(photo)
	}
	return nil
}

func put(path string, data []byte) error {
	return atomicfile.Write(path, ".session-", func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// remove is os.Remove for what need not be there.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Close ends the session as it should end: nothing of it stays.
func (k *Keeper) Close() error {
	if k == nil {
		return nil
	}
	k.once.Do(func() {
		close(k.quit)
		<-k.gone
		k.err = errors.Join(
			debug.SetCrashOutput(nil, debug.CrashOptions{}), k.report.Close(),
			remove(filepath.Join(k.dir, stateName)), // before anybody may look
			k.lock.Release(), os.RemoveAll(k.dir))
	})
	return k.err
}
