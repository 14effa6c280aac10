package studio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"deltaedit/engine"
	"deltaedit/engine/delta"
	"deltaedit/engine/diffusion"
	"deltaedit/engine/face"
	"deltaedit/engine/invert"
	"deltaedit/engine/invert/store"
	"deltaedit/engine/measure"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
	"deltaedit/engine/prompt"
	"deltaedit/engine/recipe"
	"deltaedit/engine/refine"
	"deltaedit/engine/synth"
)

// Loader returns a function that opens a pack and its models, as Warm does. Where the
// provider takes long to open a model, the CPU draws until it is ready.
func Loader(o engine.Options) engine.Load {
	return func(ctx context.Context, progress engine.ProgressFunc) (engine.Pipeline, error) {
		s, err := LoadPack(ctx, o, progress)
		if err != nil {
			return nil, err
		}
		warm := func() error { return s.Warm(ctx, progress) }
		if s.drawMeanwhile() {
			err = warm()
		} else {
			err = s.choice.open(warm)
		}
		if err != nil {
			_ = s.Close()
			return nil, err
		}
		return s, nil
	}
}

// successors are the models that take the place of those on the CPU.
type successors struct {
	inverter  inverter
	generator generator
}

// Close closes both.
func (l *successors) Close() error { return closeAll(l.inverter, l.generator) }

// openSuccessors opens both models, the one that draws first. When ctx ends, it stops before the
// next one.
func openSuccessors(ctx context.Context, openInverter func() (inverter, error), openGenerator func() (generator, error)) (*successors, error) {
	g, err := openGenerator()
	if err == nil {
		err = errors.Join(g.Wait(ctx), ctx.Err())
	}
	if err != nil {
		return nil, errors.Join(err, g.Close())
	}
	v, err := openInverter()
	if err != nil {
		return nil, errors.Join(err, v.Close(), g.Close())
	}
	return &successors{inverter: v, generator: g}, nil
}

// drawMeanwhile makes Warm open the inverter and the generator on the CPU, which takes
// least, when the provider compiles models and may be replaced. It reports whether that is
// so. Those on the provider are then opened in the background after Warm, and take over when
// they are ready, between two requests.
func (s *Studio) drawMeanwhile() bool {
	if s.choice.failed == nil || !onnx.Compiles(s.choice.provider) {
		return false
	}
	s.meanwhile = true
	openInverter, openGenerator := s.inverter.open, s.generator.open
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(context.Background())
	s.later.open = func() (l *successors, err error) {
		err = s.choice.open(func() error {
			l, err = openSuccessors(ctx, openInverter, openGenerator)
			return err
		})
		return l, err
	}
	s.inverter.open, s.generator.open = s.openOnCPU.inverter, s.openOnCPU.generator
	return true
}

// takeOver puts the models of the chosen provider in the place of those on the CPU, once
// they are open. What was drawn by the old generator is drawn again, since the two differ
// in their last digits, and a change is the difference of two pictures.
func (s *Studio) takeOver() {
	o, done := s.later.poll()
	if !done {
		return
	}
	s.later = lazy[*successors]{}
	if o.err != nil {
		s.choice.notice = fmt.Sprintf("%s cannot open the models (%v); using the CPU", s.choice.provider, o.err)
		s.choice.failed(s.choice.notice)
		return
	}
	// An error of closing would come too late to matter.
	_ = closeAll(&s.inverter, &s.generator)
	s.inverter.model, s.inverter.ready = o.model.inverter, true
	s.generator.model, s.generator.ready = o.model.generator, true
	if s.current != nil {
		s.current.forgetDrawn()
	}
}

// openStore returns the store of inversions in the user's cache folder. Without such a
// folder it returns nil, which keeps nothing.
func openStore() *store.Store {
	warn := func(err error) { slog.Warn("Inversions are not kept", "error", err) }
	dir, err := store.Path()
	if err != nil {
		warn(err)
		return nil
	}
	return store.New(dir, store.DefaultLimit, warn)
}

