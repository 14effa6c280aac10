package ui

import (
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2/lang"

	"deltaedit/assets"
	"deltaedit/engine"
	"deltaedit/ui/history"
	"deltaedit/ui/savedstate"
)

// past is what the editor knows of its history. It belongs to the UI thread.
type past struct {
	log *history.Log
	// present are the settings of the present state.
	present settings
	// going is the state that is gone to as soon as its photo is open; nil for none.
	going *goal
	// stream is where the open photo was stored, if it has no file; "" otherwise.
	stream string
	// painted is the generation of the request that the present state was drawn for.
	painted uint64
	// against is the state that the present one is compared with, 0 for none.
	against int64
}

// goal is a state on another photo, and how to make it the present.
type goal struct {
	state history.State
	reach func() (history.State, bool)
}

// openHistory goes on in the history in a folder. Errors are only logged.
func (e *editor) openHistory(dir string) {
	log, err := history.Open(dir, func(err error) { e.log.Warn("Writing the history", "error", err) })
	if err != nil {
		e.log.Warn("Reading the history", "error", err)
	}
	e.past.log = log
}

// settle commits what is still being typed or dragged.
func (e *editor) settle() {
	p := &e.past
	if s, ok := p.log.Present(); !ok || !e.open() || e.settings.Same(p.present) {
		p.present = e.settings // at most another row is in hand
	} else {
		p.present = e.settings
		p.log.Add(e.stateOf(s.Root, s.Photo))
		e.showHistory()
	}
}

// stateOf returns the settings as a state of a photo.
func (e *editor) stateOf(root, photo savedstate.Photo) history.State {
	s := e.settings
	return history.State{
		Root: root, Photo: photo, Face: s.Face, Stacks: s.stacks,
		Aligned: s.Aligned, Renderer: s.Renderer.String(), Steps: s.Steps,
	}
}

// settingsIn returns the settings of a state.
func settingsIn(s history.State) settings {
	out := settings{Face: s.Face, stacks: s.Stacks, Aligned: s.Aligned, Steps: s.Steps}
	out.Renderer, _ = engine.ParseRenderer(s.Renderer) // validated when it was read; "" is the GAN
	return out
}

// historyPhoto returns where the open photo can be opened from again.
func (e *editor) historyPhoto() savedstate.Photo {
	if e.past.stream != "" {
		return savedstate.Photo{Path: e.past.stream}.WithBoxes(e.subject.Boxes)
	}
	photo, _ := e.photoOf(e.subject)
	if photo == (savedstate.Photo{}) {
		photo.Name = e.subject.Name
	}
	return photo
}

// storeStream stores a photo that has no file and is no sample, so that the history can
// come back to it.
func (e *editor) storeStream(sub engine.Subject) {
	e.past.stream = ""
	photo, data := e.photoOf(sub)
	if photo.Name == "" || len(data) == 0 || e.sampleOf(photo.Name) != nil {
		return
	}
	path, err := e.past.log.Store(photo.Name, data)
	if err != nil {
		e.log.Warn("Storing a photo for the history", "error", err)
		return
	}
	e.past.stream = path
}

// sampleOf returns the built-in sample of a name, or nil.
func (e *editor) sampleOf(name string) *assets.Sample {
	if i := slices.IndexFunc(e.samples, func(s assets.Sample) bool { return s.Name == name }); i >= 0 {
		return &e.samples[i]
	}
	return nil
}

// beginHistory enters a photo that was opened: as the state that was gone to, with
// another box around a face, as a kept result, or as a new beginning.
func (e *editor) beginHistory() {
	p := &e.past
	photo, going := e.historyPhoto(), p.going
	p.going = nil
	switch {
	case going != nil && going.state.Photo == photo:
		going.reach()
	case e.marking.is(photo):
		if s, ok := p.log.Present(); ok && (s.Photo != photo || !settingsIn(s).Same(e.settings)) {
			p.log.Add(e.stateOf(s.Root, photo))
		}
	case e.keeping.is(e.subject.Path):
		root := photo
		if s, ok := p.log.Present(); ok {
			root = s.Root
		}
		p.log.Add(e.stateOf(root, photo))
	default:
		state := e.stateOf(p.log.RootOf(photo), photo)
		if last, ok := p.log.Latest(photo); ok && settingsIn(last).Same(e.settings) {
			p.log.Go(last.ID) // the state that a crash interrupted
		} else {
			p.log.Begin(state)
		}
	}
	e.marking.photo = savedstate.Photo{}
	p.present = e.settings
	e.showHistory()
}

// goTo goes to a state: reach makes it the present in the log. If it is on another photo,
// that is opened first.
func (e *editor) goTo(s history.State, reach func() (history.State, bool)) {
	e.sliderTimer.Stop()
	e.promptTimer.Stop()
	if s.Photo == e.historyPhoto() {
		if s, ok := reach(); ok {
			e.restore(settingsIn(s))
		}
		e.showHistory()
		return
	}
	e.past.going = &goal{s, reach}
	if !e.openAgain(s.Photo) {
		e.past.going = nil
		e.notices.Show(noticeFailure, noticeError, lang.L("The photo {{.Name}} had no file and is no longer there.", map[string]any{"Name": s.Photo.Name}))
	}
}

func (e *editor) undo() {
	e.settle()
	if s, ok := e.past.log.Before(); ok {
		e.goTo(s, e.past.log.Undo)
	}
}

func (e *editor) redo() {
	e.settle()
	if s, ok := e.past.log.After(); ok {
		e.goTo(s, e.past.log.Redo)
	}
}

func (e *editor) canUndo() bool { _, ok := e.past.log.Before(); return ok }
func (e *editor) canRedo() bool { _, ok := e.past.log.After(); return ok }

// goToState goes to any state of the history.
func (e *editor) goToState(id int64) {
	e.settle()
	if s, ok := e.past.log.Get(id); ok {
		e.goTo(s, func() (history.State, bool) { return e.past.log.Go(id) })
	}
}

// restore applies settings from the history.
func (e *editor) restore(s settings) {
	if s.Face >= len(e.subject.Faces) {
		s.Face = 0
	}
	e.settings, e.past.present = s, s
	e.compare.Forget()
	e.showSettings()
	e.viewport.SetFaces(e.facesShown())
	e.showDoubt()
	e.postRequest(engine.QualityRest)
}

// pictured gives the present state its thumbnail when its final image is painted.
func (e *editor) pictured(f engine.Frame) {
	p := &e.past
	final := f.Stage == engine.StageFinal || f.Stage == engine.StageOriginal
	if !final || p.painted == f.Generation || f.Generation != e.backend.Generation() || f.Generation == e.compare.asked || !e.settings.Same(p.present) {
		return
	}
	s, ok := p.log.Present()
	if !ok {
		return
	}
	p.painted = f.Generation
	if !p.log.HasThumb(s.ID) {
		p.log.SetThumb(s.ID, f.Image)
		e.showHistory()
	}
}

// overOriginal reports whether a path is that of the photo that the open one came from by
// keeping results.
func (e *editor) overOriginal(path string) bool {
	s, ok := e.past.log.Present()
	return ok && (sameFile(path, s.Root.Path) || sameFile(path, s.Photo.Path))
}

// historyFolder is the folder of the history below that of the state.
func historyFolder(state string) string { return filepath.Join(state, "history") }
