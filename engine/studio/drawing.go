package studio

import (
	"context"
	"image"
	"slices"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/compose"
	"deltaedit/engine/face"
	"deltaedit/engine/invert"
	"deltaedit/engine/mask"
	"deltaedit/engine/studio/masks"
	"deltaedit/engine/studio/outline"
	"deltaedit/engine/synth"
	"deltaedit/engine/warp"
)

// Kept reports whether the stage was drawn for these edits already.
func (s *Studio) Kept(r engine.Request, stage engine.Stage) bool {
	faces, err := s.current.faces(r)
	if err != nil || len(faces) != 1 {
		return false
	}
	r = s.current.own(faces[0], r)
	if stage == engine.StageFinal && r.Renderer == engine.Diffusion {
		n, err := s.stepsOf(r)
		return err == nil && faces[0].diffusions[n].drawn(r)
	}
	d := faces[0].drawings[drawingKey{stage: stage, aligned: s.current.square(r)}]
	if d != nil && engine.Masked(r.Edits) {
		return d.limited.holds(r)
	}
	return d.shows(r)
}

// Draw draws one stage of the request, scaled to fit its View.
func (s *Studio) Draw(ctx context.Context, r engine.Request, stage engine.Stage, c engine.FrameImage, t engine.Timings) error {
	faces, err := s.current.faces(r)
	if err != nil {
		return err
	}
	if r.Quality == engine.QualityRest && r.Renderer == engine.GAN {
		s.takeOver()
	}
	base, err := s.base(ctx, faces[0], r)
	if err != nil {
		return err
	}
	layers := s.scratchLayers[:0]
	switch {
	case r.Untouched():
	case stage == engine.StageFinal && r.Renderer == engine.Diffusion:
		if layers, err = s.diffusedLayers(ctx, r, t); err != nil {
			return err
		}
	case stage == engine.StageFinal && len(faces) > 1:
		// The full-size changes of all faces together would need too much memory.
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
		s.scratchLayers = layers
	}
	defer t.Since(engine.TimingPaste, time.Now())
	v := s.view(base, r)
	v.Draw(c(v.Size()), layers...)
	return nil
}

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

// base returns the image that changes are added to: the photo, or the aligned square of
// its face.
func (s *Studio) base(ctx context.Context, p *portrait, r engine.Request) (*image.NRGBA, error) {
	if !s.current.square(r) {
		return s.current.photo.Image, nil
	}
	v := &s.current.view
	if v.base != nil && v.key.sq && v.key.face == r.Face {
		return v.base, nil
	}
	g, err := s.generator.get(ctx)
	if err != nil {
		return nil, err
	}
	return compose.Opaque(s.current.aligned(p, g.Size())), nil
}

// view returns the request's region of base, scaled to its view, from the cache or
// computed.
func (s *Studio) view(base *image.NRGBA, r engine.Request) *compose.View {
	v := &s.current.view
	key := viewKey{box: r.View, region: r.Region.Intersect(base.Rect), sq: s.current.square(r)}
	if key.sq {
		key.face = r.Face
	}
	if v.view == nil || v.key != key || v.base != base {
		region, box := key.region, r.View
		if region.Empty() {
			region = base.Rect
		}
		if box.X <= 0 || box.Y <= 0 {
			box = region.Size()
		}
		v.key, v.base, v.view = key, base, compose.NewView(base, region, box)
	}
	return v.view
}

// layer returns the change that the request's edits make to one face, at the last of the
// stages. The generator runs the stages in order. A preview before the full size costs
// almost nothing, since the full size continues from it.
func (s *Studio) layer(ctx context.Context, p *portrait, r engine.Request, t engine.Timings, stages ...engine.Stage) (compose.Layer, error) {
	r = s.current.own(p, r)
	on := drawingKey{stage: stages[len(stages)-1], aligned: s.current.square(r)}
	d, err := s.drawing(ctx, p, on, t)
	if err != nil {
		return compose.Layer{}, err
	}
	if engine.Masked(r.Edits) {
		own := slices.Clone(stages) // so that those of a slider without masks stay on the stack
		return s.limitedLayer(ctx, p, r, d, t, func(r engine.Request) (groupChange, error) {
			err := s.show(ctx, p, r, d, t, own)
			return groupChange{change: d.change, rough: d.rough}, err
		})
	}
	if err := s.show(ctx, p, r, d, t, stages); err != nil {
		return compose.Layer{}, err
	}
	return compose.Layer{Alignment: s.placement(p, r), Change: d.change, Rough: r.Quality == engine.QualityDrag}, nil
}

