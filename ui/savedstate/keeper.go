package savedstate

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

// Names inside a state's folder.
const (
	prefix     = "session-" // of the folder itself
	lockName   = "lock"
	stateName  = "session.json"
	photoName  = "photo"
	reportName = "crash.txt"
)

// pause is the minimum time between two writes: a slider moves sixty times a second,
// and every write waits for the disk. A crash loses the changes of this time.
const pause = 300 * time.Millisecond

// Keeper saves a state in a folder of this process. A nil Keeper saves nothing. Its
// methods are safe for concurrent use. All but Close return immediately.
type Keeper struct {
	dir    string
	lock   *filelock.Lock
	report *os.File
	fail   func(error)

	mu      sync.Mutex
	pending *State
	photo   *photoData    // bytes of the stream, not yet written
	wake    chan struct{} // capacity 1
	quit    chan struct{}
	gone    chan struct{}

	once sync.Once // for Close
	err  error
}

type photoData struct{ data []byte }

// Begin creates a folder below root for the state of this process. Go writes the
// stack trace of a crash to a report in it, which begins with header. Errors of later
// writes are passed to fail, once for several in a row.
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
		return nil, fmt.Errorf("save the state: %w", errors.Join(err, os.RemoveAll(k.dir)))
	}
	if err := k.startReport(header); err != nil {
		return nil, fmt.Errorf("save the state: %w", errors.Join(err, k.lock.Release(), os.RemoveAll(k.dir)))
	}
	go k.run()
	return k, nil
}

// startReport directs the stack trace of a crash to a file.
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

// headerEnd is the line that separates the header from the crash.
const headerEnd = "----\n"

// Save saves the state. It replaces a state that is not written yet.
func (k *Keeper) Save(s State) {
	if k == nil {
		return
	}
	k.mu.Lock()
	k.pending = &s
	k.mu.Unlock()
	k.signal()
}

// Put is Save for a new photo. data holds its bytes if it has no file, and is nil
// otherwise; it must not be changed until it is written.
func (k *Keeper) Put(s State, data []byte) {
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

// run writes pending changes and pauses after each write.
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
			k.fail(fmt.Errorf("save the state: %w", err))
		}
		failed = err != nil
		select {
		case <-k.quit:
			return
		case <-time.After(pause):
		}
	}
}

// write writes the arguments that are not nil. The folder never holds a state with
// the bytes of another photo: the state is removed before the bytes change.
func (k *Keeper) write(s *State, p *photoData) error {
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

// remove is os.Remove for a file that may not exist.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Close stops saving and removes the files, as a normal end does.
func (k *Keeper) Close() error {
	if k == nil {
		return nil
	}
	k.once.Do(func() {
		close(k.quit)
		<-k.gone
		k.err = errors.Join(
			debug.SetCrashOutput(nil, debug.CrashOptions{}), k.report.Close(),
			remove(filepath.Join(k.dir, stateName)), // before another process may see the folder
			k.lock.Release(), os.RemoveAll(k.dir))
	})
	return k.err
}
