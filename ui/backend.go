package ui

import "deltaedit/engine"

// Backend is the part of the engine that the window drives. Every method
// returns at once, is safe to call on the UI thread and never calls the
// listener before it returns.
type Backend interface {
	// Open loads a photo from a file; Listener.Opened or Failed answers.
	Open(path string)
	// OpenReader loads a photo from memory. name is for titles and messages.
	OpenReader(name string, data []byte)
	// Random makes a face that does not exist; the same seed gives the same
	// picture.
	Random(seed int64)
	// Post replaces the pending request and returns its generation, which is
	// larger than every generation before.
	Post(engine.Request) uint64
	// Generation returns that of the newest request.
	Generation() uint64
	// Cancel stops whatever is in work.
	Cancel()
	// Export writes the newest request at full size as a PNG to path;
	// Listener.Exported or Failed answers.
	Export(path string)
	// Refine fits the reconstruction of the newest request's face to the
	// photo in so many steps; Listener.Refined or Failed answers, neither when
	// it was cancelled.
	Refine(steps int)
	// Use opens another pack, or the same on another provider, and the photo with
	// it; Listener.Status and Opened or Failed answer.
	Use(engine.Options)
	// Close stops the engine and frees its sessions.
	Close()
}

// NewBackend starts a backend with a pack and a provider. It delivers its events to
// the listener through post.
type NewBackend func(o engine.Options, listener engine.Listener, post func(func())) Backend
