// Package studio does the work of the engine over a model pack: it opens photos,
// inverts faces, reads prompts, draws edits with the generator or by diffusion, refines
// reconstructions, and writes the results.
package studio

import (
	"context"
	"strings"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/compose"
	"deltaedit/engine/delta"
	"deltaedit/engine/face"
	"deltaedit/engine/invert/store"
	"deltaedit/engine/recipe"
)

// Studio is an engine.Pipeline over a model pack. It holds the open photo, its faces,
// and what was computed about them. Each model is opened at its first use. Only one
// goroutine may use a Studio.
type Studio struct {
	pack   recipe.Pack
	dir    string // the pack's folder
	choice providerChoice
	kept   *store.Store // nil when inversions are not kept
	brief  bool         // engine.Options.Brief: inverter and encoders are closed after their use

	detector     lazy[detector]
	segmenter    lazy[segmenter] // open is nil when the pack has none
	parser       lazy[parser]    // open is nil when the pack has none
	inverter     lazy[inverter]
	refiner      lazy[refiner]
	textEncoder  lazy[textEncoder]
	imageEncoder lazy[imageEncoder]
	mapper       lazy[mapper]
	generator    lazy[generator]
	denoiser     lazy[denoiser] // open is nil where the pack has none

	// With meanwhile, inverter and generator run on the CPU until later takes their place.
	meanwhile bool
	later     lazy[*successors]
	cancel    context.CancelFunc // of later's opening; nil without meanwhile
	openOnCPU struct {
		inverter  func() (inverter, error)
		generator func() (generator, error)
	}

	waited      time.Duration // time spent waiting for the second part of the generator
	refineSteps int           // recommended by the pack, 0 when it cannot refine

	diffusionSteps int // recommended by the pack, 0 when it has no diffusion

	// ahead is the photo that is decoded while the pack is loaded; decode is nil for none.
	ahead struct {
		path   string
		decode func() (*Decoded, error)
	}

	expected engine.Request // what the next photo is opened for; without edits when unknown
	current  *openPhoto     // nil before the first photo

	// Memory for the picture in work, used again for the next one.
	shifts        []delta.Shift
	editedStyle   []float32
	mattes        []face.Matte
	growth        compose.Growth // trims the mattes of edited pictures
	scratchLayers []compose.Layer
}

var _ engine.Pipeline = (*Studio)(nil)

// Expect says what the next photo is opened for. The models that the request needs are then
// opened side by side in the background: the small ones at once, the large ones while the
// faces of the photo are looked for.
func (s *Studio) Expect(r engine.Request) {
	s.expected = r
	s.detector.begin()
	if r.Untouched() {
		return
	}
	s.imageEncoder.begin()
	s.mapper.begin()
	s.parser.begin()
	if !r.Aligned {
		s.segmenter.begin()
	}
}

// Warm opens the models, so that later calls need not wait for them. The refiner and
// the denoiser, which are large and not always needed, are still opened at their first
// use.
func (s *Studio) Warm(ctx context.Context, progress engine.ProgressFunc) error {
	// Each of them takes as long as most of the others together.
	s.inverter.begin()
	s.textEncoder.begin()
	open := []struct {
		model string
		get   func() error
	}{
		{"face detector", func() error { _, err := s.detector.get(ctx); return err }},
		{"person's matte", func() error {
			if s.segmenter.open == nil {
				return nil
			}
			_, err := s.segmenter.get(ctx)
			return err
		}},
		{"parser", func() error {
			if s.parser.open == nil {
				return nil
			}
			_, err := s.parser.get(ctx)
			return err
		}},
		{"generator", func() error { _, err := s.generator.get(ctx); return err }},
		{"text encoder", func() error { _, err := s.textEncoder.get(ctx); return err }},
		{"image encoder", func() error { _, err := s.imageEncoder.get(ctx); return err }},
		{"delta mapper", func() error { _, err := s.mapper.get(ctx); return err }},
		{"inverter", func() error { _, err := s.inverter.get(ctx); return err }},
	}
	for i, o := range open {
		progress(engine.Task{Kind: engine.TaskLoadModel, Name: o.model}, float64(i)/float64(len(open)))
		if err := o.get(); err != nil {
			return err
		}
	}
	s.later.begin()
	return nil
}

// Status describes the pack and the models that are open: the provider and resolutions
// are those of the generator (before that, the provider is the inverter's, or else the one
// that was chosen), the threshold is that of the mapper.
func (s *Studio) Status() engine.Status {
	st := engine.Status{
		Ready: true, Pack: s.pack.Name, PackDir: s.dir, Threshold: -1, Provider: s.choice.provider,
		Notice: s.choice.notice, Decision: s.choice.decision,
		RefineSteps: s.refineSteps, DiffusionSteps: s.diffusionSteps,
	}
	notice := func(n string) {
		if n != "" && !strings.Contains(st.Notice, n) {
			st.Notice = strings.TrimPrefix(st.Notice+"; "+n, "; ")
		}
	}
	if s.inverter.ready {
		st.Provider = s.inverter.model.Provider()
		notice(s.inverter.model.Notice())
	}
	if s.generator.ready {
		g := s.generator.model
		st.Provider = g.Provider()
		notice(g.Notice())
		st.Resolution, st.PreviewResolution = g.Size(), g.PreviewSize()
	}
	if s.denoiser.ready {
		d := s.denoiser.model
		st.DiffusionProvider = d.Provider()
		notice(d.Notice())
	}
	if s.mapper.ready {
		st.Threshold = s.mapper.model.Threshold()
	}
	return st
}

// Loading returns the time that was spent on opening models so far.
func (s *Studio) Loading() time.Duration {
	return s.detector.took + s.segmenter.took + s.parser.took + s.inverter.took + s.refiner.took + s.textEncoder.took + s.imageEncoder.took + s.mapper.took + s.generator.took + s.denoiser.took + s.waited
}

// Pack returns the name, version and hash of the pack in use.
func (s *Studio) Pack() recipe.Pack { return s.pack }

// Close frees the models.
func (s *Studio) Close() error {
	s.current = nil
	if s.cancel != nil {
		s.cancel() // what is being opened is waited for, and nothing more is opened
	}
	return closeAll(&s.later, &s.denoiser, &s.mapper, &s.imageEncoder, &s.textEncoder, &s.generator, &s.refiner, &s.inverter, &s.parser, &s.segmenter, &s.detector, s.kept)
}
