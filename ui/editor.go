package ui

import (
	"image"
	"log/slog"
	"math/rand/v2"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"deltaedit/assets"
	"deltaedit/engine"
	"deltaedit/engine/measure"
	"deltaedit/engine/pack"
	"deltaedit/engine/photo"
	"deltaedit/ui/clipimage"
	"deltaedit/ui/queue"
	"deltaedit/ui/stack"
)

// Pauses after which typing, dragging or resizing counts as finished.
const (
	sliderRest = 250 * time.Millisecond
	promptRest = 400 * time.Millisecond
	resizeRest = 120 * time.Millisecond
	noticeRest = 6 * time.Second
	// completionLeave is how long completions stay after their field was left.
	completionLeave = 200 * time.Millisecond
)

// tools are the editor's external dependencies, which tests replace.
type tools struct {
	newBackend NewBackend
	// post runs a function on the UI thread, in order, without waiting.
	post func(func())
	// after starts timers whose functions run on the UI thread.
	after afterFunc
	// aside returns the part of the engine that does a batch.
	aside queue.Studio
	// seed returns the seed for a random face.
	seed func() int64
	// clipboard exchanges pictures with other programs.
	clipboard clipimage.Clipboard
	// painted is called for every displayed frame; it may be nil.
	painted func(engine.Frame)
	log     *slog.Logger
	// status is the engine's status. Until the engine reports one, it holds what was
	// requested.
	status engine.Status
	// packs lists the installed model packs. providers are the execution providers that
	// auto chooses from. provider is the one requested on the command line; "" means
	// that the preference applies.
	packs     func() []pack.Listing
	providers []string
	provider  string
	// keepInversions is engine.Options.KeepInversions.
	keepInversions bool
	// state is the folder for data that survives a crash; "" for none.
	state string
	// samples and presets are those offered in the window.
	samples []assets.Sample
	presets []assets.Group
}

// realTools returns the dependencies used outside tests.
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
		aside:      queue.Aside,
		seed:       func() int64 { return rand.Int64N(1_000_000) },
		clipboard:  clipimage.System(),
		painted:    opts.Painted,
		log:        slog.Default(),
		status:     engine.Status{Pack: opts.Pack},
		packs:      pack.List,
		providers:  measure.Providers(),
		provider:   opts.Provider,

		keepInversions: opts.KeepInversions,

		state:   opts.State,
		samples: samples,
		presets: presets,
	}, nil
}

// editor connects controls, engine and viewport: it turns gestures into requests, and
// events into what the window displays. Everything in it belongs to the UI thread.
type editor struct {
	tools
	app     fyne.App
	win     fyne.Window
	backend Backend

	// state
	subject  engine.Subject
	settings settings
	past     past
	keeping  keeping
	gate     gate
	compare  compare
	refining refining
	saved    savedState
	// preferred is true when the provider comes from the preferences and was not
	// requested on the command line.
	preferred bool
	// file says how the newest export is written.
	file      photo.Encoding
	copies    copies
	recipes   recipes
	animation animation
	masking   masking
	marking   marking
	variants  variantWork
	contact   contact
	batch     batchWork
	// last is the most recently posted request, used to detect repetitions.
	last engine.Request
	// reports are the newest prompt reports.
	reports []engine.PromptReport
	// ownThresholds are the relevance thresholds that suit edits, by their prompts, as far
	// as the engine has said.
	ownThresholds map[texts]float64

	sliderTimer, promptTimer, resizeTimer, openTimer, exportTimer, providerTimer, refineTimer debouncer

	// parts
	viewport    *viewport
	viewbar     *viewbar
	panel       *panel
	empty       *emptyState
	statusbar   *statusLine
	notices     *noticeBoard
	activity    *activity
	strip       *historyStrip
	completions *completions
	below       *fyne.Container // the photo: its bar and strips
	sheet       dialog.Dialog   // of help or preferences; nil for none
	shortcuts   map[string]func()
}

// newEditor builds the window's content and starts the backend.
func newEditor(app fyne.App, win fyne.Window, t tools) *editor {
	e := &editor{tools: t, app: app, win: win, settings: defaultSettings(), masking: newMasking(), ownThresholds: map[texts]float64{}}
	e.openHistory("")
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
	e.openBatch("")
	return e
}

// open reports whether a photo is open.
func (e *editor) open() bool { return e.subject.Photo != 0 }

