package studio

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/compose"
	"deltaedit/engine/diffusion"
	"deltaedit/engine/face"
	"deltaedit/engine/invert"
	"deltaedit/engine/studio/masks"
	"deltaedit/engine/synth"
)

// diffusionState is the diffusion of a face with a number of steps. A walk that was
// cancelled is continued later.
type diffusionState struct {
	steps          int
	preview        []float32       // the generator's preview of the face, which conditions its walks
	walk           *diffusion.Walk // to noise, then back; nil when the reconstruction is there
	noise          []float32       // the noise that stands for the face; nil until the walk to it is done
	reconstruction []float32       // the face after both walks: the base of changes; nil until then
	// trail has the estimate of each step of the walk back, in levels; nil when it was
	// freed.
	trail [][]byte

	edits []*diffusedEdit // of the newest request: one, or with masks one for each group
}

// diffusedEdit is what the diffusion draws of edits without masks.
type diffusedEdit struct {
	key     editKey
	walk    *diffusion.Walk // nil before it begins, and when it is done
	picture []float32       // the edited picture, nil before
}

// of returns what is drawn of edits without masks, nil for nothing. It may be called on nil.
func (l *diffusionState) of(r engine.Request) *diffusedEdit {
	if l == nil {
		return nil
	}
	if i := slices.IndexFunc(l.edits, func(e *diffusedEdit) bool { return e.key.matches(r) }); i >= 0 {
		return l.edits[i]
	}
	return nil
}

// drawn reports whether everything that a request's edits need is drawn. It may be called on
// nil.
func (l *diffusionState) drawn(r engine.Request) bool {
	for _, run := range runsOf(r) {
		if e := l.of(run); e == nil || e.picture == nil {
			return false
		}
	}
	return true
}

// begin makes edits those of a request, and forgets others.
func (l *diffusionState) begin(runs []engine.Request) {
	edits := make([]*diffusedEdit, len(runs))
	for i, run := range runs {
		if edits[i] = l.of(run); edits[i] == nil {
			edits[i] = &diffusedEdit{}
			edits[i].key.store(run)
		}
	}
	l.edits = edits
}

// runsOf returns the requests, of edits without masks, that are drawn for a request.
func runsOf(r engine.Request) []engine.Request {
	if !engine.Masked(r.Edits) {
		return []engine.Request{r}
	}
	return slices.DeleteFunc(groupsOf(r, masks.Split(r.Edits)), engine.Request.Untouched)
}

// Bounds on the cache.
const (
	maxDiffusions = 4        // of a face: numbers of steps
	maxTrail      = 64 << 20 // bytes, of all faces of a request
)

// stepsOf returns the number of diffusion steps of a request.
func (s *Studio) stepsOf(r engine.Request) (int, error) {
	if s.denoiser.open == nil {
		return 0, fmt.Errorf("pack %q: %w", s.pack.Name, engine.ErrNoDiffusion)
	}
	if r.Steps == 0 {
		return s.diffusionSteps, nil
	}
	return r.Steps, diffusion.CheckSteps(r.Steps)
}

