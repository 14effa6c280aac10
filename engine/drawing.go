package engine

import (
	"context"
	"image"
	"time"

	"deltaedit/engine/face"
	"deltaedit/engine/invert"
	"deltaedit/engine/synth"
)

// Kept reports whether the stage has been drawn for these edits already.
func (s *Studio) Kept(r Request, stage Stage) bool {
	faces, err := s.table.faces(r)
	if err != nil || len(faces) != 1 {
		return false
	}
	if stage == StageFinal && r.Engine == Diffusion {
		n, err := s.stepsOf(r)
		l := faces[0].latents[n]
		return err == nil && l != nil && l.edited != nil && l.of.is(r)
	}
	return faces[0].drawn[surface{stage: stage, aligned: s.table.square(r)}].shows(r)
}

// Draw paints one stage of the request, scaled to fit its View.
func (s *Studio) Draw(ctx context.Context, r Request, stage Stage, c Canvas, t Timings) error {
	faces, err := s.table.faces(r)
	if err != nil {
		return err
	}
	base, err := s.base(ctx, faces[0], r)
	if err != nil {
		return err
	}
	layers := s.layered[:0]
	switch {
	case r.Untouched():
	case stage == StageFinal && r.Engine == Diffusion:
		if layers, err = s.diffused(ctx, r, t); err != nil {
			return err
		}
	case stage == StageFinal && len(faces) > 1:
		// So many full-size changes are not kept side by side.
		if base, err = s.composite(ctx, r, false, t); err != nil {
			return err
		}
	default:
		for _, p := range faces {
			l, err := s.layer(ctx, p, r, t, stage)
			if err != nil {
				return err
			}
			layers = append(layers, l)
		}
		s.layered = layers
	}
	defer t.since(lapPaste, time.Now())
	v := s.view(base, r)
	v.Draw(c(v.Size()), layers...)
	return nil
}

// base returns the picture that the request's changes are added to: the photo,
// or the aligned square of its face.
func (s *Studio) base(ctx context.Context, p *portrait, r Request) (*image.NRGBA, error) {
	if !s.table.square(r) {
		return s.table.photo.Image, nil
	}
	v := &s.table.view
	if v.base != nil && v.key.sq && v.key.face == r.Face {
		return v.base, nil
	}
	g, err := s.generator.get(ctx)
	if err != nil {
		return nil, err
	}
	return face.Opaque(s.table.aligned(p, g.Size())), nil
}

// view returns base at the size of the request's view, made once.
func (s *Studio) view(base *image.NRGBA, r Request) *face.View {
	v := &s.table.view
	key := viewKey{box: r.View, sq: s.table.square(r)}
	if key.sq {
		key.face = r.Face
	}
	if v.view == nil || v.key != key || v.base != base {
		box := r.View
		if box.X <= 0 || box.Y <= 0 {
			box = base.Rect.Size()
		}
		v.key, v.base, v.view = key, base, face.NewView(base, box)
	}
	return v.view
}

// layer returns the change of one face by the request's edits, at the last of
// the stages. The generator runs them in order: on the way to the full size a
// preview costs next to nothing, since the full size goes on from its work.
func (s *Studio) layer(ctx context.Context, p *portrait, r Request, t Timings, stages ...Stage) (face.Layer, error) {
	on := surface{stage: stages[len(stages)-1], aligned: s.table.square(r)}
	d, err := s.drawing(ctx, p, on, t)
	if err != nil {
		return face.Layer{}, err
	}
	if !d.shows(r) {
		style, err := s.style(ctx, p, r, t)
		if err != nil {
			return face.Layer{}, err
		}
		var pic synth.Picture
		for _, stage := range stages {
			if pic, err = s.picture(ctx, p.code, style, stage, t); err != nil {
				return face.Layer{}, err
			}
		}
		if err := s.compose(ctx, p, r, d, pic, t); err != nil {
			return face.Layer{}, err
		}
	}
	return face.Layer{Alignment: s.place(p, r), Change: d.change}, nil
}

// compose makes the change that an edited picture of the request stands for the
// drawing's.
func (s *Studio) compose(ctx context.Context, p *portrait, r Request, d *drawing, pic synth.Picture, t Timings) error {
	defer t.since(lapPaste, time.Now())
	mattes, rough, err := s.people(ctx, p, r, pic)
	if err == nil {
		d.change, d.rough = d.composer.Compose(pic.Pix, mattes...), rough
		d.of.set(r)
	}
	return err
}

// withinPerson reports whether only the person of the request's photo changes: not
// of the square alone, of a generated face, and with a pack that cannot tell.
func (s *Studio) withinPerson(r Request) bool {
	return s.matter.open != nil && s.table.random == nil && !s.table.square(r)
}

// matteEvery is the number of previews of a moving slider that one matte of the
// edited picture serves: finding it costs a tenth of a preview, and from one to the
// next a person's outline hardly moves. When the slider rests it is the picture's
// own.
const matteEvery = 3

// people returns where in a face's square the person is, in the photo and in an
// edited picture, so that nothing else of the whole photo changes. There are none
// for the square alone, for a generated face, and for a pack that has no component
// for them. rough says that while the slider moves a matte of a moment before has
// served. The mattes are the studio's own, valid until the next call.
func (s *Studio) people(ctx context.Context, p *portrait, r Request, pic synth.Picture) (mattes []face.Matte, rough bool, err error) {
	if !s.withinPerson(r) {
		return nil, false, nil
	}
	person, err := s.person(ctx, p)
	if err != nil {
		return nil, false, err
	}
	v := &p.moving
	if rough = r.Quality == QualityDrag && v.of.reads(r) && v.uses < matteEvery; !rough {
		edited, err := s.edited(ctx, pic, person)
		if err != nil {
			return nil, false, err
		}
		v.alpha, v.uses = append(v.alpha[:0], edited.Alpha...), 0
		v.of.set(r)
	}
	v.uses++
	s.mattes = append(append(s.mattes[:0], person...), face.Matte{Side: person[0].Side, Alpha: v.alpha})
	return s.mattes, rough, nil
}

