package synth

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"
	"sync"

	"deltaedit/engine/internal/planar"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// Picture is a square image: three planes (red, green, blue) of Side·Side values, row
// by row, nominally in [-1, 1] and not clamped.
type Picture struct {
	Side int
	Pix  []float32
}

// Draw writes the image into dst, whose sides must both be p.Side.
func (p Picture) Draw(dst *image.RGBA) error { return planar.To(dst, p.Pix) }

// Generator makes images. One call runs at a time. The returned images belong to the
// generator and are valid until the next call of Preview or Full.
type Generator struct {
	mu     sync.Mutex
	pack   *pack.Pack
	opts   onnx.Options
	graphs []pack.Graph
	plan   plan
	parts  []part

	// The inputs with which the graphs before done were run. Those of the first graph
	// are its session's own buffers, so that a run copies nothing.
	style, offset, wplus []float32
	done                 int
	// from is the slice that offset was copied from, nil for none.
	from []float32
	// reference holds the features of the style code origin without an offset; zeros
	// when there is none.
	reference, origin []float32

	mapping, affine lazySession
}

// part is one graph of the generator: its session, loaded in the background except for the
// first, and its input map, made once.
type part struct {
	ready chan struct{} // closed when sess and err are set
	sess  *onnx.Session
	err   error
	in    map[string][]float32
	out   map[string][]float32
}

// input returns the buffer of n values for an input of the graph, zeros at first: the
// session's own buffer, or a new slice when the graph has no such input.
func (s *part) input(role string, n int) []float32 {
	if own := s.sess.Input(role); len(own) == n {
		return own
	}
	return make([]float32, n)
}

// New opens the pack's generator. It returns when the first graph, which previews need,
// is loaded. The others load in the background, and Full waits for them. The mapping
// network is loaded at its first use.
func New(p *pack.Pack, o onnx.Options) (*Generator, error) {
	c, err := p.Component("generator")
	if err != nil {
		return nil, err
	}
	pl, err := newPlan(c.Graphs)
	if err != nil {
		return nil, fmt.Errorf("pack %q: generator: %w", p.Name(), err)
	}
	g := &Generator{pack: p, opts: o, graphs: c.Graphs, plan: pl, parts: make([]part, len(c.Graphs))}
	for i := range g.parts {
		g.parts[i].ready = make(chan struct{})
		g.parts[i].in = make(map[string][]float32, len(c.Graphs[i].Inputs))
	}
	first := &g.parts[0]
	first.sess, err = onnx.Load(p, "generator", 0, o)
	close(first.ready)
	if err != nil {
		return nil, err
	}
	go func() {
		for i := 1; i < len(g.parts); i++ {
			s := &g.parts[i]
			s.sess, s.err = onnx.Load(p, "generator", i, o)
			close(s.ready)
		}
	}()
	g.style = first.input("style", pl.style)
	g.offset = first.input("offset", pl.offset)
	g.wplus = first.input("w_plus", pl.wplus)
	g.reference = first.input("reference", pl.reference)
	// Mapping and affine are a few small matrix products. On a provider other than the
	// CPU the transfers would take longer than that, and seeds would give different
	// faces.
	small := onnx.Options{Provider: "cpu", Threads: o.Threads}
	g.mapping = lazySession{pack: p, component: "mapping", opts: small}
	g.affine = lazySession{pack: p, component: "affine", opts: small}
	return g, nil
}

// Size returns the side of the full image in pixels.
func (g *Generator) Size() int { return g.plan.imageSide }

// PreviewSize returns the side of the preview in pixels; it is Size when the pack has
// no preview.
func (g *Generator) PreviewSize() int { return g.plan.previewSide }

// StyleLen returns the number of style channels.
func (g *Generator) StyleLen() int { return g.plan.style }

// OffsetLen returns the number of values of the feature offset, 0 when the generator
// has no such input.
func (g *Generator) OffsetLen() int { return g.plan.offset }

// OffsetSide returns the side of the features that the offset is added to, 0 when the
// generator has no offset or its input does not say so.
func (g *Generator) OffsetSide() int { return g.plan.offsetSide }

