package studio

import (
	"context"
	"errors"
	"fmt"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/delta"
	"deltaedit/engine/invert"
	"deltaedit/engine/invert/store"
	"deltaedit/engine/measure"
	"deltaedit/engine/onnx"
	"deltaedit/engine/prompt"
	"deltaedit/engine/studio/masks"
)

// vectorSide is the side, in pixels, of the aligned square for the image encoder, which
// scales it to its own size.
const vectorSide = 256

// Invert finds the style codes of the request's faces. When the pack lacks what the
// request needs, it returns an error before any work.
func (s *Studio) Invert(ctx context.Context, r engine.Request, t engine.Timings) error {
	faces, err := s.current.faces(r)
	if err != nil {
		return err
	}
	if r.Renderer == engine.Diffusion {
		if _, err := s.stepsOf(r); err != nil {
			return err
		}
	}
	for _, p := range faces {
		if s.parser.open == nil && masks.NeedParser(s.current.own(p, r).Edits) {
			return fmt.Errorf("pack %q: %w", s.pack.Name, engine.ErrNoRegions)
		}
		if p.code != nil {
			continue
		}
		if p.code, err = s.invert(ctx, p, t); err != nil {
			return err
		}
	}
	if s.brief {
		_ = s.inverter.Close() // an error would come too late to matter
	}
	return nil
}

// invert returns the style code of a face, kept from an earlier time or found now.
func (s *Studio) invert(ctx context.Context, p *portrait, t engine.Timings) (*invert.Code, error) {
	start := time.Now()
	in := s.inversionOf(s.current.source.SHA256)
	in.Alignment, in.Square = p.alignment, s.current.normalised(p, toneSide)
	for _, in.Provider = range s.inverters() {
		if code, ok := s.kept.Get(in.Key()); ok {
			t.Since(engine.TimingInvert, start)
			return &code, nil
		}
	}
	t.Since(engine.TimingInvert, start)
	inv, err := s.inverter.get(ctx)
	if err != nil {
		return nil, err
	}
	defer t.Since(engine.TimingInvert, time.Now())
	code, err := inv.Invert(ctx, s.current.normalised(p, inv.Side()))
	if err != nil {
		return nil, err
	}
	in.Provider = inv.Provider() // another may have taken the place of the one that was chosen
	s.kept.Put(in.Key(), code)
	return &code, nil
}

// inverters returns the providers whose kept inversions may be used.
func (s *Studio) inverters() []string {
	if s.meanwhile {
		return []string{s.choice.provider, measure.CPU}
	}
	return []string{s.choice.provider}
}

// knows reports whether inversions of a photo are kept.
func (s *Studio) knows(sum string) bool {
	in := s.inversionOf(sum)
	for _, in.Provider = range s.inverters() {
		if s.kept.Knows(in) {
			return true
		}
	}
	return false
}

// inversionOf returns what all inversions of a photo depend on but for the provider; its file
// has the given SHA-256.
func (s *Studio) inversionOf(sum string) store.Inputs {
	return store.Inputs{Pack: s.pack.Manifest, Runtime: onnx.Version(), Photo: sum}
}

// Directions computes Δt of every prompt pair, and ΔS of every pair and face.
func (s *Studio) Directions(ctx context.Context, r engine.Request, t engine.Timings) ([]engine.PromptReport, error) {
	faces, err := s.current.faces(r)
	if err != nil {
		return nil, err
	}
	for _, p := range faces {
		for _, e := range s.current.own(p, r).Edits {
			if _, err := s.styleDelta(ctx, p, e, t); err != nil {
				return nil, err
			}
		}
	}
	last, within := &s.current.reports, s.withinPerson(r)
	if last.reports != nil && last.within == within && engine.SameTexts(last.edits, r.Edits) {
		return last.reports, nil
	}
	m, err := s.mapper.get(ctx)
	if err != nil {
		return nil, err
	}
	reports := make([]engine.PromptReport, len(r.Edits))
	for i, e := range r.Edits {
		d, err := s.direction(ctx, e, t)
		if err != nil {
			return nil, err
		}
		reports[i] = newPromptReport(e, d, m.Threshold(), within)
	}
	last.edits, last.within, last.reports = append(last.edits[:0], r.Edits...), within, reports
	if s.brief {
		_ = closeAll(&s.textEncoder, &s.imageEncoder) // what they said is kept
	}
	return reports, nil
}

