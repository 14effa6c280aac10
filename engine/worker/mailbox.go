package worker

import (
	"context"
	"slices"
	"sync"
	"time"

	"deltaedit/engine"
)

// phase is a part of the work that is cancelled as a whole.
type phase int

const (
	phaseLoad       phase = iota // opening the models
	phaseOpen                    // opening a photo or generating a face
	phaseExport                  // writing a file
	phaseRefine                  // refining the request's faces
	phaseInvert                  // inverting the request's faces
	phaseDirections              // Δt and ΔS of the request's prompts
	phasePreview                 // a preview
	phaseFinal                   // the full-size picture
	phaseDiffuse                 // drawing by diffusion
	phaseAhead                   // what the next request may need
	phaseSpare                   // work that nobody waits for
)

// supersedes reports whether a newer request makes a phase of the request r useless.
// Previews of a moving slider are completed: otherwise somebody who moves it fast
// would never see one.
func supersedes(newer engine.Request, p phase, r engine.Request) bool {
	switch p {
	case phaseLoad, phaseOpen, phaseExport, phaseRefine:
		return false
	case phaseInvert:
		return !newer.SameFace(r)
	case phaseDirections, phasePreview:
		return !newer.SamePrompts(r)
	default:
		return true
	}
}

// command is work that is done once. In contrast, a request is replaced by a newer
// one.
type command struct {
	phase  phase       // phaseLoad, phaseOpen, phaseExport or phaseRefine
	load   engine.Load // of other models
	source engine.Source
	random bool
	seed   int64
	path   string         // of an export
	steps  int            // of a refinement
	req    engine.Request // to be exported or refined
}

// job is what the worker takes out of the mailbox: a command, a request with its
// generation, or a spare job.
type job struct {
	command    *command
	request    engine.Request
	generation uint64
	spare      *spareJob
}

// mailbox passes work to the worker: commands in order, and only the newest request.
// It knows the phase in work, so that a newer request can cancel it. Safe for
// concurrent use.
type mailbox struct {
	wake chan struct{} // capacity 1

	mu         sync.Mutex
	closed     bool
	commands   []*command
	spares     []*spareJob
	waits      bool      // newest is waiting
	due        time.Time // a request of a moving slider waits until then
	timer      *time.Timer
	newest     engine.Request // its edits belong to the mailbox
	taken      []engine.Edit  // edits of the request that was taken last
	spare      []engine.Edit  // unused memory for edits
	generation uint64
	cancels    uint64 // number of Cancel calls
	cancelsAt  uint64 // cancels when the job in work was taken

	working bool
	now     phase
	request engine.Request
	ctx     context.Context // for all phases until one is cancelled
	cancel  context.CancelFunc
}

func newMailbox() *mailbox {
	return &mailbox{wake: make(chan struct{}, 1)}
}

func (m *mailbox) signal() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// post replaces the waiting request and cancels a phase that it supersedes.
func (m *mailbox) post(r engine.Request) uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.generation++
	edits := m.newest.Edits
	if sameSlice(edits, m.taken) { // the engine reads them
		edits, m.spare = m.spare, nil
	}
	edits = append(edits[:0], r.Edits...)
	r.Edits = edits
	m.newest = r
	if m.closed {
		return m.generation
	}
	m.waits = true
	if m.working && supersedes(r, m.now, m.request) {
		m.cancel()
	}
	m.signal()
	return m.generation
}

// open queues the opening of a photo or of other models. It replaces a waiting command
// of the same kind, removes a waiting refinement, and cancels the phase in work. An
// export is never cancelled, and loading only by other models.
func (m *mailbox) open(c *command) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return
	}
	m.commands = slices.DeleteFunc(m.commands, func(w *command) bool { return w.phase == c.phase || w.phase == phaseRefine })
	m.commands = append(m.commands, c)
	if m.working && m.now != phaseExport && (m.now != phaseLoad || c.phase == phaseLoad) {
		m.cancel()
	}
	m.signal()
}

// ask queues an export or a refinement of the newest request.
func (m *mailbox) ask(c *command) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return
	}
	c.req = m.newest
	c.req.Edits = slices.Clone(m.newest.Edits)
	m.commands = append(m.commands, c)
	if m.working && (m.now >= phaseAhead || m.now == phaseDiffuse && c.phase == phaseRefine) {
		m.cancel() // the refined face has to be drawn again anyway
	}
	m.signal()
}

