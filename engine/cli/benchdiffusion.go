package cli

import (
	"cmp"
	"context"
	"fmt"
	"image"

	"deltaedit/engine"
)

// diffusions is how many edits by diffusion are measured at most: they are slow,
// and of even length.
const diffusions = 3

// benchDiffusion measures edits by diffusion of the photo on the table, as the
// window draws them, and adds them to the result.
func (s *session) benchDiffusion(ctx context.Context, e *engineFlags, runs int, res *benchResult) error {
	steps := s.Status().DiffusionSteps
	if e.kind.value == engine.GAN.String() || e.kind.value == "" && steps == 0 {
		return nil
	}
	r := benchRequest(0, 1)
	r.Engine, r.Steps = engine.Diffusion, e.steps
	var frame *image.RGBA
	draw := func(strength float64, what string) (engine.Timings, error) {
		t := engine.Timings{}
		r.Edits[0].Strength = strength
		err := s.Diffuse(ctx, r, t, func(d engine.DiffusionStep) error {
			s.report(what, float64(d.Step)/float64(d.Steps))
			if d.Draw == nil {
				return nil
			}
			return d.Draw(func(size image.Point) *image.RGBA {
				if frame == nil || frame.Rect.Size() != size {
					frame = image.NewRGBA(image.Rectangle{Max: size})
				}
				return frame
			})
		})
		return t, err
	}
	first, err := draw(1, "Preparing the diffusion")
	if err != nil {
		return err
	}
	var all []engine.Timings
	n := min(runs, diffusions)
	for i := range n {
		t, err := draw(0.9-0.1*float64(i), fmt.Sprintf("Diffusion %d of %d", i+1, n))
		if err != nil {
			return err
		}
		for _, name := range engine.DiffusionTimingNames() {
			t[name] = cmp.Or(t[name], first[name]) // what is done once
		}
		all = append(all, t)
	}
	for _, name := range engine.DiffusionTimingNames() {
		res.Timings[name] = median(all, name)
	}
	res.Steps = cmp.Or(e.steps, steps)
	res.PeakMB = peakMB()
	return nil
}