// request returns the request that the controls describe.
func (e *editor) request(q engine.Quality) engine.Request {
	seen := e.viewport.Want()
	r := engine.Request{
		Photo:     e.subject.Photo,
		Face:      e.settings.Face,
		Edits:     e.settings.edits(),
		Others:    e.settings.others(),
		Threshold: stack.OwnThreshold,
		View:      seen.Box,
		Region:    seen.Part,
		Aligned:   e.settings.Aligned,
		Quality:   q,

		StripPrivate: e.app.Preferences().Bool(prefStripPrivate),
		File:         e.file,
		WithRegions:  e.masking.on,
	}
	if e.settings.Renderer == engine.Diffusion && e.status.DiffusionSteps > 0 {
		r.Renderer, r.Steps = engine.Diffusion, e.settings.Steps
	}
	return r
}

// postRequest posts the request of the controls.
func (e *editor) postRequest(q engine.Quality) {
	if e.open() {
		e.saveState()
		e.dropAnimation()
		e.compare.asked = 0 // what was asked for is replaced
		e.last = e.request(q)
		e.backend.Post(e.last)
	}
}

// dragged is called while a slider moves, with what it changes. It posts previews only; the full image
// follows when the slider rests.
func (e *editor) dragged(f func(*stack.Row)) {
	r := e.settings.row()
	f(&r)
	e.settings = e.settings.withRow(r)
	e.panel.ShowValues()
	e.panel.ShowRows(e.settings)
	e.postRequest(engine.QualityDrag)
	e.sliderTimer.Trigger(func() { e.postRequest(engine.QualityRest) })
}

// dropped is called when a slider is released.
func (e *editor) dropped() {
	rested := !e.sliderTimer.Waiting()
	e.sliderTimer.Stop()
	e.settle()
	if !rested {
		e.postRequest(engine.QualityRest)
	}
}

// apply applies settings that do not come from a slider.
func (e *editor) apply(s settings) {
	e.sliderTimer.Stop()
	e.promptTimer.Stop()
	e.settings = s
	e.settle()
	e.showSettings()
	e.postRequest(engine.QualityRest)
}

func (e *editor) showSettings() {
	e.panel.Show(e.settings, e.status, e.usualThreshold())
	e.showMask()
	e.showRefine()
	e.showVariants()
}

// promptTyped waits for a pause in the typing.
func (e *editor) promptTyped() {
	e.settings = e.settings.withTexts(e.panel.source.Text, e.panel.target.Text)
	e.panel.ShowRows(e.settings)
	e.promptTimer.Trigger(func() { e.apply(e.settings) })
}

// promptEntered applies the prompts immediately.
func (e *editor) promptEntered() {
	e.settings = e.settings.withTexts(e.panel.source.Text, e.panel.target.Text)
	e.apply(e.settings)
}

func (e *editor) chooseFace(i int) {
	if i < 0 || i >= len(e.subject.Faces) || i == e.settings.Face {
		return
	}
	s := e.settings
	s.Face = i
	e.viewport.SetFaces(e.subject.Size, e.subject.Faces, i)
	e.apply(s)
	e.showDoubt()
}

// facesShown returns the arguments of viewport.SetFaces. The aligned face is a square of
// the pack's resolution and has no boxes.
func (e *editor) facesShown() (image.Point, []engine.FaceBox, int) {
	if side := e.status.Resolution; e.settings.Aligned && !e.subject.Random && side > 0 {
		return image.Pt(side, side), nil, 0
	}
	return e.subject.Size, e.subject.Faces, e.settings.Face
}

func (e *editor) showAligned(on bool) {
	s := e.settings
	s.Aligned = on
	e.compare.Forget()
	e.settings.Aligned = on
	e.viewport.SetFaces(e.facesShown()) // before the request, which depends on the size
	e.apply(s)
}

// useRenderer changes the renderer of the final image.
func (e *editor) useRenderer(k engine.Renderer) {
	s := e.settings
	s.Renderer = k
	e.apply(s)
}

// resized requests images of the new size once the window size is stable.
func (e *editor) resized() {
	e.resizeTimer.Trigger(func() { e.postRequest(engine.QualityRest) })
}

func (e *editor) randomFace() { e.backend.Random(e.seed()) }

func (e *editor) openSample(s assets.Sample) { e.openStream(s.Name, s.Data) }

// close stops the engine. The window is already closed.
func (e *editor) close() {
	for _, t := range []*debouncer{&e.sliderTimer, &e.promptTimer, &e.resizeTimer, &e.openTimer, &e.exportTimer, &e.providerTimer, &e.refineTimer} {
		t.Stop()
	}
	e.variants.cancel()
	e.endContactSheet()
	e.closeBatch()
	if err := e.past.log.Close(); err != nil {
		e.log.Warn("Closing the history", "error", err)
	}
	e.endSaving() // first, so that nothing is lost if the engine crashes while closing
	e.backend.Close()
}
