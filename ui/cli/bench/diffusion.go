package bench

import (
	"cmp"
	"context"
	"fmt"
	"image"

	"deltaedit/engine"
)

// diffusions is the maximum number of measured edits by diffusion: they are slow, and
// their times vary little.
const diffusions = 3

// AddDiffusion measures edits by diffusion, rendered as in the window, of the photo
// that Run has left open, and adds their times to the result. steps is the number of
// steps in each direction, 0 for the pack's default.
func (res *Result) AddDiffusion(ctx context.Context, s Studio, steps, runs int, say func(text string)) error {
	r := request(0, 1)
	r.Photo = res.Drag.photo
	r.Renderer, r.Steps = engine.Diffusion, steps
	var frame *image.RGBA
	draw := func(strength float64, what string) (engine.Timings, error) {
		t := engine.Timings{}
		r.Edits[0].Strength = strength
		err := s.Diffuse(ctx, r, t, func(d engine.DiffusionStep) error {
			say(what)
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
			t[name] = cmp.Or(t[name], first[name]) // stages that run only once
		}
		all = append(all, t)
	}
	for _, name := range engine.DiffusionTimingNames() {
		res.Timings[name] = median(all, name)
	}
	res.Steps = cmp.Or(steps, s.Status().DiffusionSteps)
	res.PeakMB = peakMB()
	return nil
}
