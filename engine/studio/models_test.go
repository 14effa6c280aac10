package studio

import (
	"context"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"deltaedit/engine/delta"
	"deltaedit/engine/diffusion"
	"deltaedit/engine/face"
	"deltaedit/engine/invert"
	"deltaedit/engine/prompt"
	"deltaedit/engine/recipe"
	"deltaedit/engine/refine"
	"deltaedit/engine/synth"
)

const (
	fakePreview = 32
	fakeFull    = 128
	fakeStyle   = 4
	fakeSteps   = 12 // of the diffusion
)

// models are fake stages that count what they are asked for.
type models struct {
	calls map[string]int
	fail  map[string]error // by call
	faces []face.Face
	// outlines are what the detector finds in turn; empty for no face.
	outlines       [][]face.Point
	outlineChanges bool // every edit is about the outline of the face
	known          bool
	conf           float64

	nearest []prompt.Concept
	shifts  []delta.Shift // of the last Apply
	closed  []string

	inverterSays string // its notice

	// upset, where set, may fail any call, or panic.
	upset func(what string) error
}

func (m *models) ask(ctx context.Context, what string) error {
	m.calls[what]++
	if err := m.fail[what]; err != nil {
		return err
	}
	if m.upset != nil {
		if err := m.upset(what); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// total returns the number of syntheses.
func (m *models) total() int { return m.calls["preview"] + m.calls["full"] }

type stub struct {
	*models
	name string
}

func (s stub) Close() error { s.closed = append(s.closed, s.name); return nil }

type (
	stubDetector     struct{ stub }
	stubInverter     struct{ stub }
	stubRefiner      struct{ stub }
	stubTextEncoder  struct{ stub }
	stubImageEncoder struct{ stub }
	stubMapper       struct{ stub }
	stubGenerator    struct{ stub }
	stubDenoiser     struct{ stub }
)

func (s stubDetector) Detect(ctx context.Context, _ *image.NRGBA) ([]face.Face, error) {
	return s.faces, s.ask(ctx, "detect")
}

func (s stubDetector) Mark(ctx context.Context, _ *image.NRGBA, box image.Rectangle, faces []face.Face) ([]face.Face, int, error) {
	if err := s.ask(ctx, "mark"); err != nil {
		return nil, 0, err
	}
	f := s.faces[0]
	f.Box = box
	return append(slices.Clone(faces), f), len(faces), nil
}

func (s stubDetector) Frame(ctx context.Context, _ *image.NRGBA) (face.Frame, bool, error) {
	return face.Frame{}, len(s.outlines) > 0, s.ask(ctx, "frame")
}

// Outline returns the outlines in turn, and the last one from then on.
func (s stubDetector) Outline(ctx context.Context, _ face.Frame, _ *image.NRGBA) ([]face.Point, bool, error) {
	if err := s.ask(ctx, "outline"); err != nil {
		return nil, false, err
	}
	o := s.outlines[min(s.calls["outline"], len(s.outlines))-1]
	return o, o != nil, nil
}

func (s stubInverter) Side() int        { return fakePreview }
func (s stubInverter) Provider() string { return "inverter's" }
func (s stubInverter) Notice() string   { return s.inverterSays }

func (s stubInverter) Invert(ctx context.Context, img *image.RGBA) (invert.Code, error) {
	if img.Rect.Dx() != fakePreview {
		return invert.Code{}, fmt.Errorf("side %d", img.Rect.Dx())
	}
	return invert.Code{Style: make([]float32, fakeStyle)}, s.ask(ctx, "invert")
}

// Refine moves the first style channel to 0.5 and says so at every step.
func (s stubRefiner) Refine(ctx context.Context, code invert.Code, img *image.RGBA, n int, draw refine.Draw, progress refine.Progress) (refine.Result, error) {
	if img.Rect.Dx() != fakeFull || code.Style[0] != 0 {
		return refine.Result{}, fmt.Errorf("side %d, style %v", img.Rect.Dx(), code.Style)
	}
	style := slices.Clone(code.Style)
	style[0] = 0.5
	if _, side, err := draw(ctx, style, nil); err != nil || side != fakeFull {
		return refine.Result{}, fmt.Errorf("drew %d pixels: %w", side, err)
	}
	for i := range n {
		progress(i+1, n, 1)
	}
	return refine.Result{Code: invert.Code{Style: style}, Steps: n, Before: 0.2, After: 0.002}, s.ask(ctx, "refine")
}

func (s stubTextEncoder) Text(ctx context.Context, _ string) ([]float32, error) {
	return []float32{1, 0}, s.ask(ctx, "text")
}

func (s stubTextEncoder) Delta(ctx context.Context, source, target string) (prompt.Direction, error) {
	if source == "" || target == "" {
		return prompt.Direction{}, prompt.ErrEmptyPrompt
	}
	return prompt.Direction{
		Subject: prompt.Subject{Outline: s.outlineChanges},
		Vector:  []float32{0, 1}, Conditioned: []float32{0, 1}, Confidence: s.conf, Known: s.known, Bar: 0.5, Gain: 2,
		Nearest: s.nearest,
	}, s.ask(ctx, "read")
}

func (s stubImageEncoder) Vector(ctx context.Context, _ *image.RGBA) ([]float32, error) {
	return []float32{1, 0}, s.ask(ctx, "view")
}

func (s stubMapper) Delta(ctx context.Context, _, _, _ []float32) ([]float32, error) {
	return []float32{0.2, 0, 0, 0}, s.ask(ctx, "map")
}

func (s stubMapper) Apply(dst, style []float32, shifts []delta.Shift, _ float64) []float32 {
	s.models.shifts = shifts
	out := append(dst[:0], style...)
	for _, st := range shifts {
		for i, v := range st.DeltaStyle {
			out[i] += float32(st.Strength*st.Gain) * v
		}
	}
	return out
}

func (s stubMapper) Check([]float32, []delta.Shift) error { return nil }
func (s stubMapper) Threshold() float64                   { return 0.03 }

func (s stubGenerator) RandomCode(ctx context.Context, seed int64, truncation float32) (style, wplus []float32, err error) {
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	out := make([]float32, fakeStyle)
	for i := range out {
		out[i] = truncation * (r.Float32() - 0.5)
	}
	return out, nil, s.ask(ctx, "random")
}

func (s stubGenerator) Preview(ctx context.Context, style, _ []float32) (synth.Picture, error) {
	return fakePicture(fakePreview, style), s.ask(ctx, "preview")
}

func (s stubGenerator) Full(ctx context.Context, style, _ []float32) (synth.Picture, error) {
	return fakePicture(fakeFull, style), s.ask(ctx, "full")
}

func (s stubGenerator) SetWPlus([]float32) error                      { return nil }
func (s stubGenerator) SetReference(context.Context, []float32) error { return nil }
func (s stubGenerator) Size() int                                     { return fakeFull }
func (s stubGenerator) PreviewSize() int                              { return fakePreview }
func (s stubGenerator) OffsetSide() int                               { return fakeOffset }
func (s stubGenerator) Provider() string                              { return "cpu" }
func (s stubGenerator) Notice() string                                { return "" }
func (s stubGenerator) Wait(context.Context) error                    { return nil }

func (s stubDenoiser) Spec() diffusion.Spec {
	return diffusion.Spec{Side: fakePreview, StyleLen: fakeStyle, Steps: fakeSteps}
}

func (s stubDenoiser) Provider() string { return "denoiser's" }
func (s stubDenoiser) Notice() string   { return "" }

func (s stubDenoiser) Encode(picture []float32, c diffusion.Condition, steps int) (*diffusion.Walk, error) {
	return s.walk("encode", picture, c, steps, 0.01, 10)
}

func (s stubDenoiser) Decode(noise []float32, c diffusion.Condition, steps int) (*diffusion.Walk, error) {
	return s.walk("decode", noise, c, steps, 10, 0.01)
}

// walk is the way of pictures that are Gaussian around the condition: the photo
// moves with the generator's picture.
func (s stubDenoiser) walk(what string, x []float32, c diffusion.Condition, steps int, from, to float64) (*diffusion.Walk, error) {
	if n := 3 * fakePreview * fakePreview; len(x) != n || len(c.Picture) != n || len(c.Style) != fakeStyle {
		return nil, fmt.Errorf("%d, %d and %d values", len(x), len(c.Picture), len(c.Style))
	}
	sigmas := make([]float64, steps+1)
	for i := range sigmas {
		sigmas[i] = from * math.Pow(to/from, float64(i)/float64(steps))
	}
	mean := slices.Clone(c.Picture)
	return diffusion.NewWalk(x, sigmas, func(ctx context.Context, x []float32, sigma float64) ([]float32, error) {
		out := make([]float32, len(x))
		w := float32(sigma * sigma / (0.25 + sigma*sigma))
		for i, v := range x {
			out[i] = v + w*(mean[i]-v)
		}
		return out, s.ask(ctx, what)
	}), nil
}

// fakePicture has the style's first value as brightness.
func fakePicture(side int, style []float32) synth.Picture {
	pix := make([]float32, 3*side*side)
	for i := range pix {
		pix[i] = style[0] + style[1]*float32(i%side)/float32(side)
	}
	return synth.Picture{Side: side, Pix: pix}
}

// fakeFace is an upright face with its eyes at (x±d, y) and its mouth at
// (x, y+2d).
func fakeFace(x, y, d float64) face.Face {
	f := face.Face{Score: 0.9, Box: image.Rect(int(x-2*d), int(y-2*d), int(x+2*d), int(y+4*d))}
	for _, i := range []int{33, 160, 158, 133, 153, 144} {
		f.Points[i] = face.Point{X: x - d, Y: y}
	}
	for _, i := range []int{362, 385, 387, 263, 373, 380} {
		f.Points[i] = face.Point{X: x + d, Y: y}
	}
	f.Points[61], f.Points[291] = face.Point{X: x - d/2, Y: y + 2*d}, face.Point{X: x + d/2, Y: y + 2*d}
	return f
}

// newStudio returns a studio over fake stages.
func newStudio(t *testing.T) (*Studio, *models) {
	t.Helper()
	m := &models{
		calls: map[string]int{}, fail: map[string]error{}, known: true, conf: 0.8,
		faces:   []face.Face{fakeFace(120, 90, 20)},
		nearest: []prompt.Concept{{Name: "smiling", Cosine: 0.75, Gain: 2}},
	}
	s := &Studio{pack: recipe.Pack{
		Name: "fake", Version: "1",
		Manifest: "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	}}
	s.detector.open = func() (detector, error) { return stubDetector{stub{m, "detector"}}, m.fail["open detector"] }
	s.inverter.open = func() (inverter, error) { return stubInverter{stub{m, "inverter"}}, nil }
	s.refiner.open = func() (refiner, error) { return stubRefiner{stub{m, "refiner"}}, m.fail["open refiner"] }
	s.textEncoder.open = func() (textEncoder, error) { return stubTextEncoder{stub{m, "textEncoder"}}, nil }
	s.imageEncoder.open = func() (imageEncoder, error) { return stubImageEncoder{stub{m, "imageEncoder"}}, nil }
	s.mapper.open = func() (mapper, error) { return stubMapper{stub{m, "mapper"}}, nil }
	s.generator.open = func() (generator, error) { return stubGenerator{stub{m, "generator"}}, nil }
	s.denoiser.open = func() (denoiser, error) { return stubDenoiser{stub{m, "denoiser"}}, m.fail["open denoiser"] }
	s.diffusionSteps = fakeSteps
	return s, m
}
