package studio

import (
	"context"

	"deltaedit/engine"
	"deltaedit/engine/recipe"
)

// Aside is a studio with an open photo of its own, which uses the models of another
// studio: a batch beside the photo that a person edits. Its methods do what the studio's
// do, and only the goroutine that uses the studio may call them.
type Aside struct {
	studio *Studio
	photo  *openPhoto
}

// Aside returns an Aside of the studio, without a photo.
func (s *Studio) Aside() *Aside { return &Aside{studio: s} }

// enter makes the aside's photo the studio's; the result is called to make it the other
// way round again.
func (a *Aside) enter() (leave func()) {
	shown := a.studio.current
	a.studio.current = a.photo
	return func() { a.photo, a.studio.current = a.studio.current, shown }
}

// Status describes the pack and the models that are open.
func (a *Aside) Status() engine.Status { return a.studio.Status() }

// Pack returns the name, version and hash of the pack in use.
func (a *Aside) Pack() recipe.Pack { return a.studio.Pack() }

// OpenDecoded finds the faces of a photo and makes it the aside's open one.
func (a *Aside) OpenDecoded(ctx context.Context, id uint64, d *Decoded, t engine.Timings, progress engine.ProgressFunc) (engine.Subject, error) {
	defer a.enter()()
	return a.studio.OpenDecoded(ctx, id, d, t, progress)
}

// Invert finds the style codes of the request's faces.
func (a *Aside) Invert(ctx context.Context, r engine.Request, t engine.Timings) error {
	defer a.enter()()
	return a.studio.Invert(ctx, r, t)
}

// Directions computes Δt of every prompt pair, and ΔS of every pair and face.
func (a *Aside) Directions(ctx context.Context, r engine.Request, t engine.Timings) ([]engine.PromptReport, error) {
	defer a.enter()()
	return a.studio.Directions(ctx, r, t)
}

// Render renders the request at full resolution.
func (a *Aside) Render(ctx context.Context, r engine.Request, t engine.Timings, progress engine.ProgressFunc) (*Rendered, error) {
	defer a.enter()()
	return a.studio.Render(ctx, r, t, progress)
}
