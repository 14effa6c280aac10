package synth

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"
	"sync"

	"deltaedit/engine/onnx"
	"deltaedit/engine/onnx/planar"
	"deltaedit/engine/pack"
)

// Picture is a square picture: three planes (red, green, blue) of Side·Side
// values, row by row, nominally in [-1, 1] and not clamped.
type Picture struct {
	Side int
	Pix  []float32
}

// Draw writes the picture into dst, whose sides must both be p.Side.
func (p Picture) Draw(dst *image.RGBA) error { return planar.To(dst, p.Pix) }

// Generator makes pictures. One call runs at a time; the pictures returned are
// the generator's own and valid until the next call of Preview or Full.
type Generator struct {
	mu     sync.Mutex
	pack   *pack.Pack
	opts   onnx.Options
	graphs []pack.Graph
	plan   plan
	stages []stage

	// The inputs that the stages before done were run with. What the first graph
	// takes is its session's own input, so that a run copies nothing.
	style, offset, wplus []float32
	done                 int
	// from is the slice that offset is a copy of, nil for none.
	from []float32
	// reference are the features of origin without an offset, zeros for none.
	reference, origin []float32

	mapping, affine lazySession
}

// stage is one graph: its session, loaded in the background except for the
// first, and its input map, made once.
type stage struct {
	ready chan struct{} // closed when sess and err are set
	sess  *onnx.Session
	err   error
	in    map[string][]float32
	out   map[string][]float32
}

// input returns where a graph reads an input of so many values, zeros at first:
// the session's own memory, or other where the graph has no such input.
func (s *stage) input(role string, n int) []float32 {
	if own := s.sess.Input(role); len(own) == n {
		return own
	}
	return make([]float32, n)
}

// New opens the pack's generator. It returns when the first graph is loaded,
// the one that previews need; the others load meanwhile, and Full waits for
// them. The mapping network is loaded at its first use.
func New(p *pack.Pack, o onnx.Options) (*Generator, error) {
	c, err := p.Component("generator")
	if err != nil {
		return nil, err
	}
	pl, err := newPlan(c.Graphs)
	if err != nil {
		return nil, fmt.Errorf("pack %q: generator: %w", p.Name(), err)
	}
	g := &Generator{pack: p, opts: o, graphs: c.Graphs, plan: pl, stages: make([]stage, len(c.Graphs))}
	for i := range g.stages {
		g.stages[i].ready = make(chan struct{})
		g.stages[i].in = make(map[string][]float32, len(c.Graphs[i].Inputs))
	}
	first := &g.stages[0]
	first.sess, err = onnx.Load(p, "generator", 0, o)
	close(first.ready)
	if err != nil {
		return nil, err
	}
	go func() {
		for i := 1; i < len(g.stages); i++ {
			s := &g.stages[i]
			s.sess, s.err = onnx.Load(p, "generator", i, o)
			close(s.ready)
		}
	}()
	g.style = first.input("style", pl.style)
	g.offset = first.input("offset", pl.offset)
	g.wplus = first.input("w_plus", pl.wplus)
	g.reference = first.input("reference", pl.reference)
	// Mapping and affine are a few small products: on any provider but the CPU
	// the way there would take longer, and seeds would look different.
	small := onnx.Options{Provider: "cpu", Threads: o.Threads}
	g.mapping = lazySession{pack: p, component: "mapping", opts: small}
	g.affine = lazySession{pack: p, component: "affine", opts: small}
	return g, nil
}

// Size returns the side of the full picture in pixels.
func (g *Generator) Size() int { return g.plan.imageSide }

// PreviewSize returns the side of the preview, the full side when the pack has
// no preview.
func (g *Generator) PreviewSize() int { return g.plan.previewSide }

// StyleLen returns the number of style channels.
func (g *Generator) StyleLen() int { return g.plan.style }

// OffsetLen returns the number of values of the feature offset, 0 when the
// generator takes none.
func (g *Generator) OffsetLen() int { return g.plan.offset }

// Provider returns the provider that really runs the graphs loaded so far: one
// name, or several joined by "+", in the order of the graphs, where a later
// graph could not run where the first does.
func (g *Generator) Provider() string {
	return g.collect("+", (*onnx.Session).Provider)
}

// Notice says what is to be known about the provider; "" is nothing. It covers
// the graphs loaded so far.
func (g *Generator) Notice() string {
	return g.collect("; ", (*onnx.Session).Notice)
}

// collect joins what the graphs loaded so far say, each thing once.
func (g *Generator) collect(separator string, say func(*onnx.Session) string) string {
	var all []string
	for i := range g.stages {
		select {
		case <-g.stages[i].ready:
			if s := g.stages[i].sess; s != nil {
				if text := say(s); text != "" && !slices.Contains(all, text) {
					all = append(all, text)
				}
			}
		default:
		}
	}
	return strings.Join(all, separator)
}

