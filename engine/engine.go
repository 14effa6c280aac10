package engine

import (
	"context"
	"path/filepath"
	"sync"
	"time"
)

// Load opens a pipeline.
type Load func(ctx context.Context, progress func(Progress)) (Pipeline, error)

// Config is what an Engine is made from. All fields but Refresh are required.
type Config struct {
	// Load opens the models. It runs on the engine goroutine, stops soon
	// after its context ends, and is called again when it failed and more
	// work arrives. Loader makes one for a model pack.
	Load Load
	// Post runs a function on the owner's thread, in the order of calls. It
	// must not wait for the function to run: the window passes fyne.Do,
	// tests their own queue.
	Post func(func())
	// Listener receives the events.
	Listener Listener
	// Refresh is the time between two pictures of the owner's screen: while a
	// slider moves, no more frames are made. 0 is a sixtieth of a second.
	Refresh time.Duration
}

// Engine runs edits on a goroutine of its own. Its methods are safe for
// concurrent use and, but for Close, return at once, so that they can be
// called on the thread that draws the window.
type Engine struct {
	cfg  Config
	mail *mailbox
	out  *outbox
	gone chan struct{}
	stop sync.Once

	// Only the engine goroutine uses what follows.
	pipe   Pipeline
	photo  uint64   // id of the open photo, 0 for none
	shown  *command // what opened it
	lastID uint64
	cut    job  // a request that an opening cut short
	isCut  bool // there is one
	failed bool // the request in work met an error
	status Status
	pace   pace

	// Of the request in work, used again for the next.
	tracker *tracker
	easel   *easel
	timings Timings
}

// New starts an engine, which loads its models at once. Listener.Status tells
// when it is ready, Listener.Failed when loading failed.
func New(cfg Config) *Engine {
	if cfg.Refresh <= 0 {
		cfg.Refresh = time.Second / 60
	}
	e := &Engine{
		cfg:  cfg,
		mail: newMailbox(),
		out:  newOutbox(cfg.Post, cfg.Listener),
		gone: make(chan struct{}),

		timings: Timings{},
		pace:    pace{refresh: cfg.Refresh},
	}
	e.tracker = newTracker(e.out)
	e.easel = newEasel(e.out)
	go e.run()
	return e
}

// Open opens a photo file. Listener.Opened reports its id; on failure the photo
// before stays open. A newer Open or Random replaces an opening in work.
func (e *Engine) Open(path string) {
	e.mail.open(&command{step: stepOpen, source: Source{Path: path, Name: filepath.Base(path)}})
}

// OpenReader opens a photo from the bytes of a file, such as a drop or the
// clipboard; name is used in messages only. The engine keeps data.
func (e *Engine) OpenReader(name string, data []byte) {
	e.mail.open(&command{step: stepOpen, source: Source{Name: name, Data: data}})
}

// Random generates a face that does not exist and opens it. The same seed gives
// the same picture.
func (e *Engine) Random(seed int64) {
	e.mail.open(&command{step: stepOpen, random: true, seed: seed})
}

// Post asks for a picture and returns the request's generation, counting from
// 1. It replaces a request that waits, and cancels work that the new request
// makes pointless: the full-size picture always, previews only when photo,
// face or prompts differ, so that a moving slider shows frames as fast as they
// come. Requests for a photo that is no longer open are dropped.
func (e *Engine) Post(r Request) uint64 { return e.mail.post(r) }

// Generation returns the newest generation posted.
func (e *Engine) Generation() uint64 { return e.mail.latest() }

// Cancel stops the work in progress, and forgets openings and exports that
// wait. What was cancelled is not reported as failed.
func (e *Engine) Cancel() { e.mail.abort() }

// Export renders the newest request's edit at full resolution and writes it as
// a PNG with its recipe, atomically. Listener.Exported tells when it is done.
// It never writes over the photo's own file.
func (e *Engine) Export(path string) { e.mail.ask(&command{step: stepExport, path: path}) }

// Refine fits the reconstruction of the newest request's faces to the photo,
// which takes many seconds; steps is the number of steps, 1 or more.
// Listener.Progress follows it and Listener.Refined tells when it is done. No
// request is served meanwhile. A newer opening or Cancel stops it, and what was
// there before stays in force; it is kept for as long as the photo is open.
func (e *Engine) Refine(steps int) { e.mail.ask(&command{step: stepRefine, steps: steps}) }

// Use opens other models in the place of those in use, which are closed after, and
// opens the photo again with them: Listener.Status and Listener.Opened tell. When
// they cannot be opened, Listener.Failed says why and those in use stay. What is in
// work is cancelled, but for an export.
func (e *Engine) Use(load Load) { e.mail.open(&command{step: stepLoad, load: load}) }

// Close cancels everything, waits for native code to return, frees the models
// and stops the engine goroutine. The listener is not called any more. It must
// not be called from the listener when Post runs functions at once.
func (e *Engine) Close() {
	e.stop.Do(func() {
		e.out.close()
		e.mail.close()
	})
	<-e.gone
}
