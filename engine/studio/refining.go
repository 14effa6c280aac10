package studio

import (
	"context"
	"fmt"
	"slices"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/invert"
)

// Refine fits the style codes of the request's faces to the photo. It always begins with
// the inverter's code, so the same number of steps gives the same result. The request's
// Others are not refined. At the end the refiner is closed, since it uses some hundreds of
// megabytes.
func (s *Studio) Refine(ctx context.Context, r engine.Request, steps int, t engine.Timings, progress engine.ProgressFunc) ([]engine.Refinement, error) {
	r.Others = nil
	faces, err := s.current.faces(r)
	if err != nil {
		return nil, err
	}
	if steps < 1 {
		return nil, fmt.Errorf("refine the face: %d steps: want 1 or more", steps)
	}
	if err := s.Invert(ctx, r, t); err != nil {
		return nil, err
	}
	defer s.refiner.Close() // an error would come too late to matter
	out := make([]engine.Refinement, len(faces))
	for i, p := range faces {
		part := func(fraction float64) {
			progress(engine.Task{Kind: engine.TaskRefine}, (float64(i)+fraction)/float64(len(faces)))
		}
		part(0)
		if s.current.random == nil && p.refinedSteps != steps {
			if err := s.fit(ctx, p, steps, t, part); err != nil {
				return nil, err
			}
		}
		out[i] = p.refinement
		out[i].Face = i + 1
		if r.Face != engine.AllFaces {
			out[i].Face = r.Face + 1
		}
	}
	return out, nil
}

// fit refines one face and frees what was computed with its old code.
func (s *Studio) fit(ctx context.Context, p *portrait, steps int, t engine.Timings, part func(float64)) error {
	f, err := s.refiner.get(ctx)
	if err != nil {
		return fmt.Errorf("this pack cannot refine a reconstruction: %w", err)
	}
	g, err := s.generator.get(ctx)
	if err != nil {
		return err
	}
	first := p.inverted
	if first == nil {
		first = p.code
	}
	draw := func(ctx context.Context, style, offset []float32) ([]float32, int, error) {
		// The descent changes offset in place, and the generator recognises an offset
		// by its slice.
		code := invert.Code{Style: style, Offset: slices.Clone(offset), WPlus: first.WPlus}
		pic, err := s.picture(ctx, &code, style, engine.StageFinal, nil)
		return pic.Pix, pic.Side, err
	}
	defer t.Since(engine.TimingRefine, time.Now())
	res, err := f.Refine(ctx, *first, s.current.normalised(p, g.Size()), steps, draw, func(step, steps int, _ float64) {
		part(float64(step) / float64(steps))
	})
	if err != nil {
		return err
	}
	p.inverted, p.code, p.refinedSteps = first, &res.Code, steps
	p.refinement = engine.Refinement{Steps: res.Steps, Before: res.Before, After: res.After, Notice: res.Notice}
	p.forgetCode()
	s.current.variants = nil // what it has drawn is of the old code
	return nil
}

// refinedSteps returns with how many steps each of the request's faces was refined; nil
// when none was.
func (s *Studio) refinedSteps(r engine.Request) []int {
	faces, err := s.current.faces(r)
	if err != nil {
		return nil
	}
	steps, any := make([]int, len(faces)), false
	for i, p := range faces {
		steps[i] = p.refinedSteps
		any = any || p.refinedSteps > 0
	}
	if !any {
		return nil
	}
	return steps
}