// Wait returns when every graph is loaded, with the first error.
func (g *Generator) Wait(ctx context.Context) error {
	for i := range g.stages {
		if _, err := g.session(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func (g *Generator) session(ctx context.Context, i int) (*onnx.Session, error) {
	s := &g.stages[i]
	select {
	case <-s.ready:
		return s.sess, s.err
	default:
	}
	select {
	case <-s.ready:
		return s.sess, s.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Preview makes the small picture for a style code. A nil offset is none; an
// offset is refused when the generator takes none. Values that are not finite,
// in or out, are an error. The style may be another in the same slice; an offset,
// which has millions of values, is told by its slice and must not be changed once
// it was given.
func (g *Generator) Preview(ctx context.Context, style, offset []float32) (Picture, error) {
	return g.picture(ctx, style, offset, g.plan.previewStage, g.plan.previewRole, g.plan.previewSide)
}

// Full makes the picture in full size, from what Preview computed before if
// style and offset are the same.
func (g *Generator) Full(ctx context.Context, style, offset []float32) (Picture, error) {
	return g.picture(ctx, style, offset, g.plan.imageStage, "image", g.plan.imageSide)
}

// SetWPlus sets the extended code for generators that take "w_plus" besides the
// style; nil is zeros, as before the first call. A generator that takes none
// does without. Setting the code in force again costs nothing.
func (g *Generator) SetWPlus(wplus []float32) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.plan.wplus == 0 {
		return nil
	}
	if wplus == nil {
		wplus = make([]float32, g.plan.wplus)
	}
	if len(wplus) != g.plan.wplus {
		return fmt.Errorf("w_plus: %w: want %d values, got %d", onnx.ErrShape, g.plan.wplus, len(wplus))
	}
	if slices.Equal(wplus, g.wplus) {
		return nil
	}
	if err := onnx.CheckFinite("w_plus", wplus); err != nil {
		return err
	}
	copy(g.wplus, wplus)
	g.done = 0
	return nil
}

// SetReference names the style code before an edit, for generators that compare
// the edit's features with that code's: they keep those where the edit hardly
// moves anything, and let an offset, which belongs to that code, yield where it
// moves much. Nil is none, as before the first call. It costs a run of the first
// graph, and nothing when the code is in force already or the generator has no
// such input. Call SetWPlus before it.
func (g *Generator) SetReference(ctx context.Context, style []float32) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.plan.reference == 0 || slices.Equal(style, g.origin) {
		return nil
	}
	clear(g.reference)
	g.origin, g.done = nil, 0
	if style == nil {
		return nil
	}
	if err := g.set(style, nil); err != nil {
		return err
	}
	if err := g.runStage(ctx, 0); err != nil {
		return err
	}
	features := g.stages[0].out["features"]
	if err := onnx.CheckFinite("features", features); err != nil {
		return fmt.Errorf("generator: %w", err)
	}
	copy(g.reference, features)
	g.origin = slices.Clone(style)
	return nil
}

func (g *Generator) picture(ctx context.Context, style, offset []float32, stage int, role string, side int) (Picture, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.set(style, offset); err != nil {
		return Picture{}, err
	}
	for ; g.done <= stage; g.done++ {
		if err := g.runStage(ctx, g.done); err != nil {
			return Picture{}, err
		}
	}
	pix := g.stages[stage].out[role]
	if err := onnx.CheckFinite(role, pix); err != nil {
		g.done = 0
		return Picture{}, fmt.Errorf("generator: %w", err)
	}
	return Picture{Side: side, Pix: pix}, nil
}

// set makes style and offset the inputs, and forgets what was computed for
// others.
func (g *Generator) set(style, offset []float32) error {
	if len(style) != g.plan.style {
		return fmt.Errorf("style code: %w: want %d values, got %d", onnx.ErrShape, g.plan.style, len(style))
	}
	if offset != nil && len(offset) != g.plan.offset {
		return fmt.Errorf("feature offset: %w: want %d values, got %d", onnx.ErrShape, g.plan.offset, len(offset))
	}
	if !slices.Equal(style, g.style) {
		if err := onnx.CheckFinite("style code", style); err != nil {
			return err
		}
		copy(g.style, style)
		g.done = 0
	}
	switch {
	case len(offset) == 0:
		if g.from != nil {
			clear(g.offset)
			g.from, g.done = nil, 0
		}
	case g.from == nil || &offset[0] != &g.from[0]:
		if err := onnx.CheckFinite("feature offset", offset); err != nil {
			return err
		}
		copy(g.offset, offset)
		g.from, g.done = offset, 0
	}
	return nil
}

func (g *Generator) runStage(ctx context.Context, i int) error {
	sess, err := g.session(ctx, i)
	if err != nil {
		return err
	}
	s := &g.stages[i]
	for role := range g.graphs[i].Inputs {
		s.in[role] = g.value(i, role)
	}
	s.out, err = sess.Run(ctx, s.in)
	return err
}

// value returns what feeds an input of graph i. newPlan has made sure that
// there is something.
func (g *Generator) value(i int, role string) []float32 {
	switch role {
	case "style":
		return g.style
	case "offset":
		return g.offset
	case "reference":
		return g.reference
	case "w_plus":
		return g.wplus
	}
	for j := i - 1; j >= 0; j-- {
		if v, ok := g.stages[j].out[role]; ok {
			return v
		}
	}
	return nil
}

// Close waits for loading and running to end and frees the sessions. Closing
// twice is fine.
func (g *Generator) Close() error {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	errs := []error{g.mapping.close(), g.affine.close()}
	for i := range g.stages {
		<-g.stages[i].ready
		errs = append(errs, g.stages[i].sess.Close())
	}
	g.done = 0
	return errors.Join(errs...)
}
