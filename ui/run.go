// Package ui is the window: it turns gestures into engine requests and paints the
// frames that come back. It knows nothing about inference.
package ui

import (
	"errors"
	"fmt"
	"log"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"deltaedit/assets"
	"deltaedit/engine"
)

// appID identifies the program's preferences.
const appID = "app.deltaedit.studio"

// Options are the settings that the window starts with.
type Options struct {
	// Photo is the file to open at the start; with "" the drop target is displayed.
	Photo string
	// Pack and Provider are the values given on the command line. Without a provider
	// the user's preference applies. The window displays this pack until the engine
	// reports the one in use; the displayed provider is always the one in use.
	Pack, Provider string
	// State is the folder for data that survives a crash: the current state, and
	// crash reports. With "" nothing is saved.
	State string
	// KeepInversions is engine.Options.KeepInversions.
	KeepInversions bool
	// NewBackend starts the engine.
	NewBackend NewBackend
	// Painted, if set, is called on the UI thread after a frame was put on the canvas.
	// It serves logs and tests.
	Painted func(engine.Frame)
	// Moment, if set, makes this a start that is only measured: it is called on the UI
	// thread when the window is visible and when the models are loaded, and then the
	// window closes.
	Moment func(Moment)
}

// windowSize is the size at the first start, in logical pixels.
var windowSize = fyne.NewSize(1280, 800)

// Run opens the window and returns when it is closed. It must be called on the main
// goroutine, once. An error says why no window could be opened, for example because
// there is no OpenGL; see also CheckDisplay.
func Run(opts Options) (err error) {
	if opts.NewBackend == nil {
		return errors.New("ui: Options.NewBackend is not set: pass the engine's constructor")
	}
	t, err := realTools(opts)
	if err != nil {
		return err
	}
	prepareDisplay()
	var e *editor
	before := log.Writer()
	fynes := &fyneLog{out: before, refused: func() {
		// Fyne is in the middle of painting.
		go t.post(func() { e.viewport.usePainter(newPlainPainter()) })
	}}
	log.SetOutput(fynes)
	defer log.SetOutput(before)
	library, end := watchStart()
	opened := false
	defer func() {
		defer end()
		if opened {
			return // a panic after this point is a bug in this program
		}
		if panicked := recover(); panicked != nil {
			if err = library.explain(panicked); err == nil {
				panic(panicked)
			}
		}
	}()
	// FyneApp.toml holds the same for the packager, but is not found when the program
	// is started from another folder.
	app.SetMetadata(fyne.AppMetadata{
		ID: appID, Name: appName, Version: engine.Version,
		Icon:       fyne.NewStaticResource("icon.png", assets.Icon),
		Migrations: map[string]bool{"fyneDo": true},
	})
	a := app.NewWithID(appID)
	if err := deferFiles(); err != nil {
		return err
	}
	if err := loadTranslations(assets.Translations, a.Preferences().String(prefLanguage)); err != nil {
		return err
	}
	a.SetIcon(fyne.NewStaticResource("icon.png", assets.Icon))
	a.Settings().SetTheme(preferredTheme(a.Preferences()))

	win := a.NewWindow(appName)
	win.SetMaster()
	win.Resize(windowSize)
	var measured *starting
	if opts.Moment != nil {
		measured = &starting{tell: opts.Moment, close: func() { closeWindow(win, t.after) }}
		t.newBackend = func(o engine.Options, l engine.Listener, post func(func())) Backend {
			measured.Listener = l
			return opts.NewBackend(o, measured, post)
		}
	}
	e = newEditor(a, win, t)
	defer e.close()
	win.SetCloseIntercept(e.quit)
	if measured != nil {
		measured.watch(win, t.post)
	} else {
		e.tellLicence()
	}
	if opts.State != "" {
		e.openHistory(historyFolder(opts.State))
		e.openBatch(batchFolder(opts.State))
		e.beginSaving(opts.State, fmt.Sprintf("%s\npack %q, provider %q", engine.Program, opts.Pack, opts.Provider))
	}
	a.Lifecycle().SetOnStarted(func() {
		opened = true
		end()
		e.loadThumbs()
		if opts.Photo != "" {
			e.openFile(opts.Photo)
		}
	})
	a.Lifecycle().SetOnExitedForeground(e.leave)
	// Fyne 2.8.1 queues that call at its end too, on a goroutine that may meet a closed queue.
	win.SetOnClosed(func() {
		a.Lifecycle().SetOnExitedForeground(nil)
		fynes.End()
	})
	win.ShowAndRun()
	return nil
}
