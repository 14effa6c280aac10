package onnx

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	ort "github.com/yalue/onnxruntime_go"

	"deltaedit/engine/pack"
)

// Options configure a session. The zero value is a good default.
type Options struct {
	// Provider is auto, cpu, webgpu, cuda, tensorrt, openvino, directml or
	// coreml; "" is auto.
	Provider string
	// Threads is the number of CPU threads a run uses; 0 takes the number of
	// physical cores.
	Threads int
	// Lean turns off the runtime's memory pattern, a plan that puts all tensors into one
	// block. The runtime makes it after the first run and keeps the memory of that run,
	// too: for a graph with many large tensors this doubles the memory (refiner: 1046
	// instead of 583 MB) and saves no time.
	Lean bool
	// Instead, if set, lets the CPU replace a provider that was asked for by name when it
	// fails, as with auto: when the session is opened, or at any Run. It is called with
	// the new Notice, on the goroutine that opens or runs the session, and must not use
	// the session.
	Instead func(notice string)
	// Apart gives the session CPU memory of its own, which is freed when it is closed.
	// All other sessions share their memory (shareArena), which is less in total and is
	// never freed.
	Apart bool
}

// Errors that callers distinguish.
var (
	ErrClosed = errors.New("session is closed")
	ErrShape  = errors.New("wrong tensor shape")
)

// Session is a loaded graph. Its methods are safe for concurrent use, and one runs at a
// time. But Run returns buffers that belong to the session, so in practice a session
// belongs to one goroutine.
type Session struct {
	mu      sync.Mutex
	path    string
	model   string // base name, for errors
	graph   pack.Graph
	options Options
	runsOn  atomic.Pointer[choice] // read without mu: a run may take long
	closed  bool
	close   closers

	run     *ort.RunOptions
	watch   *watcher
	fixed   *ort.AdvancedSession        // all shapes fixed, or nil
	dynamic *ort.DynamicAdvancedSession // some dimension dynamic, or nil
	ins     []ort.Value                 // of fixed
	outs    []ort.Value
	in      map[string][]float32
	out     map[string][]float32
	tokens  tokenTensors
}

// Open loads the graph at path, checks that it has the inputs and outputs that
// g states (name, type, shape; errors wrap ErrModel and say which tensor), and
// prepares its tensors. With provider "auto" a provider that cannot be used is skipped,
// and Notice says why; when it was asked for by name it is an error. A provider that auto
// has chosen and that fails at a later Run is replaced by the CPU.
func Open(path string, g pack.Graph, o Options) (*Session, error) {
	model := filepath.Base(path)
	h, err := readHeaderFile(path, g.Data)
	if err != nil {
		return nil, fmt.Errorf("open model %s: %w", model, err)
	}
	if err := match(g, h); err != nil {
		return nil, fmt.Errorf("open model %s: %w", model, err)
	}
	if o.Threads < 0 {
		return nil, fmt.Errorf("open model %s: threads is %d: want 0 or more", model, o.Threads)
	}
	if err := Init(); err != nil {
		return nil, err
	}
	c, err := chooseWith(o)
	if err != nil {
		return nil, fmt.Errorf("open model %s: %w", model, err)
	}
	s, err := open(path, g, c, o)
	if err == nil && c.auto && c.provider != cpu && c.provider != openvino {
		// A GPU reports what it cannot do at the first run, not before. OpenVINO has
		// compiled the graph already.
		err = s.warmUp()
	}
	if err != nil && c.auto && c.provider != cpu {
		if s != nil {
			s.Close()
		}
		c = c.replaced("cannot run", model, err)
		if o.Instead != nil {
			o.Instead(c.notice)
		}
		s, err = open(path, g, c, o)
	}
	if err != nil {
		return nil, fmt.Errorf("open model %s on %s: %w", model, c.provider, outOfMemory(err))
	}
	return s, nil
}

