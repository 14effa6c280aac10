package ui

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
)

// closedWindow remembers what was asked of it.
type closedWindow struct {
	fyne.Window
	asked []string
}

func (w *closedWindow) Hide()  { w.asked = append(w.asked, "hide") }
func (w *closedWindow) Close() { w.asked = append(w.asked, "close") }

// A window is hidden at once and closed when the pointer's last events are through.
func TestCloseWindow(t *testing.T) {
	w, timer := &closedWindow{}, &fakeTimer{}
	closeWindow(w, func(d time.Duration, f func()) stopper {
		timer.rest, timer.f = d, f
		return timer
	})
	if !slices.Equal(w.asked, []string{"hide"}) || timer.rest != closeAfter {
		t.Fatalf("asked %q, and again after %v; want it hidden, and closed after %v", w.asked, timer.rest, closeAfter)
	}
	if timer.f(); !slices.Equal(w.asked, []string{"hide", "close"}) {
		t.Errorf("asked %q", w.asked)
	}
}