// abort cancels the phase in work and forgets the commands that wait.
func (m *mailbox) abort() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cancels++
	m.commands = nil
	if m.working {
		m.cancel()
	}
}

// close cancels the phase in work and lets take return false.
func (m *mailbox) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.commands, m.waits = nil, false
	for _, s := range m.spares {
		s.done <- engine.ErrClosed
	}
	m.spares = nil
	if m.working {
		m.cancel()
	}
	m.signal()
}

// notBefore lets a request of a moving slider wait until due. A newer one replaces
// it meanwhile.
func (m *mailbox) notBefore(due time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.due = due
}

// take waits for work: commands first, then the newest request, then spare jobs. It returns
// false once the mailbox is closed. A request's edits are valid until the next
// call.
func (m *mailbox) take() (job, bool) {
	for {
		m.mu.Lock()
		m.cancelsAt = m.cancels
		early := time.Duration(0)
		switch {
		case m.closed:
			m.mu.Unlock()
			return job{}, false
		case len(m.commands) > 0:
			c := m.commands[0]
			m.commands = m.commands[1:]
			m.mu.Unlock()
			return job{command: c}, true
		case m.waits:
			if m.newest.Quality == engine.QualityDrag {
				early = time.Until(m.due)
			}
			if early <= 0 {
				j := m.takeNewest()
				m.mu.Unlock()
				return j, true
			}
		case len(m.spares) > 0:
			s := m.spares[0]
			m.spares = m.spares[1:]
			m.mu.Unlock()
			return job{spare: s}, true
		}
		m.mu.Unlock()
		m.sleep(early)
	}
}

// takeNewest returns the newest request as a job. m.mu is held.
func (m *mailbox) takeNewest() job {
	m.waits = false
	if !sameSlice(m.taken, m.newest.Edits) {
		m.spare, m.taken = m.taken, m.newest.Edits
	}
	return job{request: m.newest, generation: m.generation}
}

// sleep waits for a signal, and for no longer than d where that is more than 0.
func (m *mailbox) sleep(d time.Duration) {
	if d <= 0 {
		<-m.wake
		return
	}
	if m.timer == nil {
		m.timer = time.NewTimer(d)
	} else {
		m.timer.Reset(d)
	}
	select {
	case <-m.wake:
		m.timer.Stop()
	case <-m.timer.C:
	}
}

// sameSlice reports whether two slices share their memory.
func sameSlice(a, b []engine.Edit) bool {
	return cap(a) > 0 && cap(b) > 0 && &a[:1][0] == &b[:1][0]
}

// begin registers a phase of the request r and returns its context, or false when
// something newer has made the phase useless already. The caller must call end when
// the phase has ended.
func (m *mailbox) begin(p phase, r engine.Request) (context.Context, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || m.cancelsAt != m.cancels {
		return nil, false
	}
	if p >= phaseAhead && len(m.commands) > 0 {
		return nil, false
	}
	if p > phaseExport {
		if m.waits && supersedes(m.newest, p, r) {
			return nil, false
		}
		for _, c := range m.commands {
			if c.phase == phaseOpen || c.phase == phaseLoad {
				return nil, false
			}
		}
	}
	if m.ctx == nil || m.ctx.Err() != nil {
		m.ctx, m.cancel = context.WithCancel(context.Background())
	}
	m.working, m.now, m.request = true, p, r
	return m.ctx, true
}

func (m *mailbox) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.working = false
}

// restore lets a request that was interrupted wait again, unless there is a newer one.
func (m *mailbox) restore(j job) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.waits && !m.closed && m.generation == j.generation {
		m.waits = true // it is the newest
		m.signal()
	}
}

// cancelled reports whether the owner cancelled the job in work.
func (m *mailbox) cancelled() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cancelsAt != m.cancels
}

// latest returns the newest generation posted.
func (m *mailbox) latest() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.generation
}

// idle reports whether nothing waits and nothing is in work.
func (m *mailbox) idle() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.commands) == 0 && len(m.spares) == 0 && !m.waits && !m.working
}