// Load opens graph number i of a pack's component, whose files are verified first.
func Load(p *pack.Pack, component string, i int, o Options) (*Session, error) {
	c, err := p.Component(component)
	if err != nil {
		return nil, err
	}
	if i >= len(c.Graphs) {
		return nil, fmt.Errorf("%w: component %q has %d graphs, want graph %d", pack.ErrManifest, component, len(c.Graphs), i)
	}
	path, err := p.Verified(c.Graphs[i].Model)
	for _, data := range c.Graphs[i].Data {
		if err == nil {
			_, err = p.Verified(data)
		}
	}
	if err != nil {
		return nil, err
	}
	s, err := Open(path, c.Graphs[i], o)
	if err != nil {
		return nil, fmt.Errorf("component %q: %w", component, err)
	}
	return s, nil
}

func open(path string, g pack.Graph, c choice, o Options) (_ *Session, err error) {
	s := &Session{path: path, model: filepath.Base(path), graph: g, options: o}
	s.runsOn.Store(&c)
	defer leavings.begin(s.leavesMuch())()
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close.run())
		}
	}()
	opts, err := sessionOptions(c.provider, o)
	if err != nil {
		return nil, err
	}
	defer opts.Destroy()
	if s.run, err = ort.NewRunOptions(); err != nil {
		return nil, err
	}
	s.close.add(s.run.Destroy)

	inRoles, outRoles := rolesOf(g.Inputs), rolesOf(g.Outputs)
	inNames, outNames := tensorNames(g.Inputs, inRoles), tensorNames(g.Outputs, outRoles)
	if !static(g) {
		s.tokens, err = newTokenTensors(g, inRoles, outRoles)
		if err != nil {
			return nil, err
		}
		s.dynamic, err = ort.NewDynamicAdvancedSession(path, inNames, outNames, opts)
		if err != nil {
			return nil, err
		}
		s.close.add(s.dynamic.Destroy)
	} else {
		if s.in, s.ins, err = s.tensors(g.Inputs, inRoles); err != nil {
			return nil, err
		}
		if s.out, s.outs, err = s.tensors(g.Outputs, outRoles); err != nil {
			return nil, err
		}
		s.fixed, err = ort.NewAdvancedSession(path, inNames, outNames, s.ins, s.outs, opts)
		if err != nil {
			return nil, err
		}
		s.close.add(func() error { return s.fixed.Destroy() }) // toCPU may have replaced s.fixed
	}
	s.watch = newWatcher(s.run)
	s.close.add(s.watch.stop)
	return s, nil
}

// static reports whether every tensor is float32 with a fixed shape.
func static(g pack.Graph) bool {
	for _, side := range []map[string]pack.Tensor{g.Inputs, g.Outputs} {
		for _, t := range side {
			if t.Type != "float32" || !t.Fixed() {
				return false
			}
		}
	}
	return true
}

// rolesOf returns a side's roles in the order in which its tensors are passed.
func rolesOf(side map[string]pack.Tensor) []string { return slices.Sorted(maps.Keys(side)) }

func tensorNames(side map[string]pack.Tensor, roles []string) []string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = side[r].Name
	}
	return out
}

func (s *Session) tensors(side map[string]pack.Tensor, roles []string) (map[string][]float32, []ort.Value, error) {
	data := make(map[string][]float32, len(roles))
	values := make([]ort.Value, 0, len(roles))
	for _, role := range roles {
		t, err := ort.NewEmptyTensor[float32](side[role].Shape)
		if err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", side[role].Name, err)
		}
		s.close.add(t.Destroy)
		data[role] = t.GetData()
		values = append(values, t)
	}
	return data, values, nil
}

