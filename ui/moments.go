package ui

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"deltaedit/engine"
)

// Moment is a point in the program's start that bench measures.
type Moment string

// Moments of a start.
const (
	// MomentWindow is when the window's first image is on the screen.
	MomentWindow Moment = "window"
	// MomentReady is when the models are loaded.
	MomentReady Moment = "ready"
	// MomentFailed is when something failed, usually loading the models.
	MomentFailed Moment = "failed"
)

// starting reports the moments of a start, and closes the window after both. It belongs
// to the UI thread.
type starting struct {
	engine.Listener
	tell          func(Moment)
	close         func()
	window, ready bool
}

func (s *starting) reach(m Moment, now *bool) {
	if *now {
		return
	}
	*now = true
	s.tell(m)
	if s.window && s.ready {
		s.close()
	}
}

// Status reports when the models are loaded.
func (s *starting) Status(st engine.Status) {
	s.Listener.Status(st)
	if st.Ready {
		s.reach(MomentReady, &s.ready)
	}
}

// Failed reports the failure and closes the window.
func (s *starting) Failed(task engine.Task, err error) {
	s.Listener.Failed(task, err)
	s.tell(MomentFailed)
	s.close()
}

// watch adds an object to the window that notices when its pixels are first painted; a
// function posted then runs when they are on the screen.
func (s *starting) watch(win fyne.Window, post func(func())) {
	dot := image.NewUniform(color.Transparent)
	asked := false
	raster := canvas.NewRaster(func(int, int) image.Image {
		if !asked {
			asked = true
			post(func() { s.reach(MomentWindow, &s.window) })
		}
		return dot
	})
	raster.Resize(fyne.NewSize(1, 1))
	win.SetContent(container.NewStack(win.Content(), container.NewWithoutLayout(raster)))
}
