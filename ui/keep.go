package ui

import (
	"errors"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2/lang"

	"deltaedit/engine"
	"deltaedit/ui/session"
)

// keeping is the editor's part in not losing work to a crash. It belongs to the
// UI thread.
type keeping struct {
	// now is written to as the work goes on; nil keeps nothing.
	now *session.Keeper
	// past is what a crash left, until it is taken up or dismissed.
	past *session.Past
	// restoring is the past that is being opened again.
	restoring *session.Past

	// stream is the photo without a file that was handed to the engine last.
	stream struct {
		name string
		data []byte
	}
}

// beginSession looks for what a crash left and begins to keep this session. What
// does not work is logged: editing goes on without.
func (e *editor) beginSession(root, header string) {
	past, err := session.Find(root)
	if err != nil {
		e.log.Warn("Looking for an earlier session", "error", err)
	}
	e.keeping.now, err = session.Begin(root, header, func(err error) { e.log.Warn("Keeping the session", "error", err) })
	if err != nil {
		e.log.Warn("Keeping the session", "error", err)
	}
	if past != nil {
		e.offer(past)
	}
}

// offer asks whether to go on where the program ended.
func (e *editor) offer(past *session.Past) {
	e.keeping.past = past
	text := lang.L("The program ended unexpectedly. Go on where you were?")
	if past.Report != "" {
		text += "\n" + lang.L("A report is in {{.File}}; it was sent to nobody.", map[string]any{"File": past.Report})
	}
	e.notices.Ask(noticeSession, noticeWarning, text,
		noticeAction{lang.L("Restore"), true, e.restoreSession},
		noticeAction{lang.L("Dismiss"), false, e.dismissSession})
}

// restoreSession puts everything back, the photo last: what the engine makes of it
// comes to Opened.
func (e *editor) restoreSession() {
	past := e.keeping.past
	if past == nil {
		return
	}
	e.keeping.past, e.keeping.restoring = nil, past
	e.notices.Clear(noticeSession)
	e.sliderTimer.Stop()
	e.promptTimer.Stop()
	e.settings = settings{
		Source: past.Source, Target: past.Target, Strength: past.Strength,
		Threshold: past.Threshold, Aligned: past.Aligned, Steps: past.Steps,
	}
	e.settings.Engine, _ = engine.ParseKind(past.Engine) // checked when it was read; "" is the GAN
	e.showSettings()
	switch p := past.Photo; {
	case p.Random:
		e.backend.Random(p.Seed)
	case p.Path != "":
		e.openPath(p.Path)
	default:
		data, err := past.Data()
		if err != nil {
			e.Failed("Opening "+p.Name, err)
			return
		}
		e.openStream(p.Name, data)
	}
}

func (e *editor) dismissSession() {
	e.notices.Clear(noticeSession)
	if past := e.keeping.past; past != nil {
		e.keeping.past = nil
		e.forget(past)
	}
}

func (e *editor) forget(past *session.Past) {
	if err := past.Forget(); err != nil {
		e.log.Warn("Removing an earlier session", "error", err)
	}
}

// openStream opens a photo that has no file.
func (e *editor) openStream(name string, data []byte) {
	e.keeping.stream.name, e.keeping.stream.data = name, data
	e.backend.OpenReader(name, data)
}

// restoredFace is the face of the session being restored when this is its photo,
// and 0 otherwise.
func (e *editor) restoredFace(sub engine.Subject) int {
	past := e.keeping.restoring
	if past == nil {
		return 0
	}
	if photo, _ := e.photoOf(sub); photo != past.Photo || past.Face >= len(sub.Faces) {
		return 0
	}
	return past.Face
}

// photoOf tells where the photo on the table comes from, with the bytes of one
// that has no file.
func (e *editor) photoOf(sub engine.Subject) (session.Photo, []byte) {
	switch {
	case sub.Random:
		return session.Photo{Random: true, Seed: sub.Seed}, nil
	case sub.Path == "":
		if e.keeping.stream.name != sub.Name {
			return session.Photo{}, nil
		}
		return session.Photo{Name: sub.Name}, e.keeping.stream.data
	}
	path, err := filepath.Abs(sub.Path)
	if err != nil {
		return session.Photo{}, nil
	}
	return session.Photo{Path: path}, nil
}

// work is what the controls say now.
func (e *editor) work(photo session.Photo) session.Session {
	s := e.settings
	return session.Session{
		Photo: photo, Source: s.Source, Target: s.Target, Strength: s.Strength,
		Threshold: s.Threshold, Face: s.Face, Aligned: s.Aligned,
		Engine: s.Engine.String(), Steps: s.Steps,
	}
}

// keepPhoto has another photo kept, and forgets the session that it was restored
// from.
func (e *editor) keepPhoto() {
	photo, data := e.photoOf(e.subject)
	if photo != (session.Photo{}) {
		e.keeping.now.Put(e.work(photo), data)
	}
	e.keeping.stream.data = nil // the keeper has it
	if past := e.keeping.restoring; past != nil {
		e.keeping.restoring = nil
		e.forget(past)
	}
}

// keep has a change of the controls kept.
func (e *editor) keep() {
	if photo, _ := e.photoOf(e.subject); photo != (session.Photo{}) {
		e.keeping.now.Save(e.work(photo))
	}
}

// endSession ends the session as it should end. What was neither taken up nor
// dismissed is offered again at the next start.
func (e *editor) endSession() {
	var errs []error
	for _, past := range []*session.Past{e.keeping.past, e.keeping.restoring} {
		if past != nil {
			errs = append(errs, past.Leave())
		}
	}
	if err := errors.Join(append(errs, e.keeping.now.Close())...); err != nil && !errors.Is(err, os.ErrNotExist) {
		e.log.Warn("Ending the session", "error", err)
	}
}
