// Package ui is the window: it turns gestures into engine requests and paints
// the frames that come back. It knows nothing of inference.
package ui

import (
	"errors"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/lang"

	"deltaedit/assets"
	"deltaedit/engine"
)

// appID names the program's preferences.
const appID = "app.deltaedit.studio"

// Options say what the window starts with.
type Options struct {
	// Photo is the file to open at start; "" shows the drop target.
	Photo string
	// Pack and Provider are what was asked for on the command line; without a
	// provider the person's preference counts. The window shows the pack until the
	// engine reports what it really uses; the provider it shows is always the one
	// really used.
	Pack, Provider string
	// State is the folder for what outlives a crash: the session as it goes, and
	// crash reports; "" keeps nothing.
	State string
	// NewBackend starts the engine.
	NewBackend NewBackend
	// Painted, where set, is called on the UI thread after a frame was put on
	// the canvas. It serves logs and tests.
	Painted func(engine.Frame)
	// Moment, where set, makes this a start that is only measured: it is told on
	// the UI thread when the window is there and when the models are, and then the
	// window closes.
	Moment func(Moment)
}

// windowSize at the first start, in logical pixels.
var windowSize = fyne.NewSize(1280, 800)

// Run opens the window and returns when it was closed. It must be called on
// the main goroutine, once.
func Run(opts Options) error {
	if opts.NewBackend == nil {
		return errors.New("ui: Options.NewBackend is not set: pass the engine's constructor")
	}
	t, err := realTools(opts)
	if err != nil {
		return err
	}
	// FyneApp.toml says the same to the packager; a program that is started
	// from another folder does not find it.
	app.SetMetadata(fyne.AppMetadata{
		ID: appID, Name: appName,
		Icon:       fyne.NewStaticResource("icon.png", assets.Icon),
		Migrations: map[string]bool{"fyneDo": true},
	})
	a := app.NewWithID(appID)
	if err := deferFiles(); err != nil {
		return err
	}
	if err := lang.AddTranslationsFS(assets.Translations, "translations"); err != nil {
		return fmt.Errorf("ui: load translations: %w", err)
	}
	a.SetIcon(fyne.NewStaticResource("icon.png", assets.Icon))
	a.Settings().SetTheme(newTheme(appearances[a.Preferences().String(prefAppearance)]))

	win := a.NewWindow(appName)
	win.SetMaster()
	win.Resize(windowSize)
	var measured *starting
	if opts.Moment != nil {
		measured = &starting{tell: opts.Moment, close: win.Close}
		t.newBackend = func(o engine.Options, l engine.Listener, post func(func())) Backend {
			measured.Listener = l
			return opts.NewBackend(o, measured, post)
		}
	}
	e := newEditor(a, win, t)
	defer e.close()
	if measured != nil {
		measured.watch(win, t.post)
	}
	if opts.State != "" {
		e.beginSession(opts.State, fmt.Sprintf("%s\npack %q, provider %q", engine.Program, opts.Pack, opts.Provider))
	}
	a.Lifecycle().SetOnStarted(func() {
		e.loadThumbs()
		if opts.Photo != "" {
			e.openPath(opts.Photo)
		}
	})
	a.Lifecycle().SetOnExitedForeground(e.leave)
	win.ShowAndRun()
	return nil
}
