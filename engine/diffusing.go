package engine

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"time"

	"deltaedit/engine/diffusion"
	"deltaedit/engine/face"
	"deltaedit/engine/synth"
)

// Tasks of the diffusion, as DiffusionStep.Task and Progress.Task.
const (
	TaskDiffusionPrepare = "Preparing the diffusion"
	TaskDiffusionDraw    = "Drawing by diffusion"
)

// ErrNoDiffusion says that a pack has the GAN alone.
var ErrNoDiffusion = errors.New("it has no diffusion: use the GAN (--engine gan), or a pack with the component \"diffusion\"")

// latent is what the diffusion keeps of a face for a number of steps. Walks that
// were cut short are gone on with.
type latent struct {
	steps int
	shown []float32       // the generator's preview of the face, that its walks are told
	walk  *diffusion.Walk // the one in work: to noise, then back; nil when own is there
	noise []float32       // that stands for the face; nil until the walk there is over
	own   []float32       // the face as it comes back, which changes are measured against
	// trail is what each step of coming back saw, in levels; nil when it was
	// let go of.
	trail [][]byte

	of     wish            // the newest edit
	edit   *diffusion.Walk // of it, when it is not done
	edited []float32       // its picture, when it is
}

// Bounds on what is kept.
const (
	maxLatents = 4        // of a face: numbers of steps
	maxTrail   = 64 << 20 // bytes, of all faces of a request
)

// stepsOf returns the number of diffusion steps that a request means.
func (s *Studio) stepsOf(r Request) (int, error) {
	if s.denoiser.open == nil {
		return 0, fmt.Errorf("pack %q: %w", s.pack.Name, ErrNoDiffusion)
	}
	if r.Steps == 0 {
		return s.diffusionSteps, nil
	}
	return r.Steps, diffusion.CheckSteps(r.Steps)
}

// Diffuse prepares the request's faces (each is walked to noise and back, once for
// a number of steps) and draws its edits on them. It is told of each step.
func (s *Studio) Diffuse(ctx context.Context, r Request, t Timings, told func(DiffusionStep) error) error {
	faces, err := s.table.faces(r)
	if err != nil {
		return err
	}
	n, err := s.stepsOf(r)
	if err != nil {
		return err
	}
	if err := s.Invert(ctx, r, t); err != nil {
		return err
	}
	s.table.forgetTrails(faces, n)
	d := &diffusing{Studio: s, request: r, faces: faces, steps: n, timings: t, told: told}
	for i, p := range faces {
		if err := d.prepare(ctx, i, p); err != nil {
			return err
		}
	}
	if r.Untouched() {
		return nil
	}
	for i, p := range faces {
		if err := d.draw(ctx, i, p); err != nil {
			return err
		}
	}
	return nil
}

// diffusing is one call of Diffuse at work.
type diffusing struct {
	*Studio
	request Request
	faces   []*portrait
	steps   int
	timings Timings
	told    func(DiffusionStep) error
}

