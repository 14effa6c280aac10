package engine

import (
	"context"
	"errors"
	"fmt"

	"deltaedit/engine/delta"
	"deltaedit/engine/prompt"
)

// vectorSide is the side of the aligned square that the image encoder is given;
// it scales it to its own.
const vectorSide = 256

// Invert finds the style code of the request's faces. A request for what the pack
// has not is refused here, before any work.
func (s *Studio) Invert(ctx context.Context, r Request, t Timings) error {
	faces, err := s.table.faces(r)
	if err != nil {
		return err
	}
	if r.Engine == Diffusion {
		if _, err := s.stepsOf(r); err != nil {
			return err
		}
	}
	for _, p := range faces {
		if p.code != nil {
			continue
		}
		inv, err := s.inverter.get(ctx)
		if err != nil {
			return err
		}
		done := t.lap(lapInvert)
		code, err := inv.Invert(ctx, s.table.aligned(p, inv.Side()))
		done()
		if err != nil {
			return err
		}
		p.code = &code
	}
	return nil
}

// Directions computes Δt of every prompt pair, and ΔS of every pair and face.
func (s *Studio) Directions(ctx context.Context, r Request, t Timings) ([]PromptReport, error) {
	faces, err := s.table.faces(r)
	if err != nil {
		return nil, err
	}
	reports := make([]PromptReport, len(r.Edits))
	for i, e := range r.Edits {
		d, err := s.direction(ctx, e, t)
		if err != nil {
			return nil, err
		}
		reports[i] = reportOf(e, d, s.withinPerson(r))
		for _, p := range faces {
			if err := s.bend(ctx, p, e, d, t); err != nil {
				return nil, err
			}
		}
	}
	return reports, nil
}

// direction returns Δt, which the prompt stage keeps.
func (s *Studio) direction(ctx context.Context, e Edit, t Timings) (prompt.Direction, error) {
	rd, err := s.reader.get(ctx)
	if err != nil {
		return prompt.Direction{}, err
	}
	defer t.lap(lapText)()
	return rd.Delta(ctx, e.Source, e.Target)
}

// bend makes sure that the face's ΔS for the prompts is kept.
func (s *Studio) bend(ctx context.Context, p *portrait, e Edit, d prompt.Direction, t Timings) error {
	k := prompts{e.Source, e.Target}
	if p.deltas[k] != nil {
		return nil
	}
	if p.code == nil {
		return errors.New("the face has not been inverted yet")
	}
	m, err := s.mapper.get(ctx)
	if err != nil {
		return err
	}
	vector, err := s.vector(ctx, p)
	if err != nil {
		return err
	}
	defer t.lap(lapDelta)()
	ds, err := m.Delta(ctx, p.code.Style, vector, d.Vector)
	if err != nil {
		return err
	}
	if len(p.deltas) >= maxDeltas {
		clear(p.deltas)
	}
	p.deltas[k] = ds
	return nil
}

// vector returns the face's place in the shared space.
func (s *Studio) vector(ctx context.Context, p *portrait) ([]float32, error) {
	if p.vector != nil {
		return p.vector, nil
	}
	v, err := s.viewer.get(ctx)
	if err != nil {
		return nil, err
	}
	p.vector, err = v.Vector(ctx, s.table.aligned(p, vectorSide))
	return p.vector, err
}

// steps returns what the mapper applies to a face.
func (s *Studio) steps(ctx context.Context, p *portrait, edits []Edit, t Timings) ([]delta.Step, error) {
	out := make([]delta.Step, len(edits))
	for i, e := range edits {
		d, err := s.direction(ctx, e, t)
		if err != nil {
			return nil, err
		}
		if err := s.bend(ctx, p, e, d, t); err != nil {
			return nil, err
		}
		face, err := s.vector(ctx, p)
		if err != nil {
			return nil, err
		}
		out[i] = delta.Step{
			DeltaStyle: p.deltas[prompts{e.Source, e.Target}],
			Direction:  d.Vector,
			Length:     d.Length,
			Strength:   d.Pace(e.Strength, face) * gain(d), // a Gain of 0 would be taken as 1
			Gain:       1,
		}
	}
	return out, nil
}

// gain calibrates an edit, and weakens one that the pack does not know. A pack
// without concepts cannot tell, and is given the benefit of the doubt.
func gain(d prompt.Direction) float64 {
	if len(d.Nearest) == 0 {
		return d.Gain
	}
	return d.Gain * d.Weight()
}

// TextVector returns the unit vector of a text in the shared space.
func (s *Studio) TextVector(ctx context.Context, text string) ([]float32, error) {
	rd, err := s.reader.get(ctx)
	if err != nil {
		return nil, err
	}
	return rd.Text(ctx, text)
}

// ImageVector returns the unit vector of one face of the open photo.
func (s *Studio) ImageVector(ctx context.Context, r Request) ([]float32, error) {
	faces, err := s.table.faces(r)
	if err != nil {
		return nil, err
	}
	if len(faces) != 1 {
		return nil, fmt.Errorf("%w: %d faces have as many vectors: choose one", ErrNoSuchFace, len(faces))
	}
	return s.vector(ctx, faces[0])
}
