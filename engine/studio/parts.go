package studio

import (
	"context"
	"image"
	"slices"

	"deltaedit/engine"
	"deltaedit/engine/compose"
	"deltaedit/engine/face"
	"deltaedit/engine/face/drawnhair"
	"deltaedit/engine/face/partcolour"
	"deltaedit/engine/invert"
	"deltaedit/engine/prompt"
	"deltaedit/engine/synth"
)

// parses reports whether the parts of faces are looked for: when the pack has a parser and
// the face is that of a photo, of which much is worth keeping.
func (s *Studio) parses() bool {
	return s.parser.open != nil && s.current.random == nil
}

// setParts tells the composer the parts of the face, and those around it if they were found.
// aligned and reconstruction are the pictures that the composer was made with.
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
	c.SetParts(aligned, p.parts, p.wideParts, parts)
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
	var person face.Matte
	if s.segmenter.open != nil {
		mattes, err := s.person(ctx, p)
		if err != nil {
			return err
		}
		person = mattes[0]
	}
	hair, err := s.drawnHair(ctx, p)
	if err != nil {
		return err
	}
	aligned := s.current.normalised(p, m.Side())
	parts, err := m.Photo(ctx, aligned)
	if err == nil {
		p.parts = corrected(parts, aligned, person, hair, p.face, p.alignment)
	}
	return err
}

// findWideParts finds the parts on the square around a face in the photo. The pack must have
// a parser.
func (s *Studio) findWideParts(ctx context.Context, p *portrait) error {
	if !p.wideParts.Empty() {
		return nil
	}
	m, err := s.parser.get(ctx)
	if err != nil {
		return err
	}
	if err := s.findParts(ctx, p); err != nil {
		return err
	}
	if s.segmenter.open != nil {
		if err := s.findWideMatte(ctx, p); err != nil {
			return err
		}
	}
	hair, err := s.drawnHair(ctx, p)
	if err != nil {
		return err
	}
	if hair.Side != 0 {
		hair = drawnhair.Around(hair)
	}
	al := p.alignment.Around()
	aligned := s.current.tone(p).Normalise(al.Crop(s.current.photo.Image, m.Side()))
	parts, err := m.Photo(ctx, aligned)
	if err != nil {
		return err
	}
	parts.Inset(p.parts)
	p.wideParts = corrected(parts, aligned, p.wideMatte, hair, p.face, al)
	drawnhair.Hanging(p.wideParts, face.Clothes)
	return nil
}

// drawnHair returns where the generator draws hair when it draws the face by its style code alone,
// and around it. The parser knows the generator's pictures best: it takes a dark shirt for hair,
// but not where the generator draws a shirt. The zero value is returned before the inversion.
func (s *Studio) drawnHair(ctx context.Context, p *portrait) (face.Matte, error) {
	if p.hair.Side != 0 || p.code == nil || s.generator.open == nil {
		return p.hair, nil
	}
	m, err := s.parser.get(ctx)
	if err != nil {
		return face.Matte{}, err
	}
	code := *p.code
	code.Offset = nil
	pic, err := s.picture(ctx, &code, code.Style, engine.StagePreview, nil)
	if err != nil {
		return face.Matte{}, err
	}
	parts, err := m.Picture(ctx, pic.Side, pic.Pix)
	if err != nil {
		return face.Matte{}, err
	}
	p.hair = drawnhair.Of(parts)
	return p.hair, nil
}

// corrected corrects the parts of an aligned square of the photo by its colours and its face: a
// beard is skin, whatever it looks like. person is the matte of the square, and hair where there
// may be some, the zero value when nobody knows. It returns the same parts.
func corrected(parts face.Parts, aligned *image.RGBA, person, hair face.Matte, f *face.Face, al face.Alignment) face.Parts {
	partcolour.Correct(parts, aligned, person, hair)
	if f != nil {
		chin := f.Chin(al, parts.Side())
		parts.Move(face.Hair, face.Skin, chin)
		parts.Move(face.Clothes, face.Skin, chin)
	}
	return parts
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
	c.EditedParts(v.parts, p.about(r))
	return rough, nil
}