// Identify returns which pack a name or a folder stands for, without verifying its files.
func Identify(name string) (recipe.Pack, error) {
	dir, err := pack.Find(name)
	if err != nil {
		return recipe.Pack{}, err
	}
	p, err := pack.Open(dir)
	if err != nil {
		return recipe.Pack{}, err
	}
	return identify(p)
}

func identify(p *pack.Pack) (recipe.Pack, error) {
	sum, err := p.ManifestSum()
	return recipe.Pack{Name: p.Name(), Version: p.Manifest().Version, Manifest: sum}, err
}

// LoadPack finds a pack, verifies the hashes of its files and the tensors of its models,
// and initialises the runtime. Each model is opened at its first use. With o.Brief, the hash of
// a file is verified only when that is used.
func LoadPack(ctx context.Context, o engine.Options, progress engine.ProgressFunc) (*Studio, error) {
	var decode func() (*Decoded, error)
	if o.Photo != "" {
		decode = decodeAhead(o.Photo)
	}
	dir, err := pack.Find(o.Pack)
	if err != nil {
		return nil, err
	}
	p, err := pack.Open(dir)
	if err != nil {
		return nil, err
	}
	if !o.Brief {
		err = p.Verify(ctx, func(done, total int64) {
			progress(engine.Task{Kind: engine.TaskVerify}, float64(done)/float64(max(total, 1)))
		})
		if err != nil {
			return nil, err
		}
	}
	if err := onnx.Check(p); err != nil {
		return nil, err
	}
	spec, err := diffusion.Check(p)
	if err != nil && !errors.Is(err, pack.ErrNoComponent) {
		return nil, err
	}
	hasDiffusion := err == nil
	id, err := identify(p)
	if err != nil {
		return nil, err
	}
	if err := onnx.Init(); err != nil {
		return nil, err
	}
	chosen, err := choose(ctx, p, o, progress)
	if err != nil {
		return nil, err
	}
	heavy := onnx.Options{Provider: chosen.provider, Instead: chosen.failed, Lean: true}
	onCPU := onnx.Options{Provider: measure.CPU, Lean: true}
	light := onnx.Options{Provider: "cpu"}
	brief := onnx.Options{Provider: "cpu", Lean: true, Apart: true} // it is open for minutes only
	s := &Studio{
		pack:   id,
		dir:    p.Dir(),
		choice: chosen,
		brief:  o.Brief,
	}
	s.ahead.path, s.ahead.decode = o.Photo, decode
	if o.KeepInversions {
		s.kept = openStore()
	}
	s.detector.open = func() (detector, error) { return face.NewDetector(p, light) }
	if face.HasSegmenter(p) {
		s.segmenter.open = func() (segmenter, error) { return face.NewSegmenter(p, light) }
	}
	if face.HasParser(p) {
		s.parser.open = func() (parser, error) { return face.NewParser(p, light) }
	}
	s.inverter.open = func() (inverter, error) { return invert.New(p, heavy) }
	s.openOnCPU.inverter = func() (inverter, error) { return invert.New(p, onCPU) }
	s.openOnCPU.generator = func() (generator, error) { return synth.New(p, onCPU) }
	s.refiner.open = func() (refiner, error) { return refine.New(p, brief) }
	s.refineSteps = refine.Recommended(p)
	s.textEncoder.open = func() (textEncoder, error) { return prompt.New(p, light) }
	s.imageEncoder.open = func() (imageEncoder, error) { return prompt.NewImage(p, light) }
	s.mapper.open = func() (mapper, error) { return delta.New(p, light) }
	s.generator.open = func() (generator, error) { return synth.New(p, heavy) }
	if hasDiffusion {
		s.denoiser.open = func() (denoiser, error) { return diffusion.New(p, heavy) }
		s.diffusionSteps = spec.Steps
	}
	return s, nil
}
