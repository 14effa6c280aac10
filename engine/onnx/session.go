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

// Options say how a session is made. The zero value is the sensible one.
type Options struct {
	// Provider is auto, cpu, webgpu, cuda, tensorrt, openvino, directml or
	// coreml; "" is auto.
	Provider string
	// Threads is the number of CPU threads a run uses; 0 takes the number of
	// physical cores.
	Threads int
	// Lean does without the runtime's plan of where each tensor lies in one
	// block of memory. The plan is made after the first run and held beside
	// what that run took: for a graph with many large tensors twice the memory
	// for nothing (refiner: 1046 against 583 MB, in the same time).
	Lean bool
	// Instead, where set, lets the CPU take the place of a provider that was given
	// by name, as it does with auto: should the provider fail, at opening or at any
	// Run. It is called each time with what Notice then says, on the goroutine that
	// opens or runs the session, and must not use the session.
	Instead func(notice string)
	// Apart gives the session CPU memory of its own, which goes back to the
	// system when it is closed. All others share what they have (shareArena):
	// that is less in all, and stays.
	Apart bool
}

// Errors that callers tell apart.
var (
	ErrClosed = errors.New("session is closed")
	ErrShape  = errors.New("wrong tensor shape")
)

// Session is one loaded graph. Its methods may be called from any goroutine,
// one runs at a time; but the buffers that Run returns are the session's own,
// so in practice a session belongs to one goroutine.
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
// prepares its tensors. With provider "auto" a provider that cannot be used is
// passed over and Notice says why; with any other it is an error. A provider that
// auto chose and that fails later, at any Run, is replaced by the CPU then.
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
		// What a GPU cannot do it says at the first run, not before. OpenVINO has
		// compiled the graph by now.
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

// Load opens graph number i of a pack's component.
func Load(p *pack.Pack, component string, i int, o Options) (*Session, error) {
	c, err := p.Component(component)
	if err != nil {
		return nil, err
	}
	if i >= len(c.Graphs) {
		return nil, fmt.Errorf("%w: component %q has %d graphs, want graph %d", pack.ErrManifest, component, len(c.Graphs), i)
	}
	path, err := p.Path(c.Graphs[i].Model)
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
		s.close.add(func() error { return s.fixed.Destroy() }) // may be another by then
	}
	s.watch = newWatcher(s.run)
	s.close.add(s.watch.stop)
	if c.provider == openvino {
		trimMemory()
	}
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

// Run feeds the inputs by role, runs the graph and returns its outputs by role.
// Every input must be there and have exactly the length of its shape. The
// returned map and slices are the session's own: read only, valid until the
// next Run or Close. In steady state a run allocates nothing.
//
// When ctx ends, the run is asked to stop between two nodes; Run waits until it
// has, and returns ctx.Err(). The session can be used again after that.
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

// guarded runs the fixed session under ctx, on the CPU from the time on when a
// provider that auto chose fails. s.mu is held.
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

// toCPU opens the graph again on the CPU, over the same tensors, in place of the
// provider that has just failed. s.mu is held.
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

// finish ends what watch.begin began and says what the run came to.
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

// Provider returns the execution provider that really runs the graph.
func (s *Session) Provider() string { return s.runsOn.Load().provider }

// Notice returns why another provider than the one wished for is used, "" when
// there is nothing to say.
func (s *Session) Notice() string { return s.runsOn.Load().notice }

// Close waits for a run under way and frees the session. Closing twice is fine.
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
	if err := s.close.run(); err != nil {
		return fmt.Errorf("close %s: %w", s.model, err)
	}
	return nil
}
