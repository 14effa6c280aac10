package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

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
		start := time.Now()
		code, err := inv.Invert(ctx, s.table.aligned(p, inv.Side()))
		t.since(lapInvert, start)
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
	for _, e := range r.Edits {
		for _, p := range faces {
			if _, err := s.bend(ctx, p, e, t); err != nil {
				return nil, err
			}
		}
	}
	told, within := &s.table.told, s.withinPerson(r)
	if told.reports != nil && told.within == within && sameWords(told.edits, r.Edits) {
		return told.reports, nil
	}
	reports := make([]PromptReport, len(r.Edits))
	for i, e := range r.Edits {
		d, err := s.direction(ctx, e, t)
		if err != nil {
			return nil, err
		}
		reports[i] = reportOf(e, d, within)
	}
	told.edits, told.within, told.reports = append(told.edits[:0], r.Edits...), within, reports
	return reports, nil
}

// direction returns Δt, which the prompt stage keeps.
func (s *Studio) direction(ctx context.Context, e Edit, t Timings) (prompt.Direction, error) {
	rd, err := s.reader.get(ctx)
	if err != nil {
		return prompt.Direction{}, err
	}
	defer t.since(lapText, time.Now())
	return rd.Delta(ctx, e.Source, e.Target)
}

// bend returns what the prompts do to the face; at their first time that is
// computed.
func (s *Studio) bend(ctx context.Context, p *portrait, e Edit, t Timings) (*bend, error) {
	k := prompts{e.Source, e.Target}
	if b := p.bends[k]; b != nil {
		return b, nil
	}
	d, err := s.direction(ctx, e, t)
	if err != nil {
		return nil, err
	}
	if p.code == nil {
		return nil, errors.New("the face has not been inverted yet")
	}
	m, err := s.mapper.get(ctx)
	if err != nil {
		return nil, err
	}
	vector, err := s.vector(ctx, p)
	if err != nil {
		return nil, err
	}
	defer t.since(lapDelta, time.Now())
	ds, err := m.Delta(ctx, p.code.Style, vector, d.Vector)
	if err != nil {
		return nil, err
	}
	if len(p.bends) >= maxBends {
		clear(p.bends)
	}
	b := &bend{direction: d, style: ds}
	p.bends[k] = b
	return b, nil
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

// steps returns what the mapper applies to a face. They are the studio's own, valid
// until the next call.
func (s *Studio) steps(ctx context.Context, p *portrait, edits []Edit, t Timings) ([]delta.Step, error) {
	out := s.stepped[:0]
	for _, e := range edits {
		b, err := s.bend(ctx, p, e, t)
		if err != nil {
			return nil, err
		}
		face, err := s.vector(ctx, p)
		if err != nil {
			return nil, err
		}
		d := &b.direction
		out = append(out, delta.Step{
			DeltaStyle: b.style,
			Direction:  d.Vector,
			Length:     d.Length,
			Strength:   d.Pace(e.Strength, face) * gain(d), // a Gain of 0 would be taken as 1
			Gain:       1,
		})
	}
	s.stepped = out
	return out, nil
}

// gain calibrates an edit, and weakens one that the pack does not know. A pack
// without concepts cannot tell, and is given the benefit of the doubt.
func gain(d *prompt.Direction) float64 {
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
