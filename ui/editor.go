package ui

import (
	"image"
	"log/slog"
	"math/rand/v2"
	"time"

	"fyne.io/fyne/v2"

	"deltaedit/assets"
	"deltaedit/engine"
	"deltaedit/engine/pack"
)

// Rests after which a burst of input is taken as done.
const (
	sliderRest = 250 * time.Millisecond
	promptRest = 400 * time.Millisecond
	resizeRest = 120 * time.Millisecond
	noticeRest = 6 * time.Second
)

// tools are what the editor needs from outside and tests replace.
type tools struct {
	newBackend NewBackend
	// post runs a function on the UI thread, in order, without waiting.
	post func(func())
	// after starts timers whose functions run on the UI thread.
	after afterFunc
	// seed draws the seed of a random face.
	seed func() int64
	// painted is told of every frame put on the canvas; may be nil.
	painted func(engine.Frame)
	log     *slog.Logger
	// status is the engine's; what is asked for until it reports.
	status engine.Status
	// packs lists the model packs that there are; providers are the execution
	// providers that auto chooses from; provider is the one that was asked for, ""
	// where the preference counts.
	packs     func() []pack.Listing
	providers []string
	provider  string
	// samples and presets offered.
	samples []assets.Sample
	presets []assets.Group
}

// realTools are those of the program.
func realTools(opts Options) (tools, error) {
	samples, err := assets.Samples()
	if err != nil {
		return tools{}, err
	}
	presets, err := assets.Presets()
	if err != nil {
		return tools{}, err
	}
	return tools{
		newBackend: opts.NewBackend,
		post:       fyne.Do,
		after:      realAfter(fyne.Do),
		seed:       func() int64 { return rand.Int64N(1_000_000) },
		painted:    opts.Painted,
		log:        slog.Default(),
		status:     engine.Status{Pack: opts.Pack},
		packs:      pack.List,
		providers:  engine.Providers(),
		provider:   opts.Provider,
		samples:    samples,
		presets:    presets,
	}, nil
}

// editor joins controls, engine and stage: it turns gestures into requests,
// and events into what the window shows. Everything in it belongs to the UI
// thread.
type editor struct {
	tools
	app     fyne.App
	win     fyne.Window
	backend Backend

	// state
	subject  engine.Subject
	settings settings
	history  history
	gate     gate
	compare  compare
	refining refining
	keeping  keeping
	// preferred says that the provider is a preference, not asked for.
	preferred bool
	// last is the request posted last, to tell a repetition.
	last engine.Request
	// told are the reports on prompts that were shown last.
	told []engine.PromptReport

	sliderTimer, promptTimer, resizeTimer, openTimer, exportTimer, providerTimer, refineTimer debouncer

	// parts
	stage     *stage
	panel     *panel
	empty     *emptyState
	statusbar *statusLine
	notices   *noticeBoard
	activity  *activity
	shortcuts map[string]func()
}

// newEditor builds the window's content and starts the backend.
func newEditor(app fyne.App, win fyne.Window, t tools) *editor {
	e := &editor{tools: t, app: app, win: win, settings: defaultSettings()}
	e.history.Forget(e.settings)
	if e.provider == "" {
		e.provider, e.preferred = e.preferredProvider(), true
	}
	for timer, rest := range map[*debouncer]time.Duration{
		&e.sliderTimer: sliderRest, &e.promptTimer: promptRest,
		&e.resizeTimer: resizeRest, &e.openTimer: noticeRest, &e.exportTimer: noticeRest, &e.providerTimer: noticeRest,
		&e.refineTimer: noticeRest,
	} {
		*timer = debouncer{after: t.after, rest: rest}
	}
	e.build()
	e.connect()
	e.bindKeys()
	e.Status(t.status)
	e.backend = t.newBackend(e.options(), e, t.post)
	return e
}

// open reports whether there is a photo on the table.
func (e *editor) open() bool { return e.subject.Photo != 0 }

// request is the whole wish that the controls express.
func (e *editor) request(q engine.Quality) engine.Request {
	r := engine.Request{
		Photo:     e.subject.Photo,
		Face:      e.settings.Face,
		Edits:     e.settings.edits(),
		Threshold: e.settings.Threshold,
		View:      e.stage.View(),
		Aligned:   e.settings.Aligned,
		Quality:   q,

		StripPrivate: e.app.Preferences().Bool(prefStripPrivate),
	}
	if e.settings.Engine == engine.Diffusion && e.status.DiffusionSteps > 0 {
		r.Engine, r.Steps = engine.Diffusion, e.settings.Steps
	}
	return r
}

