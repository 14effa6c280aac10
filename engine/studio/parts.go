package studio

import (
	"context"
	"image"

	"deltaedit/engine"
	"deltaedit/engine/compose"
	"deltaedit/engine/prompt"
	"deltaedit/engine/synth"
)

// parses reports whether the parts of faces are looked for: when the pack has a parser and
// the face is that of a photo, of which much is worth keeping.
func (s *Studio) parses() bool {
	return s.parser.open != nil && s.current.random == nil
}

// setParts tells the composer the parts of the face. aligned and reconstruction are the
// pictures that the composer was made with.
func (s *Studio) setParts(ctx context.Context, p *portrait, c *compose.Composer, aligned *image.RGBA, reconstruction synth.Picture) error {
	if !s.parses() {
		return nil
	}
	m, err := s.parser.get(ctx)
	if err != nil {
		return err
	}
	if err := s.findParts(ctx, p); err != nil {
		return err
	}
	parts, err := m.Picture(ctx, reconstruction.Side, reconstruction.Pix)
	if err != nil {
		return err
	}
	c.SetParts(aligned, p.parts, parts)
	return nil
}

// findParts finds the parts of a face in the photo. The pack must have a parser.
func (s *Studio) findParts(ctx context.Context, p *portrait) error {
	if !p.parts.Empty() {
		return nil
	}
	m, err := s.parser.get(ctx)
	if err != nil {
		return err
	}
	p.parts, err = m.Photo(ctx, s.current.normalised(p, m.Side()))
	return err
}

// editedParts tells the composer the parts of an edited picture. rough is true when they
// were found on an earlier one, while the slider moves.
func (s *Studio) editedParts(ctx context.Context, p *portrait, r engine.Request, c *compose.Composer, pic synth.Picture) (rough bool, err error) {
	if !s.parses() {
		return false, nil
	}
	v := &p.dragParts
	if rough = v.serves(r); !rough {
		m, err := s.parser.get(ctx)
		if err != nil {
			return false, err
		}
		parts, err := m.Picture(ctx, pic.Side, pic.Pix)
		if err != nil {
			return false, err
		}
		v.parts = parts.Clone(v.parts)
		v.found(r)
	}
	c.EditedParts(v.parts, p.keepsStrands(r))
	return rough, nil
}

// keepsStrands reports whether a request changes the tone of the face's hair and not its
// shape.
func (p *portrait) keepsStrands(r engine.Request) bool {
	tone := false
	for _, e := range r.Edits {
		d := p.styleDeltas[promptPair{e.Source, e.Target}]
		if d == nil || e.Strength == 0 {
			continue
		}
		switch d.direction.Hair {
		case prompt.HairTone:
			tone = true
		case prompt.HairShape:
			return false
		}
	}
	return tone
}
