package worker_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"sync"
	"testing"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/worker"
)

// fake is a pipeline whose steps last as long as a test says. Its pictures are
// filled with the strength of the first edit, in hundredths.
type fake struct {
	mu     sync.Mutex
	cost   map[string]time.Duration
	fail   map[string]error
	panics map[string]bool
	deaf   map[string]bool // native code that does not hear of cancelling
	calls  []string
	cut    []string // steps whose context ended
	live   int      // steps running at this moment
	closed bool
	kept   map[string]bool
	also   string // a second provider
}

func newFake() *fake {
	return &fake{
		cost: map[string]time.Duration{}, fail: map[string]error{},
		panics: map[string]bool{}, deaf: map[string]bool{}, kept: map[string]bool{},
	}
}

func (f *fake) spend(ctx context.Context, name string) error {
	f.mu.Lock()
	f.calls = append(f.calls, name)
	f.live++
	if f.live != 1 || f.closed {
		panic(fmt.Sprintf("%s: %d steps at once, closed %t", name, f.live, f.closed))
	}
	cost, fail, panics, deaf := f.cost[name], f.fail[name], f.panics[name], f.deaf[name]
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.live--
		f.mu.Unlock()
	}()
	if deaf {
		time.Sleep(cost)
	}
	timer := time.NewTimer(cost)
	defer timer.Stop()
	if !deaf {
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	if err := ctx.Err(); err != nil {
		f.mu.Lock()
		f.cut = append(f.cut, name)
		f.mu.Unlock()
		return fmt.Errorf("%s: %w", name, err)
	}
	if panics {
		panic(name + " went wrong")
	}
	return fail
}

func (f *fake) set(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

func (f *fake) count(name string) (calls, cut int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		if c == name {
			calls++
		}
	}
	for _, c := range f.cut {
		if c == name {
			cut++
		}
	}
	return calls, cut
}

// once spends the step's cost unless its result is kept.
func (f *fake) once(ctx context.Context, name, key string) error {
	f.mu.Lock()
	kept := f.kept[name+key]
	f.mu.Unlock()
	if kept {
		return nil
	}
	err := f.spend(ctx, name)
	if err == nil {
		f.set(func() { f.kept[name+key] = true })
	}
	return err
}

func (f *fake) Status() engine.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return engine.Status{Ready: true, Pack: "fake", Provider: "cpu" + f.also, Resolution: 8, PreviewResolution: 4}
}

func (f *fake) Open(ctx context.Context, id uint64, src engine.Source, _ engine.Timings, progress engine.ProgressFunc) (engine.Subject, error) {
	progress(engine.Task{Kind: engine.TaskFindFaces}, 0.5)
	if err := f.spend(ctx, "open"); err != nil {
		return engine.Subject{}, err
	}
	return engine.Subject{Photo: id, Path: src.Path, Name: src.Name, Faces: []engine.FaceBox{{}}}, nil
}

func (f *fake) Random(ctx context.Context, id uint64, seed int64, _ engine.Timings, _ engine.ProgressFunc) (engine.Subject, error) {
	if err := f.spend(ctx, "random"); err != nil {
		return engine.Subject{}, err
	}
	return engine.Subject{Photo: id, Random: true, Seed: seed, Faces: []engine.FaceBox{{}}}, nil
}

func (f *fake) Invert(ctx context.Context, r engine.Request, t engine.Timings) error {
	start := time.Now()
	err := f.once(ctx, "invert", fmt.Sprint(r.Photo, r.Face))
	t["invert"] = time.Since(start)
	return err
}

func (f *fake) Refine(ctx context.Context, r engine.Request, steps int, _ engine.Timings, progress engine.ProgressFunc) ([]engine.Refinement, error) {
	progress(engine.Task{Kind: engine.TaskRefine}, 0.5)
	if err := f.once(ctx, "refine", fmt.Sprint(r.Photo, r.Face, steps)); err != nil {
		return nil, err
	}
	return []engine.Refinement{{Face: r.Face + 1, Steps: steps, Before: 0.2, After: 0.002}}, nil
}

func (f *fake) Regions(ctx context.Context, r engine.Request) (*engine.Regions, error) {
	return &engine.Regions{Face: r.Face}, f.spend(ctx, "regions")
}

func (f *fake) Directions(ctx context.Context, r engine.Request, _ engine.Timings) ([]engine.PromptReport, error) {
	key := ""
	for _, e := range r.Edits {
		key += e.Source + "\x00" + e.Target + "\x00"
	}
	if err := f.once(ctx, "directions", fmt.Sprint(r.Photo, r.Face, key)); err != nil {
		return nil, err
	}
	return make([]engine.PromptReport, len(r.Edits)), nil
}

// fakeSteps is the number of steps of the fake's diffusion.
const fakeSteps = 10

// Diffuse prepares a face in as many steps as it draws one in, and forgets the
// steps of an edit that was cut short.
func (f *fake) Diffuse(ctx context.Context, r engine.Request, t engine.Timings, onStep func(engine.DiffusionStep) error) error {
	for i := range fakeSteps {
		key := fmt.Sprint(r.Photo, r.Face, i)
		f.mu.Lock()
		kept := f.kept["prepare"+key]
		f.mu.Unlock()
		if kept {
			continue
		}
		if err := f.once(ctx, "prepare", key); err != nil {
			return err
		}
		if err := onStep(engine.DiffusionStep{Task: engine.TaskDiffusionPrepare, Step: i + 1, Steps: fakeSteps}); err != nil {
			return err
		}
	}
	if r.Untouched() {
		return nil
	}
	for i := range fakeSteps {
		if err := f.spend(ctx, "step"); err != nil {
			return err
		}
		err := onStep(engine.DiffusionStep{
			Task: engine.TaskDiffusionDraw, Step: i + 1, Steps: fakeSteps,
			Draw: func(c engine.FrameImage) error { return f.paint(r, c) },
		})
		if err != nil {
			return err
		}
	}
	t["diffusion_decode"] = time.Millisecond
	return nil
}

