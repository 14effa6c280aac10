// Package worker runs a pipeline on a goroutine of its own: it takes requests and
// commands from a mailbox, cancels work that a newer request makes useless, decides
// how many pictures a moving slider gets, and delivers events to the owner.
package worker

import (
	"path/filepath"
	"sync"
	"time"

	"deltaedit/engine"
)

// Config configures a Worker. All fields but Refresh are required.
type Config struct {
	// Load opens the models, on the worker's goroutine. When it fails, it is called
	// again as soon as there is more work. See studio.Loader.
	Load engine.Load
	// Post runs a function on the owner's thread, in the order of the calls. It must
	// not wait for the function to run. The window passes fyne.Do, tests pass a
	// queue of their own.
	Post func(func())
	// Listener receives the events.
	Listener engine.Listener
	// Refresh is the time between two pictures of the owner's screen. While a slider
	// moves, frames are not made more often. 0 means a sixtieth of a second.
	Refresh time.Duration
}

// Worker runs edits on a goroutine of its own. Its methods are safe for concurrent
// use. All but Spare and Close return at once, so the thread that draws the window may call
// them.
type Worker struct {
	cfg   Config
	mail  *mailbox
	out   *outbox
	ended chan struct{}
	stop  sync.Once

	// Only the worker's goroutine uses the following fields.
	pipe        engine.Pipeline
	photo       uint64   // id of the open photo, 0 for none
	opened      *command // what opened it
	lastID      uint64
	cutShort    job  // a request that an opening cut short
	interrupted bool // there is one
	failed      bool // the request in work met an error
	status      engine.Status
	pace        pace
	regions     *engine.Regions // of the request regionsFor; nil for none
	regionsFor  engine.Request

	// For the request in work; they are used again for the next one.
	tracker *tracker
	painter *painter
	timings engine.Timings
}

// New starts a worker, which loads the models at once. Listener.Status is called when
// it is ready, Listener.Failed when loading failed.
func New(cfg Config) *Worker {
	if cfg.Refresh <= 0 {
		cfg.Refresh = time.Second / 60
	}
	w := &Worker{
		cfg:   cfg,
		mail:  newMailbox(),
		out:   newOutbox(cfg.Post, cfg.Listener),
		ended: make(chan struct{}),

		timings: engine.Timings{},
		pace:    pace{refresh: cfg.Refresh},
	}
	w.tracker = newTracker(w.out)
	w.painter = newPainter(w.out)
	go w.run()
	return w
}

// Open opens a photo file. Listener.Opened reports its id. On failure the previous
// photo stays open. A newer Open or Random cancels this one.
func (w *Worker) Open(path string) {
	w.OpenSource(engine.Source{Path: path, Name: filepath.Base(path)})
}

// OpenReader opens a photo from the bytes of a file, such as a drop or the
// clipboard; name is used in messages only. Nobody may change data afterwards.
func (w *Worker) OpenReader(name string, data []byte) {
	w.OpenSource(engine.Source{Name: name, Data: data})
}

// OpenSource opens a photo from a file or from memory, with the faces in its boxes. Nobody
// may change the source's slices afterwards. See Open.
func (w *Worker) OpenSource(src engine.Source) {
	w.mail.open(&command{phase: phaseOpen, source: src})
}

// Random generates a face that does not exist and opens it. The same seed gives
// the same picture.
func (w *Worker) Random(seed int64) {
	w.mail.open(&command{phase: phaseOpen, random: true, seed: seed})
}

// Post asks for a picture and returns the generation of the request, counting from 1.
// It replaces a request that is waiting, and cancels work that the new request makes
// useless: a full-size picture always, a preview only when photo, face or prompts
// differ, so that a moving slider shows every preview. A request for a photo that is
// no longer open is ignored.
func (w *Worker) Post(r engine.Request) uint64 { return w.mail.post(r) }

// Generation returns the newest generation posted.
func (w *Worker) Generation() uint64 { return w.mail.latest() }

// Idle reports whether nothing waits and nothing is in work. What was sent to the
// listener may still be under way.
func (w *Worker) Idle() bool { return w.mail.idle() }

// Cancel cancels the work in progress, and removes openings and exports that are
// waiting. Nothing of this is reported as failed.
func (w *Worker) Cancel() { w.mail.abort() }

// Export renders the newest request at full resolution and writes a PNG with its
// recipe, atomically. Listener.Exported is called when it is done. It never
// overwrites the photo's own file.
func (w *Worker) Export(path string) { w.mail.ask(&command{phase: phaseExport, path: path}) }

// Refine improves the reconstruction of the newest request's faces, in the given number of
// steps, 1 or more. This takes many seconds, and no request is served meanwhile.
// Listener.Refined is called when it is done. A newer opening or Cancel cancels it,
// and the old reconstruction stays in use. The result is used as long as the photo is
// open.
func (w *Worker) Refine(steps int) { w.mail.ask(&command{phase: phaseRefine, steps: steps}) }

// Use opens other models, closes the old ones, and opens the photo again; Listener.Status
// and Listener.Opened are called. When the models cannot be opened, Listener.Failed says
// why and the old ones stay in use. All work but an export is cancelled.
func (w *Worker) Use(load engine.Load) { w.mail.open(&command{phase: phaseLoad, load: load}) }

// Close cancels everything, waits for native code to return, frees the models and
// ends the goroutine. Afterwards the listener is not called. The listener must not
// call Close when Post runs functions at once.
func (w *Worker) Close() {
	w.stop.Do(func() {
		w.out.close()
		w.mail.close()
	})
	<-w.ended
}
