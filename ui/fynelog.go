package ui

import (
	"io"
	"strings"
	"sync"

	"deltaedit/ui/shaded"
)

// unwatched is what Fyne logs where there is no session bus to learn a new theme from: nothing
// is lost on such a system.
const unwatched = "Fyne error:  failed to watch theme settings"

// unread is what Fyne logs when it cannot read the preferences. It says so of good ones while the
// program ends: Fyne then writes them once more on one goroutine, and reads them on another, which
// sees that they change, between emptying the file and filling it.
const unread = "Fyne error:  Preferences load error:"

// fyneLog passes on what Fyne logs but for what nobody can do anything about, and calls refused
// when the graphics driver has refused a shader of the photo, which Fyne tells in no other way.
type fyneLog struct {
	out     io.Writer
	refused func()

	mu    sync.Mutex
	quiet bool // until the end of a message that is left out
	ended bool // the window is closed
}

// End tells that the window is closed.
func (l *fyneLog) End() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
}

// Write receives one record of the log.
func (l *fyneLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := string(b)
	switch {
	case strings.Contains(text, unwatched), l.ended && strings.Contains(text, unread):
		l.quiet = true
		return len(b), nil
	case l.quiet && strings.Contains(text, "  Cause: "):
		return len(b), nil
	case l.quiet && strings.Contains(text, "  At: "):
		l.quiet = false
		return len(b), nil
	case strings.Contains(text, "Failed to compile shader "+shaded.Name):
		l.refused()
	}
	return l.out.Write(b)
}