// Diffuse prepares the request's faces (each is taken to noise and back, once for a
// number of steps) and draws the edits. onStep is called after each step.
func (s *Studio) Diffuse(ctx context.Context, r engine.Request, t engine.Timings, onStep func(engine.DiffusionStep) error) error {
	faces, err := s.current.faces(r)
	if err != nil {
		return err
	}
	n, err := s.stepsOf(r)
	if err != nil {
		return err
	}
	s.takeOver()
	if err := s.Invert(ctx, r, t); err != nil {
		return err
	}
	s.current.forgetTrails(faces, n)
	d := &diffusing{Studio: s, request: r, faces: faces, steps: n, timings: t, onStep: onStep}
	for i, p := range faces {
		if err := d.prepare(ctx, i, p); err != nil {
			return err
		}
	}
	if r.Untouched() {
		return nil
	}
	for _, p := range faces {
		runs := runsOf(s.current.own(p, r))
		p.diffusion(n).begin(runs)
		for _, run := range runs {
			d.runs = append(d.runs, diffusionRun{p, run})
		}
	}
	for i := range d.runs {
		if err := d.draw(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// diffusing is a call of Diffuse.
type diffusing struct {
	*Studio
	request engine.Request
	faces   []*portrait
	steps   int
	timings engine.Timings
	onStep  func(engine.DiffusionStep) error
	runs    []diffusionRun
}

// diffusionRun is what is drawn in one walk: edits of a face, without masks.
type diffusionRun struct {
	portrait *portrait
	request  engine.Request // of this face alone
}

// prepare takes a face to noise and back.
func (d *diffusing) prepare(ctx context.Context, i int, p *portrait) error {
	l := p.diffusion(d.steps)
	if l.reconstruction != nil {
		return nil
	}
	c, err := d.condition(ctx, p.code, p.code.Style)
	if err != nil {
		return err
	}
	l.preview = c.Picture
	den, err := d.denoiser.get(ctx)
	if err != nil {
		return err
	}
	count := func(way int) func(diffusion.Step) error {
		return func(s diffusion.Step) error {
			return d.onStep(engine.DiffusionStep{
				Task: engine.TaskDiffusionPrepare, Step: (2*i+way)*d.steps + s.Index, Steps: 2 * d.steps * len(d.faces),
			})
		}
	}
	if l.noise == nil {
		if l.walk == nil {
			photo := compose.Planar(nil, d.current.normalised(p, den.Spec().Side))
			if l.walk, err = den.Encode(photo, c, d.steps); err != nil {
				return err
			}
		}
		if l.noise, err = d.run(ctx, l.walk, engine.TimingDiffusionEncode, count(0)); err != nil {
			return err
		}
		l.walk, l.trail = nil, nil
	}
	if l.walk == nil {
		if l.walk, err = den.Decode(l.noise, c, d.steps); err != nil {
			return err
		}
	}
	tell := count(1)
	own, err := d.run(ctx, l.walk, engine.TimingDiffusionReconstruct, func(s diffusion.Step) error {
		if len(l.trail) == s.Index-1 && d.steps*len(d.faces)*len(s.Estimate) <= maxTrail {
			l.trail = append(l.trail, levels(s.Estimate))
		}
		return tell(s)
	})
	if err != nil {
		return err
	}
	l.reconstruction, l.walk = own, nil
	return nil
}

// draw takes a face's noise to its edited picture in one of the runs.
func (d *diffusing) draw(ctx context.Context, i int) error {
	run, start := d.runs[i], time.Now()
	p, own := run.portrait, run.request
	l := p.diffusion(d.steps)
	e := l.of(own)
	if e.picture != nil {
		return nil
	}
	if e.walk == nil {
		style, err := d.style(ctx, p, own, d.timings)
		if err != nil {
			return err
		}
		code, err := d.editedCode(ctx, p, own)
		if err != nil {
			return err
		}
		c, err := d.condition(ctx, code, style)
		if err == nil {
			err = d.maskPreview(ctx, p, l, c.Picture)
		}
		if err != nil {
			return err
		}
		den, err := d.denoiser.get(ctx)
		if err != nil {
			return err
		}
		if e.walk, err = den.Decode(l.noise, c, d.steps); err != nil {
			return err
		}
	}
	edited, err := d.run(ctx, e.walk, engine.TimingDiffusionDecode, func(s diffusion.Step) error {
		err := d.onStep(engine.DiffusionStep{
			Task: engine.TaskDiffusionDraw, Step: i*d.steps + s.Index, Steps: d.steps * len(d.runs),
			Draw: func(c engine.FrameImage) error { return d.paintStep(ctx, run, s, c) },
		})
		if d.timings != nil && s.Index == 1 && i == 0 {
			d.timings[engine.TimingDiffusionFirst] = time.Since(start)
		}
		return err
	})
	if err != nil {
		return err
	}
	e.picture, e.walk = edited, nil
	return nil
}

// run runs a walk to its end.
func (d *diffusing) run(ctx context.Context, w *diffusion.Walk, lap string, onStep func(diffusion.Step) error) ([]float32, error) {
	defer d.timings.Since(lap, time.Now())
	spent, taken := time.Duration(0), 0
	start := time.Now()
	out, err := w.Run(ctx, func(s diffusion.Step) error {
		spent, taken = spent+time.Since(start), taken+1
		err := onStep(s)
		start = time.Now()
		return err
	})
	if err == nil && d.timings != nil && taken > 0 {
		d.timings[engine.TimingDiffusionStep] = spent / time.Duration(taken)
	}
	return out, err
}

// paintStep draws the request as a step of one run predicts it. What other runs draw is that
// of the diffusion or the preview, if there is one.
func (d *diffusing) paintStep(ctx context.Context, run diffusionRun, step diffusion.Step, c engine.FrameImage) error {
	var layers []compose.Layer
	for _, q := range d.faces {
		own := d.current.own(q, d.request)
		layer, err := d.diffusedLayer(ctx, q, own, d.timings, func(r engine.Request) (groupChange, error) {
			l := q.diffusions[d.steps]
			if q == run.portrait && slices.Equal(r.Edits, run.request.Edits) {
				g, err := d.diffusionChange(ctx, q, l, r, l.ahead(step), false, d.timings)
				g.estimate = true
				return g, err
			}
			if e := l.of(r); e != nil && e.picture != nil {
				return d.diffusionChange(ctx, q, l, r, e.picture, true, d.timings)
			}
			return groupChange{change: q.previewed(r, d.current.square(own)), estimate: true}, nil
		})
		if err != nil {
			return err
		}
		if layer.Change != nil {
			layers = append(layers, layer)
		}
	}
	base, err := d.base(ctx, d.faces[0], d.request)
	if err != nil {
		return err
	}
	defer d.timings.Since(engine.TimingPaste, time.Now())
	v := d.view(base, d.request)
	v.Draw(c(v.Size()), layers...)
	return nil
}

// previewed returns the change of the GAN's preview of edits without masks, nil when it is not
// there.
func (p *portrait) previewed(r engine.Request, square bool) *compose.Change {
	d := p.drawings[drawingKey{stage: engine.StagePreview, aligned: square}]
	switch {
	case d == nil:
	case d.shows(r):
		return d.change
	default:
		if k := d.limited.of(r); k != nil {
			return k.Change()
		}
	}
	return nil
}

// ahead returns the edited picture that a step predicts. Early estimates are blurred,
// with and without the edit, so the difference between both at the same step is added to
// the reconstruction.
func (l *diffusionState) ahead(s diffusion.Step) []float32 {
	if s.Index > len(l.trail) {
		return s.Estimate
	}
	out, was := make([]float32, len(l.reconstruction)), l.trail[s.Index-1]
	for i, v := range l.reconstruction {
		out[i] = v + min(max(s.Estimate[i], -1), 1) - (float32(was[i])/127.5 - 1)
	}
	return out
}

// levels converts values in [-1, 1] to bytes.
func levels(pix []float32) []byte {
	out := make([]byte, len(pix))
	for i, v := range pix {
		out[i] = byte(min(max(v*127.5+128, 0), 255))
	}
	return out
}

// diffusedLayers returns the changes of the request's faces by diffusion. Faces that
// were not drawn are drawn first.
func (s *Studio) diffusedLayers(ctx context.Context, r engine.Request, t engine.Timings) ([]compose.Layer, error) {
	if err := s.Diffuse(ctx, r, t, func(engine.DiffusionStep) error { return nil }); err != nil {
		return nil, err
	}
	faces, err := s.current.faces(r)
	if err != nil {
		return nil, err
	}
	layers := make([]compose.Layer, len(faces))
	for i, p := range faces {
		if layers[i], err = s.drawnLayer(ctx, p, r, t); err != nil {
			return nil, err
		}
	}
	return layers, nil
}

// drawnLayer returns the change of a face that Diffuse has drawn.
func (s *Studio) drawnLayer(ctx context.Context, p *portrait, r engine.Request, t engine.Timings) (compose.Layer, error) {
	n, err := s.stepsOf(r)
	if err != nil {
		return compose.Layer{}, err
	}
	l := p.diffusions[n]
	return s.diffusedLayer(ctx, p, s.current.own(p, r), t, func(r engine.Request) (groupChange, error) {
		e := l.of(r)
		if e == nil || e.picture == nil {
			return groupChange{}, errors.New("the face has not been drawn by diffusion yet")
		}
		return s.diffusionChange(ctx, p, l, r, e.picture, true, t)
	})
}

// diffusedLayer returns the change of a face by diffusion. change returns that of edits
// without masks.
func (s *Studio) diffusedLayer(ctx context.Context, p *portrait, r engine.Request, t engine.Timings, change func(engine.Request) (groupChange, error)) (compose.Layer, error) {
	if !engine.Masked(r.Edits) {
		g, err := change(r)
		return compose.Layer{Alignment: s.placement(p, r), Change: g.change}, err
	}
	n, err := s.stepsOf(r)
	if err != nil {
		return compose.Layer{}, err
	}
	d, err := s.diffusionDrawing(ctx, p, p.diffusions[n], r)
	if err != nil {
		return compose.Layer{}, err
	}
	return s.limitedLayer(ctx, p, r, d, t, change)
}

// diffusionDrawing returns the drawing of a face that was prepared for the diffusion.
func (s *Studio) diffusionDrawing(ctx context.Context, p *portrait, l *diffusionState, r engine.Request) (*drawing, error) {
	on := drawingKey{stage: engine.StageFinal, aligned: s.current.square(r), renderer: engine.Diffusion}
	if d := p.drawings[on]; d != nil && d.diffusion == l {
		return d, nil
	}
	if l == nil || l.reconstruction == nil {
		return nil, errNotPrepared
	}
	c, err := s.composer(ctx, p, on, synth.Picture{Side: s.denoiser.model.Spec().Side, Pix: l.reconstruction})
	if err != nil {
		return nil, err
	}
	d := &drawing{composer: c, diffusion: l}
	p.drawings[on] = d
	return d, nil
}

// errNotPrepared says that Diffuse was not called for a face.
var errNotPrepared = errors.New("the face has not been prepared for diffusion yet")

// diffusionChange returns the change from a face to an edited picture by diffusion, of edits
// without masks. With keep it is cached for the request. It has the resolution of the
// diffusion, so finer detail stays that of the photo.
func (s *Studio) diffusionChange(ctx context.Context, p *portrait, l *diffusionState, r engine.Request, edited []float32, keep bool, t engine.Timings) (groupChange, error) {
	d, err := s.diffusionDrawing(ctx, p, l, r)
	if err != nil {
		return groupChange{}, err
	}
	if !keep || !d.shows(r) {
		err := s.compose(ctx, p, r, d, synth.Picture{Side: s.denoiser.model.Spec().Side, Pix: edited}, t)
		if err != nil || !keep {
			d.key.clear()
		}
		if err != nil {
			return groupChange{}, err
		}
	}
	return groupChange{change: d.change, rough: d.rough}, nil
}

// diffusedReconstruction returns the reconstruction of a prepared face by diffusion, at
// the size of the generator's pictures.
func (s *Studio) diffusedReconstruction(p *portrait, r engine.Request) (synth.Picture, error) {
	n, err := s.stepsOf(r)
	if err != nil {
		return synth.Picture{}, err
	}
	l := p.diffusions[n]
	if l == nil || l.reconstruction == nil {
		return synth.Picture{}, errNotPrepared
	}
	small, full := s.denoiser.model.Spec().Side, s.generator.model.Size()
	if small == full {
		return synth.Picture{Side: full, Pix: l.reconstruction}, nil
	}
	large := face.Whole(image.Pt(small, small)).Crop(compose.Picture(small, l.reconstruction), full)
	return synth.Picture{Side: full, Pix: compose.Planar(nil, large)}, nil
}

// condition returns the condition for drawing a style code by diffusion: the code, and
// the generator's preview of it, with the feature offset of a face's code.
func (s *Studio) condition(ctx context.Context, code *invert.Code, style []float32) (diffusion.Condition, error) {
	den, err := s.denoiser.get(ctx)
	if err != nil {
		return diffusion.Condition{}, err
	}
	g, err := s.generator.get(ctx)
	if err != nil {
		return diffusion.Condition{}, err
	}
	if spec := den.Spec(); g.PreviewSize() != spec.Side || len(style) != spec.StyleLen {
		return diffusion.Condition{}, fmt.Errorf("pack %q: its diffusion takes pictures of side %d and %d style channels, its generator gives %d and %d: build the pack again",
			s.pack.Name, spec.Side, spec.StyleLen, g.PreviewSize(), len(style))
	}
	pic, err := s.picture(ctx, code, style, engine.StagePreview, nil)
	return diffusion.Condition{Style: slices.Clone(style), Picture: slices.Clone(pic.Pix)}, err
}

// maskPreview replaces parts of an edit's preview by the preview of the unedited face:
// what is not the person, in the photo or in the preview, and what differs only slightly.
// Conditioned with it, the diffusion leaves these parts as they are in the photo. A
// generated face has no photo and may change everywhere.
func (s *Studio) maskPreview(ctx context.Context, p *portrait, l *diffusionState, preview []float32) error {
	if s.current.random != nil {
		return nil
	}
	side := s.denoiser.model.Spec().Side
	shares := compose.Differing(side, l.preview, preview)
	if s.segmenter.open != nil {
		person, err := s.person(ctx, p)
		if err != nil {
			return err
		}
		edited, err := s.edited(ctx, synth.Picture{Side: side, Pix: preview}, false, person)
		if err != nil {
			return err
		}
		for i, share := range compose.PersonMask(side, append(person, edited)...) {
			shares[i] *= share
		}
	}
	for i, share := range shares {
		for k := i; k < len(preview); k += side * side {
			preview[k] = l.preview[k] + share*(preview[k]-l.preview[k])
		}
	}
	return nil
}

// diffuseForFile calls Diffuse for an export when the request is for the diffusion.
func (s *Studio) diffuseForFile(ctx context.Context, r engine.Request, reconstruct bool, t engine.Timings, progress engine.ProgressFunc) error {
	if r.Renderer != engine.Diffusion || (r.Untouched() && !reconstruct) {
		return nil
	}
	return s.Diffuse(ctx, r, t, func(d engine.DiffusionStep) error {
		progress(engine.Task{Kind: d.Task}, float64(d.Step)/float64(d.Steps))
		return nil
	})
}

// diffusion returns the state for a number of steps, empty at first.
func (p *portrait) diffusion(steps int) *diffusionState {
	if p.diffusions[steps] == nil {
		if len(p.diffusions) >= maxDiffusions {
			clear(p.diffusions)
		}
		p.diffusions[steps] = &diffusionState{steps: steps}
	}
	return p.diffusions[steps]
}

// forgetTrails frees all trails except those of the faces in keep at this number of steps.
func (t *openPhoto) forgetTrails(keep []*portrait, steps int) {
	kept := map[*diffusionState]bool{}
	for _, p := range keep {
		kept[p.diffusions[steps]] = true
	}
	for _, p := range t.portraits {
		for _, l := range p.diffusions {
			if !kept[l] && l.reconstruction != nil {
				l.trail = nil
			}
		}
	}
}