// about returns which parts of the portrait a request's edits are about.
func (p *portrait) about(r engine.Request) compose.Subject {
	about := compose.Subject{SkinStays: true, EyesStay: true, HairToneStays: true}
	edits, colours, adds := 0, 0, true
	for _, e := range r.Edits {
		d := p.styleDeltas[promptPair{e.Source, e.Target}]
		if d == nil || e.Strength == 0 {
			continue
		}
		edits++
		hair := compose.HairStays
		switch d.direction.Subject.Hair {
		case prompt.HairColour:
			colours++
			hair = compose.HairTone
		case prompt.HairTone:
			hair = compose.HairTone
		case prompt.HairGrows:
			if !p.keepsHair() {
				hair = compose.HairShape
			}
			about.HairAdds = about.HairAdds || hair == compose.HairShape
		case prompt.HairShape:
			hair, adds = compose.HairShape, false
		}
		about.Hair = max(about.Hair, hair)
		about.HairFades = about.HairFades || d.direction.Subject.HairFades && e.Strength > 0
		about.HairToneStays = about.HairToneStays && !d.direction.Subject.HairTone
		about.SkinStays = about.SkinStays && d.direction.Subject.SkinStays
		about.EyesStay = about.EyesStay && d.direction.Subject.EyesStay
		about.Outline = about.Outline || d.direction.Subject.Outline
		if d.direction.Subject.NewSkin {
			about.NewSkin = max(about.NewSkin, float32(min(e.Strength, 1)))
		}
		for _, worn := range d.direction.Subject.Worn {
			about.Glasses = about.Glasses || worn == prompt.PartGlasses
			about.Hat = about.Hat || worn == prompt.PartHat
		}
	}
	if edits == 0 {
		return compose.Subject{}
	}
	about.HairAdds = about.HairAdds && adds
	about.HairToneStays = about.HairToneStays && about.Hair == compose.HairShape
	if colours == edits && about.Hair == compose.HairTone {
		about.Hair = compose.HairColour
	}
	return about
}

// growsHair reports whether a request's edits may add hair: one draws it anew, and none takes it
// away.
func (p *portrait) growsHair(r engine.Request) bool {
	hair := movingPart(prompt.PartHair)
	return p.about(r).Hair == compose.HairShape && p.moves(r)[hair] == 0
}

// Hair is long when it has this share of the square from the height of the nose on, and a hat
// covers it when it has that share above. The height is a share of the side.
const (
	noseHeight    = 0.6
	longHairShare = 0.14
	hatShare      = 0.04
)

// keepsHair reports whether an edit that makes short hair long leaves the photo's as it is: it
// hangs down beside the face already, or a hat covers it.
func (p *portrait) keepsHair() bool {
	if p.parts.Empty() {
		return false
	}
	mean := func(part face.Part, from, to float64) float32 {
		m := p.parts.Of(part)
		rows := m.Alpha[int(from*float64(m.Side))*m.Side : int(to*float64(m.Side))*m.Side]
		var sum float32
		for _, v := range rows {
			sum += v
		}
		return sum / float32(len(rows))
	}
	return mean(face.Hair, noseHeight, 1) >= longHairShare || mean(face.Hat, 0, noseHeight) >= hatShare
}

// movingParts are the parts that an edit may move. A part is widened by a share of the
// square's side, since it may go to a place beside it.
var movingParts = [...]struct {
	name  string
	part  face.Part
	wider float64
}{
	{prompt.PartHair, face.Hair, 2.0 / 128},
	{prompt.PartBrows, face.Brows, 3.0 / 128},
	{prompt.PartMouth, face.Mouth, 6.0 / 128},
	{prompt.PartBeard, face.Mouth, 24.0 / 128},
}

// movingPart returns the index of a part in movingParts.
func movingPart(name string) int {
	for i, m := range movingParts {
		if m.name == name {
			return i
		}
	}
	panic("studio: no moving part " + name)
}

// editedCode returns the code of a face for drawing a request's edits: that of the photo,
// or with a feature offset from which the parts that they move have faded. The offset is
// valid until the next but one call.
func (s *Studio) editedCode(ctx context.Context, p *portrait, r engine.Request) (*invert.Code, error) {
	amounts := p.moves(r)
	if p.code.Offset == nil || !s.parses() || amounts == [len(movingParts)]float32{} {
		return p.code, nil
	}
	side := s.generator.model.OffsetSide()
	if side == 0 {
		return p.code, nil
	}
	if err := s.findParts(ctx, p); err != nil {
		return nil, err
	}
	if p.fading == nil {
		places := make([][]float32, len(movingParts))
		for i, m := range movingParts {
			places[i] = compose.Widened(p.parts.Of(m.part), side, m.wider)
		}
		p.fading = synth.NewFading(places...)
	}
	code := *p.code
	code.Offset = p.fading.Offset(code.Offset, amounts[:])
	return &code, nil
}

// moves returns how far a request's edits move each of the movingParts, in [0, 1].
func (p *portrait) moves(r engine.Request) (amounts [len(movingParts)]float32) {
	for _, e := range r.Edits {
		d := p.styleDeltas[promptPair{e.Source, e.Target}]
		if d == nil || e.Strength <= 0 {
			continue
		}
		for i, m := range movingParts {
			if slices.Contains(d.direction.Subject.Moves, m.name) {
				amounts[i] = max(amounts[i], float32(min(e.Strength, 1)))
			}
		}
	}
	return amounts
}