// post sends the wish to the engine.
func (e *editor) postRequest(q engine.Quality) {
	if e.open() {
		e.keep()
		e.last = e.request(q)
		e.backend.Post(e.last)
	}
}

// dragged is called while a slider moves: previews only, and the full
// picture as soon as the slider rests.
func (e *editor) dragged() {
	e.panel.ShowValues()
	e.postRequest(engine.QualityDrag)
	e.sliderTimer.Trigger(func() { e.postRequest(engine.QualityRest) })
}

// dropped is called when a slider was let go.
func (e *editor) dropped() {
	rested := !e.sliderTimer.Waiting()
	e.sliderTimer.Stop()
	e.history.Commit(e.settings)
	if !rested {
		e.postRequest(engine.QualityRest)
	}
}

// apply makes settings that are not a slider's the ones in force.
func (e *editor) apply(s settings) {
	e.sliderTimer.Stop()
	e.promptTimer.Stop()
	e.settings = s
	e.history.Commit(s)
	e.showSettings()
	e.postRequest(engine.QualityRest)
}

// restore is apply for settings out of the history.
func (e *editor) restore(s settings, ok bool) {
	if !ok {
		return
	}
	e.sliderTimer.Stop()
	e.promptTimer.Stop()
	if s.Face >= len(e.subject.Faces) {
		s.Face = e.settings.Face
	}
	e.settings = s
	e.showSettings()
	e.stage.SetFaces(e.facesShown())
	e.showDoubt()
	e.postRequest(engine.QualityRest)
}

func (e *editor) undo() {
	e.settle()
	e.restore(e.history.Undo())
}

func (e *editor) redo() {
	e.settle()
	e.restore(e.history.Redo())
}

// settle commits what a person is still typing or dragging.
func (e *editor) settle() { e.history.Commit(e.settings) }

func (e *editor) showSettings() {
	e.panel.Show(e.settings, e.status)
	e.showRefine()
}

// promptTyped waits for the typing to pause.
func (e *editor) promptTyped() {
	e.settings.Source, e.settings.Target = e.panel.source.Text, e.panel.target.Text
	e.promptTimer.Trigger(func() { e.apply(e.settings) })
}

// promptEntered applies the prompts at once.
func (e *editor) promptEntered() {
	e.settings.Source, e.settings.Target = e.panel.source.Text, e.panel.target.Text
	e.apply(e.settings)
}

func (e *editor) usePreset(p assets.Preset) {
	s := e.settings
	s.Source, s.Target = p.Source, p.Target
	if s.Strength == 0 {
		// A preset that changes nothing would look broken.
		s.Strength = defaultStrength
	}
	e.apply(s)
}

func (e *editor) chooseFace(i int) {
	if i < 0 || i >= len(e.subject.Faces) || i == e.settings.Face {
		return
	}
	s := e.settings
	s.Face = i
	e.stage.SetFaces(e.subject.Size, e.subject.Faces, i)
	e.apply(s)
	e.showDoubt()
}

// facesShown are the arguments of stage.SetFaces; the face alone has no
// boxes.
func (e *editor) facesShown() (image.Point, []engine.FaceBox, int) {
	if e.settings.Aligned {
		return e.subject.Size, nil, 0
	}
	return e.subject.Size, e.subject.Faces, e.settings.Face
}

func (e *editor) showAligned(on bool) {
	s := e.settings
	s.Aligned = on
	e.compare.Forget()
	e.apply(s)
	e.stage.SetFaces(e.facesShown())
}

// useEngine changes what makes the final picture.
func (e *editor) useEngine(k engine.Kind) {
	s := e.settings
	s.Engine = k
	e.apply(s)
}

// resized asks for pictures of the new size once the window rests.
func (e *editor) resized() {
	e.resizeTimer.Trigger(func() { e.postRequest(engine.QualityRest) })
}

func (e *editor) randomFace() { e.backend.Random(e.seed()) }

func (e *editor) openSample(s assets.Sample) { e.openStream(s.Name, s.Data) }

// close stops the engine. The window is gone already.
func (e *editor) close() {
	for _, t := range []*debouncer{&e.sliderTimer, &e.promptTimer, &e.resizeTimer, &e.openTimer, &e.exportTimer, &e.providerTimer, &e.refineTimer} {
		t.Stop()
	}
	e.endSession() // first: should the engine fall now, nothing is lost
	e.backend.Close()
}