// Provider returns the execution provider that actually runs the graphs loaded so far.
// When a later graph could not run on the first one's provider, the result is several
// names joined by "+", in the order of the graphs.
func (g *Generator) Provider() string {
	return g.collect("+", (*onnx.Session).Provider)
}

// Notice says why a provider other than the requested one is used, or "". It covers the
// graphs loaded so far.
func (g *Generator) Notice() string {
	return g.collect("; ", (*onnx.Session).Notice)
}

// collect joins the results of say for the graphs loaded so far, without duplicates.
func (g *Generator) collect(separator string, say func(*onnx.Session) string) string {
	var all []string
	for i := range g.parts {
		select {
		case <-g.parts[i].ready:
			if s := g.parts[i].sess; s != nil {
				if text := say(s); text != "" && !slices.Contains(all, text) {
					all = append(all, text)
				}
			}
		default:
		}
	}
	return strings.Join(all, separator)
}

// Wait returns when every graph is loaded, or with the first error.
func (g *Generator) Wait(ctx context.Context) error {
	for i := range g.parts {
		if _, err := g.session(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func (g *Generator) session(ctx context.Context, i int) (*onnx.Session, error) {
	s := &g.parts[i]
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

// Preview makes the small image of a style code. offset is the feature offset, nil for
// none; it is an error when the generator has no such input. Values that are not
// finite, in the inputs or the output, are an error. The caller may change style and
// use it again. An offset has millions of values, so it is identified by its slice and
// must not be changed afterwards.
func (g *Generator) Preview(ctx context.Context, style, offset []float32) (Picture, error) {
	return g.picture(ctx, style, offset, g.plan.previewPart, g.plan.previewRole, g.plan.previewSide)
}

// Full makes the full-size image. When style and offset are those of the last Preview,
// it continues from there.
func (g *Generator) Full(ctx context.Context, style, offset []float32) (Picture, error) {
	return g.picture(ctx, style, offset, g.plan.imagePart, "image", g.plan.imageSide)
}

// SetWPlus sets the extended code (w+) for generators that take "w_plus" besides the
// style; nil means zeros, as before the first call. For other generators it does
// nothing. Setting the current code again costs nothing.
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

// SetReference sets the style code before an edit, for generators that compare the
// edit's features with those of that code. They retain the old features where the edit
// changes hardly anything, and reduce the offset, which belongs to the old code, where
// the edit changes much. Nil means none, as before the first call. The call runs the
// first graph; it costs nothing when the code is already set or the generator has no
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
	if err := g.runPart(ctx, 0); err != nil {
		return err
	}
	features := g.parts[0].out["features"]
	if err := onnx.CheckFinite("features", features); err != nil {
		return fmt.Errorf("generator: %w", err)
	}
	copy(g.reference, features)
	g.origin = slices.Clone(style)
	return nil
}

func (g *Generator) picture(ctx context.Context, style, offset []float32, part int, role string, side int) (Picture, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.set(style, offset); err != nil {
		return Picture{}, err
	}
	for ; g.done <= part; g.done++ {
		if err := g.runPart(ctx, g.done); err != nil {
			return Picture{}, err
		}
	}
	pix := g.parts[part].out[role]
	if err := onnx.CheckFinite(role, pix); err != nil {
		g.done = 0
		return Picture{}, fmt.Errorf("generator: %w", err)
	}
	return Picture{Side: side, Pix: pix}, nil
}

// set stores style and offset as the inputs and discards what was computed for others.
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

func (g *Generator) runPart(ctx context.Context, i int) error {
	sess, err := g.session(ctx, i)
	if err != nil {
		return err
	}
	s := &g.parts[i]
	for role := range g.graphs[i].Inputs {
		s.in[role] = g.value(i, role)
	}
	s.out, err = sess.Run(ctx, s.in)
	return err
}

// value returns the values of an input of graph i. newPlan has checked that they exist.
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
		if v, ok := g.parts[j].out[role]; ok {
			return v
		}
	}
	return nil
}

// Close waits until loading and running have ended and frees the sessions. It may be
// called twice.
func (g *Generator) Close() error {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	errs := []error{g.mapping.close(), g.affine.close()}
	for i := range g.parts {
		<-g.parts[i].ready
		errs = append(errs, g.parts[i].sess.Close())
	}
	g.done = 0
	return errors.Join(errs...)
}