// show makes a drawing of the GAN the one that a request without masks asks for.
func (s *Studio) show(ctx context.Context, p *portrait, r engine.Request, d *drawing, t engine.Timings, stages []engine.Stage) error {
	if d.shows(r) {
		return nil
	}
	style, err := s.style(ctx, p, r, t)
	if err != nil {
		return err
	}
	code, err := s.editedCode(ctx, p, r)
	if err != nil {
		return err
	}
	var pic synth.Picture
	for _, stage := range stages {
		if pic, err = s.picture(ctx, code, style, stage, t); err != nil {
			return err
		}
	}
	return s.compose(ctx, p, r, d, pic, t)
}

// groupChange is the change of edits without masks, of which limitedLayer joins several. It
// is valid until the next one is drawn. A zero groupChange is not known yet.
type groupChange struct {
	change *compose.Change
	rough  bool
	// estimate is true when a better one follows.
	estimate bool
}

// limitedLayer returns the change of edits of which some have masks: each reaches as far as
// its mask. draw returns the changes of the same face that it is joined from, and is called
// only for those that are not kept.
func (s *Studio) limitedLayer(ctx context.Context, p *portrait, r engine.Request, d *drawing, t engine.Timings, draw func(engine.Request) (groupChange, error)) (compose.Layer, error) {
	l := &d.limited
	layer := compose.Layer{Alignment: s.placement(p, r), Rough: r.Quality == engine.QualityDrag}
	if l.shows(r) {
		layer.Change = l.change
		return layer, nil
	}
	l.key.clear()
	split := masks.Split(r.Edits)
	groups := groupsOf(r, split)
	places := l.arrange(groups)
	var under *compose.Change
	l.blend.Begin(nil)
	rough, estimate := false, false
	for i, group := range groups {
		if group.Untouched() {
			continue
		}
		k := places[i]
		if !k.key.good(k.rough, group) {
			k.key.clear()
			g, err := draw(group)
			if err != nil {
				return compose.Layer{}, err
			}
			estimate = estimate || g.estimate || g.change == nil
			if g.change == nil {
				continue
			}
			k.Take(g.change)
			if k.rough = g.rough; !g.estimate {
				k.key.store(group)
			}
		}
		rough = rough || k.rough
		start := time.Now()
		if i == 0 {
			under = k.Change()
			l.blend.Begin(under)
		} else {
			c, err := s.coverage(ctx, p, split[i].Mask)
			if err != nil {
				return compose.Layer{}, err
			}
			l.blend.Add(k.Change(), under, c)
		}
		t.Since(engine.TimingPaste, start)
	}
	l.change, l.rough = l.blend.Change(), rough
	if layer.Change = l.change; !estimate {
		l.key.store(r)
	}
	return layer, nil
}

// coverage returns how far a mask reaches on a face. It is valid until the next call for the
// face.
func (s *Studio) coverage(ctx context.Context, p *portrait, m mask.Mask) (*mask.Coverage, error) {
	if m.Regions() {
		if err := s.findRegions(ctx, p); err != nil {
			return nil, err
		}
	}
	return p.coverages.Of(m, p.maps), nil
}

// findRegions finds the regions of a face, unless the pack has no parser.
func (s *Studio) findRegions(ctx context.Context, p *portrait) error {
	if p.maps.Known() || s.parser.open == nil {
		return nil
	}
	if err := s.findParts(ctx, p); err != nil {
		return err
	}
	maps := masks.Maps(p.parts)
	if s.current.random == nil { // there is more to see around the square
		if err := s.findWideParts(ctx, p); err != nil {
			return err
		}
		maps = maps.Around(masks.Maps(p.wideParts))
	}
	p.maps = maps
	return nil
}

// Regions says where the masks of the request's face are. Without a parser the regions are
// not known.
func (s *Studio) Regions(ctx context.Context, r engine.Request) (*engine.Regions, error) {
	r.Others = nil
	faces, err := s.current.faces(r)
	if err != nil {
		return nil, err
	}
	if err := s.findRegions(ctx, faces[0]); err != nil {
		return nil, err
	}
	return &engine.Regions{Face: max(r.Face, 0), Alignment: faces[0].alignment, Maps: faces[0].maps}, nil
}

// compose computes the change from a face to its edited picture, and stores it in the
// drawing.
func (s *Studio) compose(ctx context.Context, p *portrait, r engine.Request, d *drawing, pic synth.Picture, t engine.Timings) error {
	defer t.Since(engine.TimingPaste, time.Now())
	field, roughField, err := s.bend(ctx, p, r, d, pic)
	if err != nil {
		return err
	}
	if field != nil {
		d.pulled = field.Pull(d.pulled, pic.Pix, pic.Side)
		pic.Pix = d.pulled
	}
	mattes, rough, err := s.people(ctx, p, r, pic)
	if err != nil {
		return err
	}
	roughParts, err := s.editedParts(ctx, p, r, d.composer, pic)
	if err != nil {
		return err
	}
	d.change, d.rough = d.composer.Compose(pic.Pix, mattes...), rough || roughParts || roughField
	d.change.Warp = field
	d.key.store(r)
	return nil
}

