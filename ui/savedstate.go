package ui

import (
	"errors"
	"image"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2/lang"

	"deltaedit/engine"
	"deltaedit/ui/savedstate"
	"deltaedit/ui/stack"
)

// savedState saves the state of the editor, so that a crash loses no work. It
// belongs to the UI thread.
type savedState struct {
	// now saves the current state; nil saves nothing.
	now *savedstate.Keeper
	// past is the state of a crashed process, until it is restored or dismissed.
	past *savedstate.Past
	// restoring is the state whose photo is being opened.
	restoring *savedstate.Past

	// stream is the newest photo that has no file.
	stream struct {
		name string
		data []byte
	}
}

// beginSaving looks for the state of a crashed process, and starts to save the
// current one. Errors are only logged.
func (e *editor) beginSaving(root, header string) {
	past, err := savedstate.Find(root)
	if err != nil {
		e.log.Warn("Looking for an earlier state", "error", err)
	}
	e.saved.now, err = savedstate.Begin(root, header, func(err error) { e.log.Warn("Saving the state", "error", err) })
	if err != nil {
		e.log.Warn("Saving the state", "error", err)
	}
	if past != nil {
		e.offer(past)
	}
}

// offer asks whether to restore a state.
func (e *editor) offer(past *savedstate.Past) {
	e.saved.past = past
	text := lang.L("The program ended unexpectedly. Go on where you were?")
	if past.Report != "" {
		text += "\n" + lang.L("A report is in {{.File}}; it was sent to nobody.", map[string]any{"File": past.Report})
	}
	e.notices.Ask(noticeState, noticeWarning, text,
		noticeAction{lang.L("Restore"), true, e.restoreState},
		noticeAction{lang.L("Dismiss"), false, e.dismissState})
}

// restoreState restores the controls and then opens the photo. Opened does the rest.
func (e *editor) restoreState() {
	past := e.saved.past
	if past == nil {
		return
	}
	e.saved.past, e.saved.restoring = nil, past
	e.notices.Clear(noticeState)
	e.sliderTimer.Stop()
	e.promptTimer.Stop()
	e.settings = settingsOf(past.State).onlyFace(0) // Opened restores the faces
	e.showSettings()
	boxes, _ := past.Photo.Rectangles() // checked when it was read
	switch p := past.Photo; {
	case p.Random:
		e.backend.Random(p.Seed)
	case p.Path != "":
		e.openBoxed(p.Path, boxes)
	default:
		data, err := past.Data()
		if err != nil {
			e.Failed(engine.Task{Kind: engine.TaskOpen, Name: p.Name}, err)
			return
		}
		e.openStream(p.Name, data, boxes...)
	}
}

func (e *editor) dismissState() {
	e.notices.Clear(noticeState)
	if past := e.saved.past; past != nil {
		e.saved.past = nil
		e.forget(past)
	}
}

func (e *editor) forget(past *savedstate.Past) {
	if err := past.Forget(); err != nil {
		e.log.Warn("Removing an earlier state", "error", err)
	}
}

// openStream opens a photo that has no file, with boxes around faces.
func (e *editor) openStream(name string, data []byte, boxes ...image.Rectangle) {
	e.saved.stream.name, e.saved.stream.data = name, data
	e.backend.OpenSource(engine.Source{Name: name, Data: data, Boxes: boxes})
}

// settingsOf returns the settings of a state.
func settingsOf(past savedstate.State) settings {
	s := settings{Face: past.Face, stacks: past.Stacks, Aligned: past.Aligned, Steps: past.Steps}
	s.Renderer, _ = engine.ParseRenderer(past.Renderer) // validated by savedstate.Parse; "" is the GAN
	if len(past.Stacks) == 0 {
		s = s.withRow(stack.Row{Source: past.Source, Target: past.Target, Strength: past.Strength, Threshold: past.Threshold})
	}
	return s
}

// carried returns the settings for a photo that was opened: those of the state that is
// being restored if this is its photo, and otherwise the controls as they are, with the
// edits of the face in hand for the first face.
func (e *editor) carried(sub engine.Subject) settings {
	if past := e.saved.restoring; past != nil {
		if photo, _ := e.photoOf(sub); photo == past.Photo && past.Face < len(sub.Faces) {
			s := settingsOf(past.State)
			s.stacks = s.stacks[:min(len(s.stacks), len(sub.Faces))]
			return s
		}
	}
	if going := e.past.going; going != nil && going.state.Photo == e.historyPhoto() {
		s := settingsIn(going.state)
		s.stacks = s.stacks[:min(len(s.stacks), len(sub.Faces))]
		if s.Face >= len(sub.Faces) {
			s.Face = 0
		}
		return s
	}
	if len(sub.Marked) > 0 && e.marking.is(e.historyPhoto()) {
		return e.marked(sub)
	}
	if e.keeping.is(sub.Path) {
		return e.carriedOn()
	}
	return e.settings.onlyFace(0)
}

// photoOf returns where the open photo comes from, and its bytes if it has no
// file.
func (e *editor) photoOf(sub engine.Subject) (savedstate.Photo, []byte) {
	switch {
	case sub.Random:
		return savedstate.Photo{Random: true, Seed: sub.Seed}, nil
	case sub.Path == "":
		if e.saved.stream.name != sub.Name {
			return savedstate.Photo{}, nil
		}
		return savedstate.Photo{Name: sub.Name}.WithBoxes(sub.Boxes), e.saved.stream.data
	}
	path, err := filepath.Abs(sub.Path)
	if err != nil {
		return savedstate.Photo{}, nil
	}
	return savedstate.Photo{Path: path}.WithBoxes(sub.Boxes), nil
}

// work returns the state with the current state of the controls.
func (e *editor) work(photo savedstate.Photo) savedstate.State {
	s, row := e.settings, e.settings.row()
	return savedstate.State{
		Photo: photo, Source: row.Source, Target: row.Target, Strength: row.Strength,
		Threshold: row.Threshold, Face: s.Face, Stacks: s.stacks, Aligned: s.Aligned,
		Renderer: s.Renderer.String(), Steps: s.Steps,
	}
}

// savePhoto saves a new photo, and removes the state that it was restored from.
func (e *editor) savePhoto() {
	photo, data := e.photoOf(e.subject)
	if photo != (savedstate.Photo{}) {
		e.saved.now.Put(e.work(photo), data)
	}
	e.saved.stream.data = nil // the keeper has it
	if past := e.saved.restoring; past != nil {
		e.saved.restoring = nil
		e.forget(past)
	}
}

// saveState saves a change of the controls.
func (e *editor) saveState() {
	if photo, _ := e.photoOf(e.subject); photo != (savedstate.Photo{}) {
		e.saved.now.Save(e.work(photo))
	}
}

// endSaving removes the state at a normal end. A state that was neither restored nor dismissed
// is offered again at the next start.
func (e *editor) endSaving() {
	var errs []error
	for _, past := range []*savedstate.Past{e.saved.past, e.saved.restoring} {
		if past != nil {
			errs = append(errs, past.Leave())
		}
	}
	if err := errors.Join(append(errs, e.saved.now.Close())...); err != nil && !errors.Is(err, os.ErrNotExist) {
		e.log.Warn("Removing the saved state", "error", err)
	}
}
