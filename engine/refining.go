package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"deltaedit/engine/invert"
)

// TaskRefine is the Progress.Task of refining.
const TaskRefine = "Refining the face"

// Refine fits the code of the request's faces to the photo. It begins with the
// inverter's own code, so the same number of steps gives the same result
// however often it was asked for before. The refiner is closed again in the
// end: its working memory is some hundreds of megabytes.
func (s *Studio) Refine(ctx context.Context, r Request, steps int, t Timings, report Report) ([]Refinement, error) {
	faces, err := s.table.faces(r)
	if err != nil {
		return nil, err
	}
	if steps < 1 {
		return nil, fmt.Errorf("refine: %d steps: want 1 or more", steps)
	}
	if err := s.Invert(ctx, r, t); err != nil {
		return nil, err
	}
	defer s.refiner.Close() // an error would come too late to matter
	out := make([]Refinement, len(faces))
	for i, p := range faces {
		part := func(fraction float64) { report(TaskRefine, (float64(i)+fraction)/float64(len(faces))) }
		part(0)
		if s.table.random == nil && p.asked != steps {
			if err := s.fit(ctx, p, steps, t, part); err != nil {
				return nil, err
			}
		}
		out[i] = p.fitted
		out[i].Face = i + 1
		if r.Face != AllFaces {
			out[i].Face = r.Face + 1
		}
	}
	return out, nil
}

// fit refines one face and forgets what was drawn with its old code.
func (s *Studio) fit(ctx context.Context, p *portrait, steps int, t Timings, part func(float64)) error {
	f, err := s.refiner.get(ctx)
	if err != nil {
		return fmt.Errorf("this pack cannot refine a reconstruction: %w", err)
	}
	g, err := s.generator.get(ctx)
	if err != nil {
		return err
	}
	first := p.first
	if first == nil {
		first = p.code
	}
	draw := func(ctx context.Context, style, offset []float32) ([]float32, int, error) {
		// The descent goes on in the same slice, and the generator tells an offset
		// by its slice.
		code := invert.Code{Style: style, Offset: slices.Clone(offset), WPlus: first.WPlus}
		pic, err := s.picture(ctx, &code, style, StageFinal, nil)
		return pic.Pix, pic.Side, err
	}
	defer t.since(lapRefine, time.Now())
	res, err := f.Refine(ctx, *first, s.table.aligned(p, g.Size()), steps, draw, func(step, steps int, _ float64) {
		part(float64(step) / float64(steps))
	})
	if err != nil {
		return err
	}
	p.first, p.code, p.asked = first, &res.Code, steps
	p.fitted = Refinement{Steps: res.Steps, Before: res.Before, After: res.After, Notice: res.Notice}
	clear(p.bends)
	clear(p.drawn)
	clear(p.latents)
	p.moving.of.forget()
	return nil
}

// refinedSteps returns the steps that each of the request's faces was refined
// with, nil when none was.
func (s *Studio) refinedSteps(r Request) []int {
	faces, err := s.table.faces(r)
	if err != nil {
		return nil
	}
	steps, any := make([]int, len(faces)), false
	for i, p := range faces {
		steps[i] = p.asked
		any = any || p.asked > 0
	}
	if !any {
		return nil
	}
	return steps
}
