package ui

import (
	"time"

	"fyne.io/fyne/v2"
)

// closeAfter is the time in which the last events of the pointer reach a hidden window: a
// few turns of Fyne's loop.
const closeAfter = 60 * time.Millisecond

// closeWindow hides a window and closes it soon after. Fyne 2.8.1 takes the program along when
// the pointer clicks in a window without the focus between its Close and the next turn of the
// loop (window.processMouseClicked calls a window that is nil by then); up to 2.7.1 it did so
// for another cursor as well. Call it on the UI thread.
func closeWindow(win fyne.Window, after afterFunc) {
	win.Hide()
	after(closeAfter, win.Close)
}

// quit closes the editor's window.
func (e *editor) quit() { closeWindow(e.win, e.after) }