// direction returns Δt of an edit. The text encoder caches it.
func (s *Studio) direction(ctx context.Context, e engine.Edit, t engine.Timings) (prompt.Direction, error) {
	rd, err := s.textEncoder.get(ctx)
	if err != nil {
		return prompt.Direction{}, err
	}
	defer t.Since(engine.TimingText, time.Now())
	return rd.Delta(ctx, e.Source, e.Target)
}

// styleDelta returns ΔS of an edit for a face, from the cache or computed.
func (s *Studio) styleDelta(ctx context.Context, p *portrait, e engine.Edit, t engine.Timings) (*styleDelta, error) {
	k := promptPair{e.Source, e.Target}
	if b := p.styleDeltas[k]; b != nil {
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
	defer t.Since(engine.TimingDelta, time.Now())
	conditioned, err := s.conditioned(ctx, p, d)
	if err != nil {
		return nil, err
	}
	ds, err := m.Delta(ctx, p.code.Style, vector, conditioned)
	if err != nil {
		return nil, err
	}
	if len(p.styleDeltas) >= maxStyleDeltas {
		clear(p.styleDeltas)
	}
	b := &styleDelta{direction: d, conditioned: conditioned, style: ds}
	p.styleDeltas[k] = b
	return b, nil
}

// conditioned returns the direction that the delta mapper is given for a face.
func (s *Studio) conditioned(ctx context.Context, p *portrait, d prompt.Direction) ([]float32, error) {
	if d.KeptHair == nil || !s.parses() {
		return d.Conditioned, nil
	}
	if err := s.findParts(ctx, p); err != nil {
		return nil, err
	}
	if p.keepsHair() {
		return d.KeptHair, nil
	}
	return d.Conditioned, nil
}

// vector returns the unit vector of the face in the shared image and text space.
func (s *Studio) vector(ctx context.Context, p *portrait) ([]float32, error) {
	if p.vector != nil {
		return p.vector, nil
	}
	v, err := s.imageEncoder.get(ctx)
	if err != nil {
		return nil, err
	}
	p.vector, err = v.Vector(ctx, s.current.normalised(p, vectorSide))
	return p.vector, err
}

// shiftsOf returns the shifts of the style code that edits make, for the mapper. They are
// valid until the next call.
func (s *Studio) shiftsOf(ctx context.Context, p *portrait, edits []engine.Edit, t engine.Timings) ([]delta.Shift, error) {
	m, err := s.mapper.get(ctx)
	if err != nil {
		return nil, err
	}
	out := s.shifts[:0]
	for _, e := range edits {
		b, err := s.styleDelta(ctx, p, e, t)
		if err != nil {
			return nil, err
		}
		face, err := s.vector(ctx, p)
		if err != nil {
			return nil, err
		}
		d := &b.direction
		threshold, has := d.RelevanceThreshold(m.Threshold()), d.HasThreshold()
		if e.HasThreshold {
			threshold, has = e.Threshold, true
		}
		out = append(out, delta.Shift{
			DeltaStyle: b.style,
			Direction:  b.conditioned,
			Length:     d.Length,
			Strength:   d.Pace(e.Strength, face) * gain(d), // a Gain of 0 would be taken as 1
			Gain:       1,

			Threshold: threshold, HasThreshold: has, Fixed: e.HasThreshold,
		})
	}
	s.shifts = out
	return out, nil
}

// gain returns the factor that calibrates an edit and weakens one that the pack does not
// know. A pack without concepts weakens nothing.
func gain(d *prompt.Direction) float64 {
	if len(d.Nearest) == 0 {
		return d.Gain
	}
	return d.Gain * d.Weight()
}

// TextVector returns the unit vector of a text in the shared space.
func (s *Studio) TextVector(ctx context.Context, text string) ([]float32, error) {
	rd, err := s.textEncoder.get(ctx)
	if err != nil {
		return nil, err
	}
	return rd.Text(ctx, text)
}

// ImageVector returns the unit vector of one face of the open photo.
func (s *Studio) ImageVector(ctx context.Context, r engine.Request) ([]float32, error) {
	faces, err := s.current.faces(r)
	if err != nil {
		return nil, err
	}
	if len(faces) != 1 {
		return nil, fmt.Errorf("%w: %d faces have as many vectors: choose one", engine.ErrNoSuchFace, len(faces))
	}
	return s.vector(ctx, faces[0])
}
