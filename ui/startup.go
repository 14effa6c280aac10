package ui

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// otherwise is the advice for systems on which no window can be opened.
const otherwise = "or use a command without a window, such as edit (see --help)"

// CheckDisplay returns an error when there is no display to open a window on. It is
// quick and opens nothing.
func CheckDisplay() error { return checkDisplay(runtime.GOOS, os.Getenv) }

func checkDisplay(system string, getenv func(string) string) error {
	switch {
	case system == "windows" || system == "darwin":
	case getenv("DISPLAY") != "" || getenv("WAYLAND_DISPLAY") != "":
	default:
		return errors.New("there is no display to open the window on (DISPLAY and WAYLAND_DISPLAY are not set): start the program in a graphical session, " + otherwise)
	}
	return nil
}

// prepareDisplay sets up what Fyne expects of its surroundings: a folder for caches, which it
// creates only within one that is there; and X11 where there is no Wayland, whose library
// complains on stderr when it is asked in vain.
func prepareDisplay() {
	if folder, err := os.UserCacheDir(); err == nil {
		_ = os.MkdirAll(folder, 0o700) // Fyne does without it
	}
	if os.Getenv("WAYLAND_DISPLAY") == "" && os.Getenv("FYNE_PLATFORM") == "" {
		_ = os.Setenv("FYNE_PLATFORM", "x11")
	}
}

// startFault is the reason why the window cannot be opened, as reported by Fyne.
type startFault struct {
	what  string // "window creation error"
	cause string
}

// Error returns a sentence for the user.
func (f *startFault) Error() string {
	if f.what == "" {
		return fmt.Sprintf("the window cannot be opened on the display %q (%s): check DISPLAY, %s", os.Getenv("DISPLAY"), f.cause, otherwise)
	}
	return fmt.Sprintf("the window cannot be opened, since the display offers no OpenGL that it could draw with (%s): install a graphics driver, %s", f.cause, otherwise)
}

// fatal are the errors of Fyne after which there is no window. Fyne logs them and then
// continues without a window or ends the program.
var fatal = []string{"window creation error", "failed to initialise OpenGL", "failed to initialise GLFW"}

// startLog replaces the output of the log while the window starts. It intercepts the
// lines in which Fyne says why there will be no window, and ends the start at the last
// of them with a panic of *startFault. Other lines of the log pass through.
type startLog struct {
	before io.Writer

	mu    sync.Mutex
	fault startFault
	held  [][]byte // lines that may explain a fault
}

// watchStart starts to intercept the log. end restores its output.
func watchStart() (l *startLog, end func()) {
	l = &startLog{before: log.Writer()}
	log.SetOutput(l)
	return l, sync.OnceFunc(func() {
		log.SetOutput(l.before)
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, line := range l.held { // there was no fault
			_, _ = l.before.Write(line)
		}
	})
}

// Write receives one record of the log.
func (l *startLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := string(bytes.TrimSpace(b))
	if _, what, ok := strings.Cut(text, "Fyne error:  "); ok && slices.Contains(fatal, what) {
		l.fault.what = what
		return len(b), nil
	}
	if _, cause, ok := strings.Cut(text, "PlatformError: "); ok { // from GLFW, before it panics
		l.fault.cause = cause
		l.held = append(l.held, bytes.Clone(b))
		return len(b), nil
	}
	if l.fault.what == "" {
		return l.before.Write(b)
	}
	if _, cause, ok := strings.Cut(text, "  Cause: "); ok {
		l.fault.cause = cause
		return len(b), nil
	}
	if strings.Contains(text, "  At: ") {
		fault := l.fault
		panic(&fault)
	}
	return l.before.Write(b)
}

// explain returns an error for a panic with which Fyne ended the start, and nil for any
// other panic, which is a bug in this program.
func (l *startLog) explain(panicked any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f, ok := panicked.(*startFault); ok {
		return f
	}
	err, ok := panicked.(error)
	if !ok {
		return nil
	}
	t := reflect.TypeOf(err)
	if t.Kind() != reflect.Pointer || !strings.HasSuffix(t.Elem().PkgPath(), "/glfw") {
		return nil
	}
	fault := l.fault
	if fault.cause == "" {
		fault.cause = err.Error()
	}
	l.held = nil // they are part of the sentence
	return &fault
}
