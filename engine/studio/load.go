package studio

import (
	"context"
	"errors"

	"deltaedit/engine"
	"deltaedit/engine/delta"
	"deltaedit/engine/diffusion"
	"deltaedit/engine/face"
	"deltaedit/engine/invert"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
	"deltaedit/engine/prompt"
	"deltaedit/engine/recipe"
	"deltaedit/engine/refine"
	"deltaedit/engine/synth"
)

// Loader returns a function that opens a pack and its models, as Warm does.
func Loader(o engine.Options) engine.Load {
	return func(ctx context.Context, progress engine.ProgressFunc) (engine.Pipeline, error) {
		s, err := LoadPack(ctx, o, progress)
		if err != nil {
			return nil, err
		}
		if err := s.choice.open(func() error { return s.Warm(ctx, progress) }); err != nil {
			_ = s.Close()
			return nil, err
		}
		return s, nil
	}
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
// and initialises the runtime. Each model is opened at its first use.
func LoadPack(ctx context.Context, o engine.Options, progress engine.ProgressFunc) (*Studio, error) {
	dir, err := pack.Find(o.Pack)
	if err != nil {
		return nil, err
	}
	p, err := pack.Open(dir)
	if err != nil {
		return nil, err
	}
	err = p.Verify(ctx, func(done, total int64) {
		progress(engine.Task{Kind: engine.TaskVerify}, float64(done)/float64(max(total, 1)))
	})
	if err != nil {
		return nil, err
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
	light := onnx.Options{Provider: "cpu"}
	brief := onnx.Options{Provider: "cpu", Lean: true, Apart: true} // it is open for minutes only
	s := &Studio{
		pack:   id,
		dir:    p.Dir(),
		choice: chosen,
	}
	s.detector.open = func() (detector, error) { return face.NewDetector(p, light) }
	if face.HasSegmenter(p) {
		s.segmenter.open = func() (segmenter, error) { return face.NewSegmenter(p, light) }
	}
	if face.HasParser(p) {
		s.parser.open = func() (parser, error) { return face.NewParser(p, light) }
	}
	s.inverter.open = func() (inverter, error) { return invert.New(p, heavy) }
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
