package measure

import (
	"context"
	"time"

	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
	"deltaedit/engine/synth"
)

// New returns the chooser for a pack. GPUs in software are allowed only if software is
// true, as in tests. onnx.Init must have succeeded. Errors are those of reading the
// pack's manifest.
func New(p *pack.Pack, software bool) (*Chooser, error) {
	manifest, err := p.ManifestSum()
	if err != nil {
		return nil, err
	}
	machine := onnx.ThisMachine()
	c := &Chooser{
		Key: Key{
			Machine: machine,
			Pack:    p.Name(), Version: p.Manifest().Version, Manifest: manifest,
			Software: software, Limits: limits(),
		},
		Candidates: func() []Candidate { return candidates(onnx.Candidates(), software) },
		Without:    func() string { return onnx.NoneUsable(onnx.Candidates()) },
		Open:       func(ctx context.Context, provider string) (Runner, error) { return open(ctx, p, provider) },
		CPUDevice:  machine.CPU,
	}
	c.File, c.NoFile = Path()
	return c, nil
}

// candidates converts the runtime's information on its providers.
func candidates(infos []onnx.ProviderInfo, software bool) []Candidate {
	var out []Candidate
	for _, i := range infos {
		c := Candidate{Provider: i.Name, Device: i.Device, Software: i.Software}
		switch {
		case !i.Usable:
			c.Refused = i.Detail
			if isShortage(i.Detail) {
				c.why = shortage
			}
		case i.Software && !software:
			c.Refused = "a GPU in software, which is slower than the CPU"
		}
		out = append(out, c)
	}
	return out
}

// seeds are the seeds of the generated faces.
var seeds = [2]int64{1, 2}

// generator draws random faces with the pack's generator in the same way as an edit:
// with an offset, which belongs to the style code of the other face.
type generator struct {
	gen    *synth.Generator
	style  [2][]float32
	wplus  [2][]float32
	offset []float32
}

func open(ctx context.Context, p *pack.Pack, provider string) (_ Runner, err error) {
	gen, err := synth.New(p, onnx.Options{Provider: provider, Lean: true})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = gen.Close()
		}
	}()
	if err := gen.Wait(ctx); err != nil {
		return nil, err
	}
	g := &generator{gen: gen, offset: offset(gen.OffsetLen())}
	for i, seed := range seeds {
		if g.style[i], g.wplus[i], err = gen.RandomCode(ctx, seed, 0.7); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// offset returns noise with the strength of an inverter's offsets, or nil for n = 0.
func offset(n int) []float32 {
	if n == 0 {
		return nil
	}
	noise := synth.Noise(3, min(n, 4096))
	out := make([]float32, n)
	for i := range out {
		out[i] = 0.1 * noise[i%len(noise)]
	}
	return out
}

func (g *generator) Draw(ctx context.Context, n int) (Drawn, error) {
	if err := g.gen.SetWPlus(g.wplus[n]); err != nil {
		return Drawn{}, err
	}
	// This runs the first graph as a preview does, but is not part of the preview's
	// time.
	if err := g.gen.SetReference(ctx, g.style[1-n]); err != nil {
		return Drawn{}, err
	}
	start := time.Now()
	preview, err := g.gen.Preview(ctx, g.style[n], g.offset)
	if err != nil {
		return Drawn{}, err
	}
	middle := time.Now()
	final, err := g.gen.Full(ctx, g.style[n], g.offset)
	if err != nil {
		return Drawn{}, err
	}
	end := time.Now()
	return Drawn{
		Preview: preview.Pix, Final: final.Pix,
		PreviewTook: middle.Sub(start), FinalTook: end.Sub(middle),
	}, nil
}

func (g *generator) Close() error { return g.gen.Close() }

// Providers returns the names of the providers that auto chooses from on this system,
// the CPU last. Not all of them may work.
func Providers() []string { return onnx.AutoNames() }
