package face

import (
	"context"
	"fmt"

	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// Model is a network with inputs and outputs by role; *onnx.Session is one.
// Outputs are valid until the next Run.
type Model interface {
	Run(ctx context.Context, in map[string][]float32) (map[string][]float32, error)
}

// squareInput returns the side of a model's square NHWC RGB input "image".
func squareInput(component string, g pack.Graph) (int, error) {
	t, ok := g.Inputs["image"]
	s := t.Shape
	if !ok || len(s) != 4 || s[0] != 1 || s[1] < 1 || s[1] != s[2] || s[3] != 3 {
		return 0, fmt.Errorf("pack component %q: input \"image\" has shape %v, want [1 n n 3]", component, s)
	}
	return int(s[1]), nil
}

// wantLength checks an output's length against the manifest.
func wantLength(component string, g pack.Graph, role string, n int) error {
	if t, ok := g.Outputs[role]; !ok || t.Len() != n {
		return fmt.Errorf("pack component %q: output %q is %v, want %d values", component, role, t, n)
	}
	return nil
}

// load opens a component of exactly one graph and decodes its parameters.
func load(p *pack.Pack, component string, o onnx.Options, params any) (pack.Graph, *onnx.Session, error) {
	c, err := p.Component(component)
	if err != nil {
		return pack.Graph{}, nil, err
	}
	if len(c.Graphs) != 1 {
		return pack.Graph{}, nil, fmt.Errorf("pack component %q has %d graphs, want 1", component, len(c.Graphs))
	}
	if err := c.Decode(params); err != nil {
		return pack.Graph{}, nil, fmt.Errorf("pack component %q: %w", component, err)
	}
	s, err := onnx.Load(p, component, 0, o)
	if err != nil {
		return pack.Graph{}, nil, err
	}
	return c.Graphs[0], s, nil
}
