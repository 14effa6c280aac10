package engine

import (
	"context"
	"errors"

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

// Options choose a model pack and where it runs.
type Options struct {
	// Pack is a pack's name or folder; "" is the built-in pack.
	Pack string
	// Provider is the execution provider of the generator, the inverter and
	// the denoiser: auto, cpu, webgpu, cuda, ...; "" is auto, the one that is
	// measured to be the fastest. The small models run on the CPU.
	Provider string
	// Preferred makes the provider a preference: where it cannot be used, auto
	// chooses, and where it fails later the CPU takes its place, with a notice.
	// Otherwise a provider that was given by name is never replaced.
	Preferred bool
	// Measure has auto measure anew, whatever was decided before.
	Measure bool
}

// Loader returns a Config.Load that opens a pack and all its stages.
func Loader(o Options) Load {
	return func(ctx context.Context, progress func(Progress)) (Pipeline, error) {
		report := func(task string, fraction float64) {
			progress(Progress{Task: task, Fraction: fraction})
		}
		s, err := LoadPack(ctx, o, report)
		if err != nil {
			return nil, err
		}
		if err := s.chosen.open(func() error { return s.Warm(ctx, report) }); err != nil {
			_ = s.Close()
			return nil, err
		}
		return s, nil
	}
}

// LoadPack finds a pack, verifies every file's hash and every model's tensors
// and initialises the runtime. Stages open at their first use.
func LoadPack(ctx context.Context, o Options, report Report) (*Studio, error) {
	dir, err := pack.Find(o.Pack)
	if err != nil {
		return nil, err
	}
	p, err := pack.Open(dir)
	if err != nil {
		return nil, err
	}
	err = p.Verify(ctx, func(done, total int64) {
		report("Checking the model files", float64(done)/float64(max(total, 1)))
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
	sum, err := p.ManifestSum()
	if err != nil {
		return nil, err
	}
	if err := onnx.Init(); err != nil {
		return nil, err
	}
	chosen, err := choose(ctx, p, o, report)
	if err != nil {
		return nil, err
	}
	heavy := onnx.Options{Provider: chosen.provider, Instead: chosen.failed, Lean: true}
	light := onnx.Options{Provider: "cpu"}
	brief := onnx.Options{Provider: "cpu", Lean: true, Apart: true} // open for minutes
	s := &Studio{
		pack:   recipe.Pack{Name: p.Name(), Version: p.Manifest().Version, Manifest: sum},
		dir:    p.Dir(),
		chosen: chosen,
	}
	s.detector.open = func() (detector, error) { return face.NewDetector(p, light) }
	if face.HasMatte(p) {
		s.matter.open = func() (matter, error) { return face.NewMatter(p, light) }
	}
	s.inverter.open = func() (inverter, error) { return invert.New(p, heavy) }
	s.refiner.open = func() (refiner, error) { return refine.New(p, brief) }
	s.refineSteps = refine.Recommended(p)
	s.reader.open = func() (reader, error) { return prompt.New(p, light) }
	s.viewer.open = func() (viewer, error) { return prompt.NewImage(p, light) }
	s.mapper.open = func() (mapper, error) { return delta.New(p, light) }
	s.generator.open = func() (generator, error) { return synth.New(p, heavy) }
	if hasDiffusion {
		s.denoiser.open = func() (denoiser, error) { return diffusion.New(p, heavy) }
		s.diffusionSteps = spec.Steps
	}
	return s, nil
}
