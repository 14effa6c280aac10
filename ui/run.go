// Package ui is the window: it turns gestures into engine requests and paints
// the frames that come back. It knows nothing of inference.
package ui

import (
	"errors"

	"deltaedit/engine"
)

// Options say what the window starts with.
type Options struct {
	// Photo is the file to open at start; "" shows the drop target.
	Photo string
	// Pack and Provider are what was asked for on the command line; the
	// window only shows them until the engine reports what it really uses.
	Pack, Provider string
	// NewBackend starts the engine.
	NewBackend NewBackend
	// Painted, where set, is called on the UI thread after a frame was put on
	// the canvas. It serves logs and tests.
	Painted func(engine.Frame)
}

// Run opens the window and returns when it was closed. It must be called on
// the main goroutine.
func Run(opts Options) error {
	if opts.NewBackend == nil {
		return errors.New("ui: Options.NewBackend is not set: pass the engine's constructor")
	}
	return errors.New("ui: the window is not built yet")
}
