package studio

import (
	"context"

	"deltaedit/engine"
)

// Variant draws one stage of a request like Draw. What it draws, and the photo scaled to
// the request's View, is kept apart from what Draw keeps. What is known of a face beside
// any request (its codes, mattes, style deltas) is shared both ways.
func (s *Studio) Variant(ctx context.Context, r engine.Request, stage engine.Stage, c engine.FrameImage) error {
	if _, err := s.current.faces(r); err != nil {
		return err
	}
	shown := s.current
	s.current = shown.forVariants()
	defer func() { s.current = shown }()
	if err := s.Invert(ctx, r, nil); err != nil {
		return err
	}
	if stage == engine.StageFinal && r.Renderer == engine.Diffusion {
		if err := s.Diffuse(ctx, r, engine.Timings{}, func(engine.DiffusionStep) error { return nil }); err != nil {
			return err
		}
	}
	return s.Draw(ctx, r, stage, c, nil)
}

// forVariants returns the photo with portraits that share the likenesses, and caches of
// its own.
func (o *openPhoto) forVariants() *openPhoto {
	if o.variants == nil {
		o.variants = &openPhoto{subject: o.subject, photo: o.photo, source: o.source, random: o.random}
		for _, p := range o.portraits {
			o.variants.portraits = append(o.variants.portraits, portraitOf(p.likeness))
		}
	}
	return o.variants
}
