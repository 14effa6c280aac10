package delta

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// Mapper runs the delta mapper and applies its results. Its methods are safe for
// concurrent use; one runs at a time.
type Mapper struct {
	mu        sync.Mutex
	sess      *onnx.Session
	in        map[string][]float32
	styles    int // number of style channels
	gain      float64
	relevance *relevance // nil: every channel is relevant
	stats     *stats     // nil: no limit

	// Buffers that Apply reuses.
	terms []term
	parts []float64
}

// New opens the pack's delta mapper, relevance matrix and style statistics. In a pack
// without relevance nothing is masked, and without style statistics nothing is limited.
func New(p *pack.Pack, o onnx.Options) (*Mapper, error) {
	s, err := onnx.Load(p, "delta_mapper", 0, o)
	if err != nil {
		return nil, err
	}
	m, err := newMapper(p, s)
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("pack %q: %w", p.Name(), err)
	}
	return m, nil
}

func newMapper(p *pack.Pack, s *onnx.Session) (*Mapper, error) {
	g := s.Graph()
	for _, role := range []string{"style", "image_vector", "delta"} {
		if _, ok := g.Inputs[role]; !ok {
			return nil, fmt.Errorf("component \"delta_mapper\": %w: it has no input %q", onnx.ErrShape, role)
		}
	}
	styles, dim := g.Inputs["style"].Len(), g.Inputs["delta"].Len()
	if out, ok := g.Outputs["delta_style"]; !ok || out.Len() != styles {
		return nil, fmt.Errorf("component \"delta_mapper\": %w: output \"delta_style\": want %d values, got %s", onnx.ErrShape, styles, out)
	}
	m := &Mapper{sess: s, in: make(map[string][]float32, 3), styles: styles, gain: 1}
	c, err := p.Component("delta_mapper")
	if err != nil {
		return nil, err
	}
	params := struct {
		Gain *float64 `json:"gain"`
	}{&m.gain}
	if err := c.Decode(&params); err != nil {
		return nil, fmt.Errorf("component \"delta_mapper\": %w", err)
	}
	if !finite(m.gain) {
		return nil, fmt.Errorf("component \"delta_mapper\": gain is %v", m.gain)
	}
	if m.relevance, err = loadRelevance(p, styles, dim); err != nil {
		return nil, fmt.Errorf("component \"relevance\": %w", err)
	}
	if m.stats, err = loadStats(p, styles); err != nil {
		return nil, fmt.Errorf("component \"style_stats\": %w", err)
	}
	return m, nil
}

// StyleLen returns the number of style channels.
func (m *Mapper) StyleLen() int { return m.styles }

// Threshold returns the pack's default relevance threshold, in [0, 1].
func (m *Mapper) Threshold() float64 {
	if m.relevance == nil {
		return 0
	}
	return m.relevance.threshold
}

// Provider returns the execution provider that actually runs the mapper.
func (m *Mapper) Provider() string { return m.sess.Provider() }

// Delta returns ΔS, the change of the style code that moves a face with this style and
// image vector in the direction delta, a unit vector of the shared space. ΔS is not yet
// masked, scaled or limited: Apply does that. The slice belongs to the caller.
func (m *Mapper) Delta(ctx context.Context, style, imageVector, delta []float32) ([]float32, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.in["style"], m.in["image_vector"], m.in["delta"] = style, imageVector, delta
	for role, v := range m.in {
		if err := onnx.CheckFinite("the delta mapper's input "+role, v); err != nil {
			return nil, err
		}
	}
	out, err := m.sess.Run(ctx, m.in)
	if err != nil {
		return nil, err
	}
	if err := onnx.CheckFinite("the delta mapper's output", out["delta_style"]); err != nil {
		return nil, err
	}
	return slices.Clone(out["delta_style"]), nil
}

// Close frees the session. It may be called twice.
func (m *Mapper) Close() error {
	if m == nil {
		return nil
	}
	return m.sess.Close()
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