// Run runs the graph with inputs by role and returns its outputs by role. Every input must
// be given, with the length of its shape. The returned map and slices belong to the
// session: nobody may change them, and they are valid until the next Run or Close. After
// the first runs, a run allocates nothing.
//
// When ctx ends, the runtime stops between two nodes; Run waits for that and returns
// ctx.Err(). The session can be used again afterwards.
func (s *Session) Run(ctx context.Context, in map[string][]float32) (map[string][]float32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, fmt.Errorf("run %s: %w", s.model, ErrClosed)
	}
	if s.fixed == nil {
		return nil, fmt.Errorf("run %s: %w: the graph has dynamic or integer tensors: use RunTokens", s.model, ErrShape)
	}
	for role, dst := range s.in {
		src, ok := in[role]
		if !ok {
			return nil, fmt.Errorf("run %s: %w: input %q is missing", s.model, ErrShape, role)
		}
		if len(src) != len(dst) {
			return nil, fmt.Errorf("run %s: %w: input %q: want %d values for %s, got %d", s.model, ErrShape, role, len(dst), s.graph.Inputs[role], len(src))
		}
		if len(dst) > 0 && &dst[0] != &src[0] {
			copy(dst, src)
		}
	}
	if len(in) != len(s.in) {
		for role := range in {
			if _, ok := s.in[role]; !ok {
				return nil, fmt.Errorf("run %s: %w: the graph has no input %q", s.model, ErrShape, role)
			}
		}
	}
	if err := s.guarded(ctx); err != nil {
		return nil, err
	}
	return s.out, nil
}

// guarded runs the session under ctx. When a provider that may be replaced fails, it runs
// on the CPU from then on. s.mu is held.
func (s *Session) guarded(ctx context.Context) error {
	err := s.once(ctx)
	c := s.runsOn.Load()
	if err == nil || !c.auto || c.provider == cpu || ctx.Err() != nil {
		return err
	}
	if e := s.toCPU(err); e != nil {
		return errors.Join(err, e)
	}
	return s.once(ctx)
}

// once runs the fixed session. s.mu is held.
func (s *Session) once(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.watch.begin(ctx)
	err := s.fixed.RunWithOptions(s.run)
	adviseArena()
	return s.finish(ctx, err)
}

// toCPU opens the graph again on the CPU, with the same tensors, to replace a provider
// that has failed. s.mu is held.
func (s *Session) toCPU(why error) error {
	opts, err := sessionOptions(cpu, s.options)
	if err != nil {
		return err
	}
	defer opts.Destroy()
	in, out := tensorNames(s.graph.Inputs, rolesOf(s.graph.Inputs)), tensorNames(s.graph.Outputs, rolesOf(s.graph.Outputs))
	next, err := ort.NewAdvancedSession(s.path, in, out, s.ins, s.outs, opts)
	if err != nil {
		return fmt.Errorf("open model %s on %s: %w", s.model, cpu, err)
	}
	old := s.fixed
	s.fixed = next
	c := s.runsOn.Load().replaced("failed at", s.model, errors.Unwrap(why))
	s.runsOn.Store(&c)
	if s.options.Instead != nil {
		s.options.Instead(c.notice)
	}
	return old.Destroy()
}

// finish ends the watch of a run and returns the error of the run.
func (s *Session) finish(ctx context.Context, err error) error {
	stopped, resetErr := s.watch.end()
	switch {
	case resetErr != nil:
		return fmt.Errorf("run %s: %w", s.model, resetErr)
	case stopped:
		return ctx.Err()
	case err != nil:
		err = outOfMemory(err)
		c := s.runsOn.Load()
		if c.provider != cpu && !c.auto {
			return fmt.Errorf("run %s on %s: %w; auto and cpu do without it", s.model, c.provider, err)
		}
		return fmt.Errorf("run %s on %s: %w", s.model, c.provider, err)
	}
	return nil
}

// warmUp runs the graph once on zeros, which makes a GPU compile its shaders.
func (s *Session) warmUp() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fixed == nil {
		return nil
	}
	return s.once(context.Background())
}

// Input returns the session's own buffer for an input role, so that a caller
// may write a large input in place and pass the same slice to Run; nil when
// there is no such role.
func (s *Session) Input(role string) []float32 { return s.in[role] }

// Graph returns the manifest's description of the graph.
func (s *Session) Graph() pack.Graph { return s.graph }

// Provider returns the execution provider that actually runs the graph.
func (s *Session) Provider() string { return s.runsOn.Load().provider }

// Notice says why a provider other than the requested one is used, or "".
func (s *Session) Notice() string { return s.runsOn.Load().notice }

// Close waits for a run in progress and frees the session. It may be called twice.
func (s *Session) Close() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	defer leavings.begin(s.leavesMuch())()
	if err := s.close.run(); err != nil {
		return fmt.Errorf("close %s: %w", s.model, err)
	}
	return nil
}
