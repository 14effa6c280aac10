package synth

import (
	"errors"
	"fmt"
	"strings"

	"deltaedit/engine/pack"
)

// plan says which graphs and roles output the preview and the full image, and how long
// the external inputs are. It is derived from the manifest alone.
type plan struct {
	previewPart, imagePart int
	previewRole            string
	previewSide, imageSide int
	style, offset, wplus   int
	reference              int // number of values of the input "reference"
	offsetSide             int // side of a channel of the offset; 0 when it has no square ones
}

var errGenerator = errors.New("cannot be used")

func newPlan(graphs []pack.Graph) (plan, error) {
	p := plan{previewPart: -1, imagePart: -1}
	if len(graphs) == 0 {
		return p, fmt.Errorf("%w: it has no graph", errGenerator)
	}
	made := map[string]pack.Tensor{}
	for i, g := range graphs {
		for role, t := range g.Inputs {
			if err := p.input(role, t, made); err != nil {
				return p, fmt.Errorf("%w: graph %d: %w", errGenerator, i, err)
			}
		}
		for role, t := range g.Outputs {
			made[role] = t
			isPreview := strings.HasPrefix(role, "preview")
			if role != "image" && !isPreview {
				continue
			}
			side, err := square(t)
			if err != nil {
				return p, fmt.Errorf("%w: graph %d: output %q: %w", errGenerator, i, role, err)
			}
			if role == "image" {
				p.imagePart, p.imageSide = i, side
			}
			// If a graph has several previews, use the largest.
			if isPreview && (p.previewPart < 0 || p.previewPart == i && side > p.previewSide) {
				p.previewPart, p.previewRole, p.previewSide = i, role, side
			}
		}
	}
	if p.imagePart < 0 {
		return p, fmt.Errorf("%w: no graph has the output \"image\"", errGenerator)
	}
	if p.reference != 0 {
		if t, ok := graphs[0].Outputs["features"]; !ok || t.Len() != p.reference || p.offset == 0 {
			return p, fmt.Errorf("%w: with an input \"reference\" the first graph has to take an \"offset\" and make \"features\" of %d values", errGenerator, p.reference)
		}
	}
	if p.style == 0 {
		return p, fmt.Errorf("%w: no graph has the input \"style\"", errGenerator)
	}
	if p.previewPart < 0 {
		p.previewPart, p.previewRole, p.previewSide = p.imagePart, "image", p.imageSide
	}
	return p, nil
}

func (p *plan) input(role string, t pack.Tensor, made map[string]pack.Tensor) error {
	if t.Type != "float32" || !t.Fixed() {
		return fmt.Errorf("input %q: want float32 of fixed shape, got %s", role, t)
	}
	var n *int
	switch role {
	case "style":
		n = &p.style
	case "offset":
		n = &p.offset
		if s := t.Shape; len(s) == 4 && s[2] == s[3] {
			p.offsetSide = int(s[3])
		}
	case "reference":
		n = &p.reference
	case "w_plus":
		n = &p.wplus
	default:
		from, ok := made[role]
		if !ok {
			return fmt.Errorf("input %q: no graph before it makes it", role)
		}
		if from.Len() != t.Len() {
			return fmt.Errorf("input %q: want %s, an earlier graph makes %s", role, t, from)
		}
		return nil
	}
	if *n != 0 && *n != t.Len() {
		return fmt.Errorf("input %q: want %d values as in an earlier graph, got %s", role, *n, t)
	}
	*n = t.Len()
	return nil
}

func square(t pack.Tensor) (int, error) {
	s := t.Shape
	if t.Type != "float32" || len(s) != 4 || s[0] != 1 || s[1] != 3 || s[2] != s[3] || s[2] < 1 {
		return 0, fmt.Errorf("want float32[1 3 side side], got %s", t)
	}
	return int(s[2]), nil
}
