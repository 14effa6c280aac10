package engine

import (
	"context"
	"strings"
	"time"

	"deltaedit/engine/delta"
	"deltaedit/engine/face"
	"deltaedit/engine/recipe"
)

// Studio is the pipeline over a model pack: one photo on the table, its faces,
// and what was computed about them. Stages open at their first use. Only one
// goroutine may use it.
type Studio struct {
	pack   recipe.Pack
	dir    string // the pack's folder
	chosen chosen

	detector  lazy[detector]
	matter    lazy[matter] // open is nil where the pack has none
	inverter  lazy[inverter]
	refiner   lazy[refiner]
	reader    lazy[reader]
	viewer    lazy[viewer]
	mapper    lazy[mapper]
	generator lazy[generator]
	denoiser  lazy[denoiser] // open is nil where the pack has none

	waited      time.Duration // for the rest of the generator
	refineSteps int           // that the pack recommends, 0 when it cannot refine

	diffusionSteps int // that the pack recommends, 0 when it has none

	table *table // nil before the first photo

	// Of the picture in work, used again for the next.
	stepped []delta.Step
	styled  []float32
	mattes  []face.Matte
	growth  face.Growth // what edited mattes are trimmed by
	layered []face.Layer
}

var _ Pipeline = (*Studio)(nil)

// Warm opens every stage that is not open yet, so that no later call has to. The
// refiner is large and seldom used: it opens when it is asked for, and closes after.
// The denoiser opens when it is asked for, and stays.
func (s *Studio) Warm(ctx context.Context, report Report) error {
	s.inverter.begin() // it takes as long as all others together
	open := []struct {
		task string
		get  func() error
	}{
		{"Loading the face detector", func() error { _, err := s.detector.get(ctx); return err }},
		{"Loading the person's matte", func() error {
			if s.matter.open == nil {
				return nil
			}
			_, err := s.matter.get(ctx)
			return err
		}},
		{"Loading the generator", func() error { _, err := s.generator.get(ctx); return err }},
		{"Loading the text encoder", func() error { _, err := s.reader.get(ctx); return err }},
		{"Loading the image encoder", func() error { _, err := s.viewer.get(ctx); return err }},
		{"Loading the delta mapper", func() error { _, err := s.mapper.get(ctx); return err }},
		{"Loading the inverter", func() error { _, err := s.inverter.get(ctx); return err }},
	}
	for i, o := range open {
		report(o.task, float64(i)/float64(len(open)))
		if err := o.get(); err != nil {
			return err
		}
	}
	return nil
}

// Status describes the pack, and of the stages what is known: the provider once
// the generator is open (until then that of the inverter), resolutions once the
// generator is, the threshold once the mapper is.
func (s *Studio) Status() Status {
	st := Status{
		Ready: true, Pack: s.pack.Name, PackDir: s.dir, Threshold: -1,
		Notice: s.chosen.notice, Decision: s.chosen.decision,
		RefineSteps: s.refineSteps, DiffusionSteps: s.diffusionSteps,
	}
	notice := func(n string) {
		if n != "" && !strings.Contains(st.Notice, n) {
			st.Notice = strings.TrimPrefix(st.Notice+"; "+n, "; ")
		}
	}
	if s.inverter.ready {
		st.Provider = s.inverter.stage.Provider()
		notice(s.inverter.stage.Notice())
	}
	if s.generator.ready {
		g := s.generator.stage
		st.Provider = g.Provider()
		notice(g.Notice())
		st.Resolution, st.PreviewResolution = g.Size(), g.PreviewSize()
	}
	if s.denoiser.ready {
		d := s.denoiser.stage
		st.DiffusionProvider = d.Provider()
		notice(d.Notice())
	}
	if s.mapper.ready {
		st.Threshold = s.mapper.stage.Threshold()
	}
	return st
}

// Loading returns the time that was spent on opening stages so far.
func (s *Studio) Loading() time.Duration {
	return s.detector.took + s.matter.took + s.inverter.took + s.refiner.took + s.reader.took + s.viewer.took + s.mapper.took + s.generator.took + s.denoiser.took + s.waited
}

// Pack returns the name, version and hash of the pack in use.
func (s *Studio) Pack() recipe.Pack { return s.pack }

// Close frees every stage that was opened.
func (s *Studio) Close() error {
	s.table = nil
	return closeAll(&s.denoiser, &s.mapper, &s.viewer, &s.reader, &s.generator, &s.refiner, &s.inverter, &s.matter, &s.detector)
}