func (f *fake) paint(r engine.Request, c engine.FrameImage) error {
	img := c(image.Pt(8, 6))
	shade := byte(0)
	if len(r.Edits) > 0 {
		shade = byte(100 * r.Edits[0].Strength)
	}
	for i := range img.Pix {
		img.Pix[i] = shade
	}
	return nil
}

func (f *fake) Kept(r engine.Request, stage engine.Stage) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return stage == engine.StageFinal && f.kept[fmt.Sprint("final", r.Edits)]
}

func (f *fake) Draw(ctx context.Context, r engine.Request, stage engine.Stage, c engine.FrameImage, t engine.Timings) error {
	name := map[engine.Stage]string{
		engine.StageOriginal: "original", engine.StagePreview: "preview", engine.StageFinal: "final",
	}[stage]
	if err := f.spend(ctx, name); err != nil {
		return err
	}
	if stage == engine.StageFinal {
		f.set(func() { f.kept[fmt.Sprint("final", r.Edits)] = true })
	}
	t[name] = time.Millisecond
	return f.paint(r, c)
}

func (f *fake) Variant(ctx context.Context, r engine.Request, _ engine.Stage, c engine.FrameImage) error {
	if err := f.spend(ctx, "variant"); err != nil {
		return err
	}
	return f.paint(r, c)
}

func (f *fake) Export(ctx context.Context, _ engine.Request, _ string, _ engine.Timings, _ engine.ProgressFunc) error {
	return f.spend(ctx, "export")
}

func (f *fake) Close() error {
	err := f.spend(context.Background(), "close")
	f.set(func() { f.closed = true })
	return err
}

// screen is an owner with a queue of its own, and the listener too. It paints
// as the window must: never a frame older than the one painted last.
type screen struct {
	t *testing.T

	mu    sync.Mutex
	queue []func() // run on the test's goroutine

	status   []engine.Status
	opened   []engine.Subject
	painted  []engine.Frame
	shades   []byte // of the frames when they were painted
	progress []engine.Progress
	exported []string
	refined  [][]engine.Refinement
	failed   []error
	tasks    []engine.Task
}

func (s *screen) post(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, f)
}

// waiting is the number of functions that were posted and did not run.
func (s *screen) waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

// drain runs what was posted.
func (s *screen) drain() {
	for {
		s.mu.Lock()
		if len(s.queue) == 0 {
			s.mu.Unlock()
			return
		}
		f := s.queue[0]
		s.queue = s.queue[1:]
		s.mu.Unlock()
		f()
	}
}

func (s *screen) Status(st engine.Status)    { s.status = append(s.status, st) }
func (s *screen) Opened(o engine.Subject)    { s.opened = append(s.opened, o) }
func (s *screen) Progress(p engine.Progress) { s.progress = append(s.progress, p) }
func (s *screen) Refined(_ uint64, r []engine.Refinement) {
	s.refined = append(s.refined, r)
}
func (s *screen) Exported(path string) { s.exported = append(s.exported, path) }
func (s *screen) Failed(task engine.Task, e error) {
	s.tasks, s.failed = append(s.tasks, task), append(s.failed, e)
}

func (s *screen) Frame(f engine.Frame) {
	if n := len(s.painted); n > 0 && f.Generation < s.painted[n-1].Generation {
		s.t.Errorf("frame of generation %d came after %d", f.Generation, s.painted[n-1].Generation)
	}
	s.painted = append(s.painted, f)
	s.shades = append(s.shades, f.Image.Pix[0])
}

// last returns the newest painted frame.
func (s *screen) last() engine.Frame {
	s.t.Helper()
	if len(s.painted) == 0 {
		s.t.Fatal("no frame was painted")
	}
	return s.painted[len(s.painted)-1]
}

func (s *screen) generations() []uint64 {
	var out []uint64
	for _, f := range s.painted {
		out = append(out, f.Generation)
	}
	return slices.Compact(out)
}

// start makes an engine over the fake; the caller closes it.
func start(t *testing.T, f *fake) (*worker.Worker, *screen) {
	s := &screen{t: t}
	e := worker.New(worker.Config{
		Load: func(ctx context.Context, progress engine.ProgressFunc) (engine.Pipeline, error) {
			progress(engine.Task{Kind: engine.TaskLoadModels}, 0.25)
			if err := f.spend(ctx, "load"); err != nil {
				return nil, err
			}
			return f, nil
		},
		Post:     s.post,
		Listener: s,
	})
	return e, s
}

// edit is a request with one edit of the given strength.
func edit(photo uint64, strength float64, q engine.Quality) engine.Request {
	return engine.Request{
		Photo: photo, View: image.Pt(8, 6), Quality: q,
		Edits: []engine.Edit{{Source: "face", Target: "smiling face", Strength: strength}},
	}
}

var errBroken = errors.New("broken")