// bend returns how an edited picture bends the photo: nil for not at all. It does so when one of
// the edits changes the outline of the face, unless that is turned too far for its landmarks to be
// right: the generator turns it to the front. rough is true when the field of an earlier frame was
// used, while the slider moves.
func (s *Studio) bend(ctx context.Context, p *portrait, r engine.Request, d *drawing, pic synth.Picture) (field *warp.Field, rough bool, err error) {
	if p.face == nil || p.face.Turned() || !p.about(r).Outline { // nothing to bend around a generated face
		return nil, false, nil
	}
	v := &p.dragField
	if v.serves(r) {
		return v.field, true, nil
	}
	m, err := s.detector.get(ctx)
	if err != nil {
		return nil, false, err
	}
	if d.outline == nil {
		base, err := s.base(ctx, p, r)
		if err != nil {
			return nil, false, err
		}
		var others []face.Alignment
		for _, q := range s.current.portraits {
			if q != p && !s.current.square(r) {
				others = append(others, q.alignment)
			}
		}
		if d.outline, err = outline.Of(ctx, m, d.composer.Reconstruction(), base.Rect, s.placement(p, r), others...); err != nil {
			return nil, false, err
		}
	}
	if field, err = d.outline.Field(ctx, m, compose.Picture(pic.Side, pic.Pix)); err == nil {
		v.field = field
		v.found(r)
	}
	return field, false, err
}

// withinPerson reports whether an edit may change only the person, not the background.
// This is not so for the aligned square, for a generated face, and for a pack without a
// segmenter.
func (s *Studio) withinPerson(r engine.Request) bool {
	return s.segmenter.open != nil && s.current.random == nil && !s.current.square(r)
}

// people returns the mattes of the person in a face's square: in the photo and in an
// edited picture. Nothing else of the photo may change. Without withinPerson there are
// none. rough is true when the matte of an earlier frame was used, while the slider
// moves. The mattes are valid until the next call.
func (s *Studio) people(ctx context.Context, p *portrait, r engine.Request, pic synth.Picture) (mattes []face.Matte, rough bool, err error) {
	if !s.withinPerson(r) {
		return nil, false, nil
	}
	person, err := s.person(ctx, p)
	if err != nil {
		return nil, false, err
	}
	v := &p.dragMatte
	if rough = v.serves(r); !rough {
		edited, err := s.edited(ctx, pic, p.growsHair(r), person)
		if err != nil {
			return nil, false, err
		}
		v.matte = face.Matte{Side: edited.Side, Alpha: append(v.matte.Alpha[:0], edited.Alpha...)}
		v.found(r)
	}
	s.mattes = append(append(s.mattes[:0], person...), v.matte)
	return s.mattes, rough, nil
}

// edited returns the matte of an edited picture of a face, without thin parts that the
// edit has added; hair says whether it may be new hair. person are the mattes of
// the face in the photo. The matte is valid until the next call.
func (s *Studio) edited(ctx context.Context, pic synth.Picture, hair bool, person []face.Matte) (face.Matte, error) {
	m, err := s.segmenter.get(ctx)
	if err != nil {
		return face.Matte{}, err
	}
	edited, err := m.Picture(ctx, pic.Side, pic.Pix)
	if err == nil {
		s.growth.Trim(edited, hair, person...)
	}
	return edited, err
}

// person returns the mattes of a face's square in the photo: the person, and the face.
// The pack must have a segmenter.
func (s *Studio) person(ctx context.Context, p *portrait) ([]face.Matte, error) {
	if p.person == nil {
		m, err := s.segmenter.get(ctx)
		if err != nil {
			return nil, err
		}
		photo, err := m.Photo(ctx, s.current.normalised(p, m.Side()))
		if err != nil {
			return nil, err
		}
		p.person = []face.Matte{photo, p.face.Outline(p.alignment, m.Side())}
	}
	return p.person[:2:2], nil
}

// extend lets changes of the hair continue beyond the face's square, and shows the
// background where hair goes away, when the pack has a segmenter. aligned is the picture
// that the composer was made with.
func (s *Studio) extend(ctx context.Context, p *portrait, c *compose.Composer, aligned *image.RGBA) error {
	if s.segmenter.open == nil {
		return nil
	}
	person, err := s.person(ctx, p)
	if err != nil {
		return err
	}
	if err := s.findWideMatte(ctx, p); err != nil {
		return err
	}
	bounds := s.current.photo.Image.Rect
	c.Extend(p.wideMatte, person...)
	c.Backdrop(aligned, face.Beyond(person[0].Side, p.alignment, bounds), person...)
	c.BackdropAround(p.widePhoto, p.wideMatte, face.Beyond(p.wideMatte.Side, p.alignment.Around(), bounds))
	return nil
}