// edited returns the matte of an edited picture of a face whose mattes in the photo
// are person, without what grows there and is slight. It is the model's own, valid until
// the next.
func (s *Studio) edited(ctx context.Context, pic synth.Picture, person []face.Matte) (face.Matte, error) {
	m, err := s.matter.get(ctx)
	if err != nil {
		return face.Matte{}, err
	}
	edited, err := m.Picture(ctx, pic.Side, pic.Pix)
	if err == nil {
		s.growth.Trim(edited, person...)
	}
	return edited, err
}

// person returns the mattes of a face's square in the photo: the person, and the
// face itself. The pack has the component for them.
func (s *Studio) person(ctx context.Context, p *portrait) ([]face.Matte, error) {
	if p.person == nil {
		m, err := s.matter.get(ctx)
		if err != nil {
			return nil, err
		}
		photo, err := m.Photo(ctx, s.table.aligned(p, m.Side()))
		if err != nil {
			return nil, err
		}
		p.person = []face.Matte{photo, p.face.Outline(p.align, m.Side())}
	}
	return p.person[:2:2], nil
}

// extend lets changes of the person's hair go on beyond the face's square in the photo,
// where the pack can tell what is the person.
func (s *Studio) extend(ctx context.Context, p *portrait, c *face.Composer) error {
	if s.matter.open == nil {
		return nil
	}
	person, err := s.person(ctx, p)
	if err != nil {
		return err
	}
	if p.around.Side == 0 {
		m, err := s.matter.get(ctx)
		if err != nil {
			return err
		}
		on := p.align.Around()
		if p.around, err = m.Photo(ctx, on.Crop(s.table.photo.Image, m.Side())); err != nil {
			return err
		}
		for _, q := range s.table.portraits { // whose hair is not to follow
			if q != p {
				p.around.Clear(on, q.align)
			}
		}
	}
	c.Extend(p.around, person...)
	return nil
}

// style returns the face's style code with the request's edits. It is the studio's
// own, valid until the next call.
func (s *Studio) style(ctx context.Context, p *portrait, r Request, t Timings) ([]float32, error) {
	steps, err := s.steps(ctx, p, r.Edits, t)
	if err != nil {
		return nil, err
	}
	m, err := s.mapper.get(ctx)
	if err != nil {
		return nil, err
	}
	if err := m.Check(p.code.Style, steps); err != nil {
		return nil, err
	}
	s.styled = m.Apply(s.styled, p.code.Style, steps, r.Threshold)
	return s.styled, nil
}

// place returns where a face's change goes in the request's base picture.
func (s *Studio) place(p *portrait, r Request) face.Alignment {
	if !s.table.square(r) {
		return p.align
	}
	side := s.generator.stage.Size()
	return face.Whole(image.Pt(side, side))
}

// drawing returns the face's drawing on a surface; the first time it costs the
// synthesis of the unedited face.
func (s *Studio) drawing(ctx context.Context, p *portrait, on surface, t Timings) (*drawing, error) {
	if on.stage == StageFinal {
		s.table.forget(p)
	}
	if d := p.drawn[on]; d != nil {
		return d, nil
	}
	defer t.since(lapReconstruct, time.Now())
	pic, err := s.picture(ctx, p.code, p.code.Style, on.stage, nil)
	if err != nil {
		return nil, err
	}
	d := &drawing{}
	if s.table.random != nil {
		d.composer = face.NewComposer(nil, pic.Pix, 0)
	} else if d.composer, err = s.composer(ctx, p, on, pic); err != nil {
		return nil, err
	}
	p.drawn[on] = d
	return d, nil
}

// composer returns a composer for a face of which a picture is the reconstruction. In
// the photo its changes fade out toward the square's border, and those of the hair go on
// beyond it; the square alone, and a generated face, have no such border.
func (s *Studio) composer(ctx context.Context, p *portrait, on surface, pic synth.Picture) (*face.Composer, error) {
	aligned := s.table.aligned(p, pic.Side)
	if on.aligned || s.table.random != nil {
		return face.NewComposer(aligned, pic.Pix, 0), nil
	}
	c := face.NewComposer(aligned, pic.Pix, face.Feather)
	return c, s.extend(ctx, p, c)
}

// picture runs the generator. The picture is the generator's own.
func (s *Studio) picture(ctx context.Context, code *invert.Code, style []float32, stage Stage, t Timings) (synth.Picture, error) {
	g, err := s.generator.get(ctx)
	if err != nil {
		return synth.Picture{}, err
	}
	if err := g.SetWPlus(code.WPlus); err != nil {
		return synth.Picture{}, err
	}
	if err := g.SetReference(ctx, code.Style); err != nil {
		return synth.Picture{}, err
	}
	if stage == StageFinal {
		start := time.Now()
		err := g.Wait(ctx)
		s.waited += time.Since(start)
		if err != nil {
			return synth.Picture{}, err
		}
		defer t.since(lapFinal, time.Now())
		return g.Full(ctx, style, code.Offset)
	}
	defer t.since(lapPreview, time.Now())
	return g.Preview(ctx, style, code.Offset)
}
