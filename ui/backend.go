package ui

import (
	"context"

	"deltaedit/engine"
)

// Backend is the part of the engine that the window drives. Every method but Spare
// returns at once, is safe to call on the UI thread and never calls the
// listener before it returns.
type Backend interface {
	// Open loads a photo from a file. The result is Listener.Opened or Failed.
	Open(path string)
	// OpenSource loads a photo from a file or from memory, with the faces in its boxes. Its
	// name is used in titles and messages.
	OpenSource(src engine.Source)
	// Random generates a face. The same seed gives the same image.
	Random(seed int64)
	// Post replaces the pending request and returns its generation, which is larger
	// than every earlier one.
	Post(engine.Request) uint64
	// Generation returns the generation of the newest request.
	Generation() uint64
	// Cancel stops the current work.
	Cancel()
	// Export writes the newest request at full size as a PNG to path. The result is
	// Listener.Exported or Failed.
	Export(path string)
	// Refine fits the reconstruction of the newest request's face to the photo in the
	// given number of steps. The result is Listener.Refined or Failed; neither is
	// called after a cancellation.
	Refine(steps int)
	// Use opens another pack, or the same pack on another provider, and then the photo
	// again. The result is Listener.Status and Opened, or Failed.
	Use(engine.Options)
	// Spare runs work on the engine's goroutine while it has nothing else to do. Unlike the
	// others it waits for that, so it is not called on the UI thread: see
	// worker.Worker.Spare.
	Spare(ctx context.Context, work func(context.Context, engine.Pipeline) error) error
	// Close stops the engine and frees its sessions.
	Close()
}

// NewBackend starts a backend with a pack and a provider. It delivers its events to the
// listener through post.
type NewBackend func(o engine.Options, listener engine.Listener, post func(func())) Backend
