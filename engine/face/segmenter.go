package face

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"

	"deltaedit/engine/internal/parallel"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// Segmenter segments the person in an aligned square. It is not safe for concurrent use.
type Segmenter struct{ segmentation }

// HasSegmenter reports whether a pack has the component "matte".
func HasSegmenter(p *pack.Pack) bool {
	_, err := p.Component("matte")
	return err == nil
}

// NewSegmenter opens the component "matte" of a pack. Close frees it.
func NewSegmenter(p *pack.Pack, o onnx.Options) (*Segmenter, error) {
	m, err := openSegmentation(p, "matte", "alpha", "person", o, func(side int, _ pack.Graph) int { return side * side })
	if err != nil {
		return nil, err
	}
	return &Segmenter{m}, nil
}

// Photo returns the matte of an aligned square of a photo, with the Segmenter's side. The
// matte belongs to the caller.
func (m *Segmenter) Photo(ctx context.Context, aligned *image.RGBA) (Matte, error) {
	alpha, err := m.photo(ctx, aligned)
	return Matte{Side: m.side, Alpha: alpha}, err
}

// Picture returns the matte of a generator's picture: planar RGB in [-1, 1], of any side.
// The matte belongs to the Segmenter and is valid until the next call.
func (m *Segmenter) Picture(ctx context.Context, side int, planar []float32) (Matte, error) {
	alpha, err := m.picture(ctx, side, planar)
	return Matte{Side: m.side, Alpha: alpha}, err
}

// segmentation is a model that labels the pixels of an aligned square. It is not safe for
// concurrent use.
type segmentation struct {
	model  Model
	what   string // it looks for, for errors
	output string // the role of its output
	length int    // of the output
	side   int    // of the picture that it takes
	image  []float32
	in     map[string][]float32 // the inputs of the model
	close  func() error

	// For the call of reduce in work: its picture, and the loop over it, allocated
	// once.
	planar []float32
	from   int // its side
	fill   func(from, to int)
}

// openSegmentation opens a component of a pack. length returns how many values its output must
// have for the side of the picture that it takes.
func openSegmentation(p *pack.Pack, component, output, what string, o onnx.Options, length func(side int, g pack.Graph) int) (segmentation, error) {
	g, s, err := load(p, component, o, &struct{}{})
	if err != nil {
		return segmentation{}, err
	}
	m := segmentation{model: s, what: what, output: output, close: s.Close}
	if m.side, err = squareInput(component, g); err == nil {
		m.length = length(m.side, g)
		err = wantLength(component, g, output, m.length)
	}
	if err != nil {
		return segmentation{}, errors.Join(err, s.Close())
	}
	return m, nil
}

// Close frees the model.
func (m *segmentation) Close() error { return m.close() }

// Side returns the side of the aligned picture that Photo takes.
func (m *segmentation) Side() int { return m.side }

// photo runs the model on an aligned square of a photo, with the model's side. The result
// belongs to the caller.
func (m *segmentation) photo(ctx context.Context, aligned *image.RGBA) ([]float32, error) {
	if aligned.Rect.Size() != image.Pt(m.side, m.side) {
		return nil, fmt.Errorf("find the %s: aligned picture of %v, want %d a side", m.what, aligned.Rect.Size(), m.side)
	}
	m.image = interleaved(m.image, aligned, 1.0/255, 0)
	out, err := m.run(ctx)
	return slices.Clone(out), err
}

// picture runs the model on a generator's picture: planar RGB in [-1, 1], of any side. The
// result is valid until the next call.
func (m *segmentation) picture(ctx context.Context, side int, planar []float32) ([]float32, error) {
	m.reduce(side, planar)
	return m.run(ctx)
}

// reduce scales a square planar picture to the model's input. Each pixel is the mean of
// the pixels that it covers, or the nearest when it covers none.
func (m *segmentation) reduce(side int, planar []float32) {
	m.image = slices.Grow(m.image[:0], 3*m.side*m.side)[:3*m.side*m.side]
	if m.fill == nil {
		m.fill = m.reduceRows
	}
	m.planar, m.from = planar, side
	parallel.Ranges(m.side, 32, m.fill)
	m.planar = nil
}

func (m *segmentation) reduceRows(from, to int) {
	side := m.from
	if side == m.side {
		m.interleaveRows(from, to)
		return
	}
	span := func(i int) (int, int) {
		a := i * side / m.side
		return a, max((i+1)*side/m.side, a+1)
	}
	for y := from; y < to; y++ {
		y0, y1 := span(y)
		for x := range m.side {
			x0, x1 := span(x)
			for k := range 3 {
				var s float32
				for v := y0; v < y1; v++ {
					o := (k*side + v) * side
					for _, p := range m.planar[o+x0 : o+x1] {
						s += min(max(p, -1), 1)
					}
				}
				m.image[3*(y*m.side+x)+k] = 0.5 + 0.5*s/float32((y1-y0)*(x1-x0))
			}
		}
	}
}

// interleaveRows is reduceRows for a picture that has the model's side.
func (m *segmentation) interleaveRows(from, to int) {
	n := m.side * m.side
	a, b := from*m.side, to*m.side
	red, green, blue := m.planar[a:b], m.planar[n+a:n+b], m.planar[2*n+a:2*n+b]
	out := m.image[3*a : 3*b]
	for i, r := range red {
		p := out[3*i : 3*i+3 : 3*i+3]
		p[0] = 0.5 + 0.5*min(max(r, -1), 1)
		p[1] = 0.5 + 0.5*min(max(green[i], -1), 1)
		p[2] = 0.5 + 0.5*min(max(blue[i], -1), 1)
	}
}

// run runs the model. The result belongs to it.
func (m *segmentation) run(ctx context.Context) ([]float32, error) {
	if m.in == nil {
		m.in = map[string][]float32{}
	}
	m.in["image"] = m.image
	all, err := m.model.Run(ctx, m.in)
	if err != nil {
		return nil, fmt.Errorf("find the %s: %w", m.what, err)
	}
	out := all[m.output]
	if len(out) != m.length || !finite(out) {
		return nil, fmt.Errorf("find the %s: the model returned %d values, want %d finite ones", m.what, len(out), m.length)
	}
	return out, nil
}