// prepare walks a face to noise and back.
func (d *diffusing) prepare(ctx context.Context, i int, p *portrait) error {
	l := p.latent(d.steps)
	if l.own != nil {
		return nil
	}
	c, err := d.condition(ctx, p, p.code.Style)
	if err != nil {
		return err
	}
	l.shown = c.Picture
	den, err := d.denoiser.get(ctx)
	if err != nil {
		return err
	}
	count := func(way int) func(diffusion.Step) error {
		return func(s diffusion.Step) error {
			return d.told(DiffusionStep{
				Task: TaskDiffusionPrepare, Step: (2*i+way)*d.steps + s.Index, Steps: 2 * d.steps * len(d.faces),
			})
		}
	}
	if l.noise == nil {
		if l.walk == nil {
			photo := face.Planar(nil, d.table.aligned(p, den.Spec().Side))
			if l.walk, err = den.Encode(photo, c, d.steps); err != nil {
				return err
			}
		}
		if l.noise, err = d.run(ctx, l.walk, lapDiffusionEncode, count(0)); err != nil {
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
	own, err := d.run(ctx, l.walk, lapDiffusionReconstruct, func(s diffusion.Step) error {
		if len(l.trail) == s.Index-1 && d.steps*len(d.faces)*len(s.Estimate) <= maxTrail {
			l.trail = append(l.trail, levels(s.Estimate))
		}
		return tell(s)
	})
	if err != nil {
		return err
	}
	l.own, l.walk = own, nil
	return nil
}

// draw walks a face's noise to its edited picture.
func (d *diffusing) draw(ctx context.Context, i int, p *portrait) error {
	l, start := p.latent(d.steps), time.Now()
	if !l.of.is(d.request) {
		l.of.set(d.request)
		l.edit, l.edited = nil, nil
	}
	if l.edited != nil {
		return nil
	}
	if l.edit == nil {
		style, err := d.style(ctx, p, d.request, d.timings)
		if err != nil {
			return err
		}
		c, err := d.condition(ctx, p, style)
		if err == nil {
			err = d.confine(ctx, p, l, c.Picture)
		}
		if err != nil {
			return err
		}
		den, err := d.denoiser.get(ctx)
		if err != nil {
			return err
		}
		if l.edit, err = den.Decode(l.noise, c, d.steps); err != nil {
			return err
		}
	}
	edited, err := d.run(ctx, l.edit, lapDiffusionDecode, func(s diffusion.Step) error {
		err := d.told(DiffusionStep{
			Task: TaskDiffusionDraw, Step: i*d.steps + s.Index, Steps: d.steps * len(d.faces),
			Draw: func(c Canvas) error { return d.sketch(ctx, p, l, s, c) },
		})
		if d.timings != nil && s.Index == 1 && i == 0 {
			d.timings[lapDiffusionFirst] = time.Since(start)
		}
		return err
	})
	if err != nil {
		return err
	}
	l.edited, l.edit = edited, nil
	return nil
}

// run goes a walk to its end.
func (d *diffusing) run(ctx context.Context, w *diffusion.Walk, lap string, told func(diffusion.Step) error) ([]float32, error) {
	defer d.timings.since(lap, time.Now())
	spent, taken := time.Duration(0), 0
	start := time.Now()
	out, err := w.Run(ctx, func(s diffusion.Step) error {
		spent, taken = spent+time.Since(start), taken+1
		err := told(s)
		start = time.Now()
		return err
	})
	if err == nil && d.timings != nil && taken > 0 {
		d.timings[lapDiffusionStep] = spent / time.Duration(taken)
	}
	return out, err
}

// sketch paints the request with what a step saw of one face. Of the others it
// shows what is there: the diffusion's picture, or the preview.
func (d *diffusing) sketch(ctx context.Context, p *portrait, l *latent, step diffusion.Step, c Canvas) error {
	var layers []face.Layer
	for _, q := range d.faces {
		var layer face.Layer
		var err error
		switch m := q.latents[d.steps]; {
		case q == p:
			layer, err = d.composed(ctx, p, l, d.request, l.ahead(step), false, d.timings)
		case m.edited != nil && m.of.is(d.request):
			layer, err = d.diffusedLayer(ctx, q, d.request, d.timings)
		default:
			was := q.drawn[surface{stage: StagePreview, aligned: d.table.square(d.request)}]
			if !was.shows(d.request) {
				continue
			}
			layer = face.Layer{Alignment: d.place(q, d.request), Change: was.change}
		}
		if err != nil {
			return err
		}
		layers = append(layers, layer)
	}
	base, err := d.base(ctx, d.faces[0], d.request)
	if err != nil {
		return err
	}
	defer d.timings.since(lapPaste, time.Now())
	v := d.view(base, d.request)
	v.Draw(c(v.Size()), layers...)
	return nil
}

// ahead returns the edited picture that a step lets expect: early estimates are
// soft, with and without the edit alike, so that what counts is how the two
// differ at the same step.
func (l *latent) ahead(s diffusion.Step) []float32 {
	if s.Index > len(l.trail) {
		return s.Estimate
	}
	out, was := make([]float32, len(l.own)), l.trail[s.Index-1]
	for i, v := range l.own {
		out[i] = v + min(max(s.Estimate[i], -1), 1) - (float32(was[i])/127.5 - 1)
	}
	return out
}

// levels rounds values of [-1, 1] to bytes.
func levels(pix []float32) []byte {
	out := make([]byte, len(pix))
	for i, v := range pix {
		out[i] = byte(min(max(v*127.5+128, 0), 255))
	}
	return out
}

// diffused returns the changes of the request's faces by diffusion, which it draws
// where they are not.
func (s *Studio) diffused(ctx context.Context, r Request, t Timings) ([]face.Layer, error) {
	if err := s.Diffuse(ctx, r, t, func(DiffusionStep) error { return nil }); err != nil {
		return nil, err
	}
	faces, err := s.table.faces(r)
	if err != nil {
		return nil, err
	}
	layers := make([]face.Layer, len(faces))
	for i, p := range faces {
		if layers[i], err = s.diffusedLayer(ctx, p, r, t); err != nil {
			return nil, err
		}
	}
	return layers, nil
}

// diffusedLayer returns the change of a face that Diffuse has drawn.
func (s *Studio) diffusedLayer(ctx context.Context, p *portrait, r Request, t Timings) (face.Layer, error) {
	n, err := s.stepsOf(r)
	if err != nil {
		return face.Layer{}, err
	}
	l := p.latents[n]
	if l == nil || l.edited == nil || !l.of.is(r) {
		return face.Layer{}, errors.New("the face has not been drawn by diffusion yet")
	}
	return s.composed(ctx, p, l, r, l.edited, true, t)
}

// composed returns the change that an edited picture of a face stands for, kept
// for the request or made for once. Its side is the diffusion's own, so that finer
// detail is the photo's wherever it goes.
func (s *Studio) composed(ctx context.Context, p *portrait, l *latent, r Request, edited []float32, keep bool, t Timings) (face.Layer, error) {
	on := surface{stage: StageFinal, aligned: s.table.square(r), kind: Diffusion}
	side := s.denoiser.stage.Spec().Side
	d := p.drawn[on]
	if d == nil || d.latent != l {
		c, err := s.composer(ctx, p, on, synth.Picture{Side: side, Pix: l.own})
		if err != nil {
			return face.Layer{}, err
		}
		d = &drawing{composer: c, latent: l}
		p.drawn[on] = d
	}
	if !keep || !d.shows(r) {
		err := s.compose(ctx, p, r, d, synth.Picture{Side: side, Pix: edited}, t)
		if err != nil || !keep {
			d.of.forget()
		}
		if err != nil {
			return face.Layer{}, err
		}
	}
	return face.Layer{Alignment: s.place(p, r), Change: d.change}, nil
}

// diffusedOwn returns a prepared face as the diffusion reproduces it, at the size
// of the generator's pictures.
func (s *Studio) diffusedOwn(p *portrait, r Request) (synth.Picture, error) {
	n, err := s.stepsOf(r)
	if err != nil {
		return synth.Picture{}, err
	}
	l := p.latents[n]
	if l == nil || l.own == nil {
		return synth.Picture{}, errors.New("the face has not been prepared for diffusion yet")
	}
	small, full := s.denoiser.stage.Spec().Side, s.generator.stage.Size()
	if small == full {
		return synth.Picture{Side: full, Pix: l.own}, nil
	}
	large := face.Whole(image.Pt(small, small)).Crop(face.Picture(small, l.own), full)
	return synth.Picture{Side: full, Pix: face.Planar(nil, large)}, nil
}

// condition returns what the diffusion draws a style code under: the code, and the
// preview that the generator shows of the face with it, the feature offset in it.
func (s *Studio) condition(ctx context.Context, p *portrait, style []float32) (diffusion.Condition, error) {
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
	pic, err := s.picture(ctx, p.code, style, StagePreview, nil)
	return diffusion.Condition{Style: slices.Clone(style), Picture: slices.Clone(pic.Pix)}, err
}

// confine takes from an edit's preview what is not the person, in the photo or in
// the preview, and what is the generator's drift rather than the edit: there the
// diffusion is told what it was told of the unedited face, so that the rest stays the
// photo's without any mask on its picture. Generated faces have no photo, and change as
// a whole.
func (s *Studio) confine(ctx context.Context, p *portrait, l *latent, preview []float32) error {
	if s.table.random != nil {
		return nil
	}
	side := s.denoiser.stage.Spec().Side
	shares := face.Differing(side, l.shown, preview)
	if s.matter.open != nil {
		person, err := s.person(ctx, p)
		if err != nil {
			return err
		}
		edited, err := s.edited(ctx, synth.Picture{Side: side, Pix: preview}, person)
		if err != nil {
			return err
		}
		for i, share := range face.Shown(side, append(person, edited)...) {
			shares[i] *= share
		}
	}
	for i, share := range shares {
		for k := i; k < len(preview); k += side * side {
			preview[k] = l.shown[k] + share*(preview[k]-l.shown[k])
		}
	}
	return nil
}

// ahead draws by diffusion what a file needs, with progress.
func (s *Studio) ahead(ctx context.Context, r Request, reconstruct bool, t Timings, report Report) error {
	if r.Engine != Diffusion || (r.Untouched() && !reconstruct) {
		return nil
	}
	return s.Diffuse(ctx, r, t, func(d DiffusionStep) error {
		report(d.Task, float64(d.Step)/float64(d.Steps))
		return nil
	})
}

// latent returns what is kept for a number of steps, empty at first.
func (p *portrait) latent(steps int) *latent {
	if p.latents[steps] == nil {
		if len(p.latents) >= maxLatents {
			clear(p.latents)
		}
		p.latents[steps] = &latent{steps: steps}
	}
	return p.latents[steps]
}

// forgetTrails lets go of the trails of all but these faces at so many steps.
func (t *table) forgetTrails(keep []*portrait, steps int) {
	kept := map[*latent]bool{}
	for _, p := range keep {
		kept[p.latents[steps]] = true
	}
	for _, p := range t.portraits {
		for _, l := range p.latents {
			if !kept[l] && l.own != nil {
				l.trail = nil
			}
		}
	}
}
