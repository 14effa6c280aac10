package engine

import (
	"context"
	"slices"
	"sync"
	"time"
)

// step is a stretch of work that is cancelled as a whole.
type step int

const (
	stepLoad       step = iota // opening the pack and its sessions
	stepOpen                   // opening a photo or generating a face
	stepExport                 // writing a file
	stepRefine                 // fitting the code of the request's face to the photo
	stepInvert                 // inversion of the request's face
	stepDirections             // Δt and ΔS of the request's prompts
	stepPreview                // a preview: short
	stepFinal                  // the full-size picture
	stepDiffuse                // drawing by diffusion
	stepAhead                  // what the next request may need, while nobody waits
)

// supersedes reports whether posting newer makes the step for the request r
// pointless. Previews of a moving slider are finished, otherwise a quick hand
// would never see one.
func supersedes(newer Request, s step, r Request) bool {
	switch s {
	case stepLoad, stepOpen, stepExport, stepRefine:
		return false
	case stepInvert:
		return !newer.sameFace(r)
	case stepDirections, stepPreview:
		return !newer.samePrompts(r)
	default:
		return true
	}
}

// command is work asked for once, in contrast to a request, which a newer one
// replaces.
type command struct {
	step   step // stepLoad, stepOpen, stepExport or stepRefine
	load   Load // of other models
	source Source
	random bool
	seed   int64
	path   string  // of an export
	steps  int     // of a refinement
	req    Request // to be exported or refined
}

// job is what the engine goroutine takes out of the mailbox: a command, or a
// request with its generation.
type job struct {
	command    *command
	request    Request
	generation uint64
}

// mailbox passes work to the engine goroutine: commands in order, and the
// newest request only. It also knows the step in work, so that posting can
// cancel what became pointless. Safe for concurrent use.
type mailbox struct {
	wake chan struct{} // capacity 1

	mu         sync.Mutex
	closed     bool
	commands   []*command
	waits      bool      // newest is pending
	due        time.Time // before which no drag is taken
	timer      *time.Timer
	newest     Request // with edits of the mailbox's own
	taken      []Edit  // those of the request in work, or of the last
	spare      []Edit  // nobody's
	generation uint64
	cancels    uint64 // number of Cancel calls
	cancelsAt  uint64 // the same when the job in work was taken

	working bool
	now     step
	request Request
	ctx     context.Context // of the steps, until one is cancelled
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

// post replaces the pending request and cancels a step that it supersedes.
func (m *mailbox) post(r Request) uint64 {
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

// open queues the opening of a photo or of another pack. It replaces one of the
// same kind that waits, drops a refinement that waits, and cancels everything in
// work but exports and, for a photo, loading.
func (m *mailbox) open(c *command) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return
	}
	m.commands = slices.DeleteFunc(m.commands, func(w *command) bool { return w.step == c.step || w.step == stepRefine })
	m.commands = append(m.commands, c)
	if m.working && m.now != stepExport && (m.now != stepLoad || c.step == stepLoad) {
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
	if m.working && (m.now == stepAhead || m.now == stepDiffuse && c.step == stepRefine) {
		m.cancel() // refined, the face is drawn anew anyhow
	}
	m.signal()
}

// abort cancels the step in work and forgets the commands that wait.
func (m *mailbox) abort() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cancels++
	m.commands = nil
	if m.working {
		m.cancel()
	}
}

// close cancels the step in work and lets take return false.
func (m *mailbox) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.commands, m.waits = nil, false
	if m.working {
		m.cancel()
	}
	m.signal()
}

// notBefore lets a request of a moving slider wait until then; the newest that
// comes meanwhile takes its place.
func (m *mailbox) notBefore(due time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.due = due
}

// take waits for work: commands first, then the newest request. It returns
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
			if m.newest.Quality == QualityDrag {
				early = time.Until(m.due)
			}
			if early <= 0 {
				j := m.hand()
				m.mu.Unlock()
				return j, true
			}
		}
		m.mu.Unlock()
		m.sleep(early)
	}
}

// hand gives out the newest request. m.mu is held.
func (m *mailbox) hand() job {
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
func sameSlice(a, b []Edit) bool {
	return cap(a) > 0 && cap(b) > 0 && &a[:1][0] == &b[:1][0]
}

// begin registers a step for the request r and returns its context, or false
// when something newer has made the step pointless already. The caller calls
// end when the step has returned.
func (m *mailbox) begin(s step, r Request) (context.Context, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || m.cancelsAt != m.cancels {
		return nil, false
	}
	if s == stepAhead && len(m.commands) > 0 {
		return nil, false
	}
	if s > stepExport {
		if m.waits && supersedes(m.newest, s, r) {
			return nil, false
		}
		for _, c := range m.commands {
			if c.step == stepOpen || c.step == stepLoad {
				return nil, false
			}
		}
	}
	if m.ctx == nil || m.ctx.Err() != nil {
		m.ctx, m.cancel = context.WithCancel(context.Background())
	}
	m.working, m.now, m.request = true, s, r
	return m.ctx, true
}

func (m *mailbox) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.working = false
}

// restore makes a request that was cut short pending again, unless a newer one
// is or the owner cancelled it.
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