// findWideMatte finds the matte of the photo on the square around a face, without the other
// faces. The pack must have a segmenter.
func (s *Studio) findWideMatte(ctx context.Context, p *portrait) error {
	if p.wideMatte.Side != 0 {
		return nil
	}
	m, err := s.segmenter.get(ctx)
	if err != nil {
		return err
	}
	on := p.alignment.Around()
	p.widePhoto = on.Crop(s.current.photo.Image, compose.WideDetail*m.Side())
	if p.wideMatte, err = m.Photo(ctx, s.current.tone(p).Normalise(on.Crop(s.current.photo.Image, m.Side()))); err != nil {
		return err
	}
	for _, q := range s.current.portraits { // their hair must not change
		if q != p {
			p.wideMatte.Clear(on, q.alignment)
		}
	}
	return nil
}

// style returns the face's style code with the request's edits. It is valid until the
// next call.
func (s *Studio) style(ctx context.Context, p *portrait, r engine.Request, t engine.Timings) ([]float32, error) {
	shifts, err := s.shiftsOf(ctx, p, r.Edits, t)
	if err != nil {
		return nil, err
	}
	m, err := s.mapper.get(ctx)
	if err != nil {
		return nil, err
	}
	if err := m.Check(p.code.Style, shifts); err != nil {
		return nil, err
	}
	s.editedStyle = m.Apply(s.editedStyle, p.code.Style, shifts, r.Threshold)
	return s.editedStyle, nil
}

// placement returns where a face's change belongs in the base image.
func (s *Studio) placement(p *portrait, r engine.Request) face.Alignment {
	if !s.current.square(r) {
		return p.alignment
	}
	side := s.generator.model.Size()
	return face.Whole(image.Pt(side, side))
}

// drawing returns the face's drawing of a key. The first time the generator draws the
// unedited face.
func (s *Studio) drawing(ctx context.Context, p *portrait, on drawingKey, t engine.Timings) (*drawing, error) {
	if on.stage == engine.StageFinal {
		s.current.freeOthers(p)
	}
	if d := p.drawings[on]; d != nil {
		return d, nil
	}
	defer t.Since(engine.TimingReconstruct, time.Now())
	if s.parses() { // before the reconstruction, since a picture is valid until the next one
		if err := s.findParts(ctx, p); err != nil {
			return nil, err
		}
	}
	pic, err := s.picture(ctx, p.code, p.code.Style, on.stage, nil)
	if err != nil {
		return nil, err
	}
	d := &drawing{}
	if s.current.random != nil {
		d.composer = compose.NewComposer(nil, pic.Pix, 0)
	} else if d.composer, err = s.composer(ctx, p, on, pic); err != nil {
		return nil, err
	}
	p.drawings[on] = d
	return d, nil
}

// composer returns a composer for a face with a given reconstruction. In the photo,
// changes fade out towards the border of the square, and those of the hair continue
// beyond it. An aligned square and a generated face have no border.
func (s *Studio) composer(ctx context.Context, p *portrait, on drawingKey, pic synth.Picture) (*compose.Composer, error) {
	aligned, tone, feather := s.current.aligned(p, pic.Side), s.current.tone(p), s.current.feather(on.aligned)
	normalised := tone.Normalise(aligned)
	c := compose.NewComposer(normalised, pic.Pix, feather)
	c.SetTone(tone, aligned)
	if feather > 0 && s.parses() && s.segmenter.open != nil { // changes go on around the square
		if err := s.findWideParts(ctx, p); err != nil {
			return nil, err
		}
	}
	if err := s.setParts(ctx, p, c, normalised, pic); err != nil || feather == 0 {
		return c, err
	}
	return c, s.extend(ctx, p, c, normalised)
}

// picture runs the generator. The picture is valid until its next run.
func (s *Studio) picture(ctx context.Context, code *invert.Code, style []float32, stage engine.Stage, t engine.Timings) (synth.Picture, error) {
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
	if stage == engine.StageFinal {
		start := time.Now()
		err := g.Wait(ctx)
		s.waited += time.Since(start)
		if err != nil {
			return synth.Picture{}, err
		}
		defer t.Since(engine.TimingFinal, time.Now())
		return g.Full(ctx, style, code.Offset)
	}
	defer t.Since(engine.TimingPreview, time.Now())
	return g.Preview(ctx, style, code.Offset)
}
