package studio_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"image"
	"image/draw"
	"image/png"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"deltaedit/assets"
	"deltaedit/engine"
	"deltaedit/engine/delta"
	"deltaedit/engine/invert"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
	"deltaedit/engine/prompt"
	"deltaedit/engine/studio"
	"deltaedit/engine/synth"
)

// officialDir holds a tiny pack that was converted from checkpoints in the official
// formats, and what PyTorch makes with them (models/tests/make_official_fixture.py).
var officialDir = filepath.Join("..", "testdata", "official")

// officialTolerance bounds the largest difference to PyTorch over the largest value.
const officialTolerance = 1e-3

// expected is what PyTorch gave.
type expected struct {
	Source, Target string
	Strength       float64
	Style          []float32
	WPlus          []float32 `json:"w_plus"`
	Vector, Delta  []float32
	Moved          []float32 // ΔS after the relevance mask
	Threshold      []float64
	Z              []float32
}

func officialExpected(t *testing.T) expected {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(officialDir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var e expected
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func officialFloats(t *testing.T, name string) []float32 {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(officialDir, name))
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float32, len(data)/4)
	if err := binary.Read(bytes.NewReader(data), binary.LittleEndian, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// agree fails the test when values differ by more than the tolerance.
func agree(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: want %d values, got %d", what, len(want), len(got))
	}
	worst, largest := 0.0, 0.0
	for i, w := range want {
		d := math.Abs(float64(got[i] - w))
		if math.IsNaN(d) {
			t.Fatalf("%s: value %d is NaN", what, i)
		}
		worst, largest = math.Max(worst, d), math.Max(largest, math.Abs(float64(w)))
	}
	if !(worst <= officialTolerance*largest) {
		t.Errorf("%s: differs by %.3g of %.3g", what, worst, largest)
	}
	t.Logf("%s: differs by %.1e of its largest value", what, worst/largest)
}

// The stages give what PyTorch gives for the same aligned face and prompts: face,
// W+ and S, vectors, Δt, masked ΔS, preview and picture.
func TestOfficialPackAgreesWithPyTorch(t *testing.T) {
	ctx := context.Background()
	p, err := pack.Open(filepath.Join(officialDir, "pack"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Verify(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if err := onnx.Check(p); err != nil {
		t.Fatal(err)
	}
	want := officialExpected(t)
	f, err := os.Open(filepath.Join(officialDir, "face.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	decoded, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	face := image.NewRGBA(decoded.Bounds())
	draw.Draw(face, face.Rect, decoded, image.Point{}, draw.Src)

	o := onnx.Options{Provider: "cpu", Threads: 1}
	inverter, err := invert.New(p, o)
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	defer inverter.Close()
	code, err := inverter.Invert(ctx, face)
	if err != nil {
		t.Fatal(err)
	}
	agree(t, "style", code.Style, want.Style)
	agree(t, "w_plus", code.WPlus, want.WPlus)

	imageEncoder, err := prompt.NewImage(p, o)
	if err != nil {
		t.Fatal(err)
	}
	defer imageEncoder.Close()
	vector, err := imageEncoder.Vector(ctx, face)
	if err != nil {
		t.Fatal(err)
	}
	agree(t, "image vector", vector, want.Vector)

	textEncoder, err := prompt.New(p, o)
	if err != nil {
		t.Fatal(err)
	}
	defer textEncoder.Close()
	d, err := textEncoder.Delta(ctx, want.Source, want.Target)
	if err != nil {
		t.Fatal(err)
	}
	agree(t, "text direction", d.Vector, want.Delta)
	if !d.Known || d.Confidence != 1 || d.Weight() != 1 || d.Gain != 1 || len(d.Nearest) != 0 {
		t.Errorf("a pack without concepts: %+v", d)
	}

	mapper, err := delta.New(p, o)
	if err != nil {
		t.Fatal(err)
	}
	defer mapper.Close()
	if math.Abs(mapper.Threshold()-want.Threshold[0]) > 1e-6 {
		t.Errorf("threshold is %v, want %v", mapper.Threshold(), want.Threshold[0])
	}
	ds, err := mapper.Delta(ctx, code.Style, vector, d.Vector)
	if err != nil {
		t.Fatal(err)
	}
	step := delta.Shift{DeltaStyle: ds, Direction: d.Vector, Length: d.Length, Strength: 1}
	moved := mapper.Apply(nil, make([]float32, len(ds)), []delta.Shift{step}, -1)
	agree(t, "change of style", moved, want.Moved)
	if n := count(moved); n == 0 || n == len(moved) {
		t.Errorf("%d of %d channels are moved: nothing was masked or all", n, len(moved))
	}

	generator, err := synth.New(p, o)
	if err != nil {
		t.Fatal(err)
	}
	defer generator.Close()
	if generator.Size() != 64 || generator.PreviewSize() != 16 {
		t.Errorf("sides %d and %d", generator.Size(), generator.PreviewSize())
	}
	if err := generator.SetWPlus(code.WPlus); err != nil {
		t.Fatal(err)
	}
	step.Strength = want.Strength
	style := mapper.Apply(nil, code.Style, []delta.Shift{step}, -1)
	preview, err := generator.Preview(ctx, style, nil)
	if err != nil {
		t.Fatal(err)
	}
	if preview.Side != 16 || len(preview.Pix) != 3*16*16 {
		t.Errorf("a preview of %d values, side %d", len(preview.Pix), preview.Side)
	}
	full, err := generator.Full(ctx, style, nil)
	if err != nil {
		t.Fatal(err)
	}
	agree(t, "edited picture", full.Pix, officialFloats(t, "image.f32"))

	w, err := generator.Mapping(ctx, want.Z, 0.7)
	if err != nil {
		t.Fatal(err)
	}
	wplus := slices.Repeat(w, len(code.WPlus)/len(w))
	style, err = generator.Affine(ctx, wplus)
	if err != nil {
		t.Fatal(err)
	}
	if err := generator.SetWPlus(wplus); err != nil {
		t.Fatal(err)
	}
	if full, err = generator.Full(ctx, style, nil); err != nil {
		t.Fatal(err)
	}
	agree(t, "random picture", full.Pix, officialFloats(t, "random.f32"))
}

func count(v []float32) int {
	n := 0
	for _, x := range v {
		if x != 0 {
			n++
		}
	}
	return n
}

// officialPack writes the tiny pack with the built-in pack's face detector, as the
// converter writes packs, and returns its folder.
func officialPack(t *testing.T) string {
	t.Helper()
	builtin, err := pack.Find("")
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	dir := filepath.Join(t.TempDir(), "official-tiny")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(officialDir, "pack"))); err != nil {
		t.Fatal(err)
	}
	var m, faces pack.Manifest
	for from, into := range map[string]*pack.Manifest{dir: &m, builtin: &faces} {
		p, err := pack.Open(from)
		if err != nil {
			t.Fatalf("%v: run make setup", err)
		}
		*into = p.Manifest()
	}
	m.Files, m.Components = maps.Clone(m.Files), maps.Clone(m.Components)
	for _, name := range []string{"detector", "landmarks"} {
		c := faces.Components[name]
		m.Components[name] = c
		model := c.Graphs[0].Model
		m.Files[model] = faces.Files[model]
		data, err := os.ReadFile(filepath.Join(builtin, model))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, model), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, pack.ManifestName), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// The engine opens photographs, edits, previews, exports and invents faces with a
// converted pack as with any other, after it was added under its name.
func TestOfficialPackRuns(t *testing.T) {
	dir := officialPack(t)
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	ctx := context.Background()
	added, err := pack.Add(ctx, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	quiet := func(engine.Task, float64) {}
	s, err := studio.LoadPack(ctx, engine.Options{Pack: "official-tiny", Provider: "cpu"}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Warm(ctx, quiet); err != nil {
		t.Fatal(err)
	}
	st := s.Status()
	if st.Resolution != 64 || st.PreviewResolution != 16 || st.RefineSteps != 0 || st.Pack != "official-tiny" || filepath.Base(added) != st.Pack {
		t.Errorf("status %+v, added %s", st, added)
	}
	samples, err := assets.Samples()
	if err != nil {
		t.Fatal(err)
	}
	subject, err := s.Open(ctx, 1, engine.Source{Name: samples[0].Name, Data: samples[0].Data}, engine.Timings{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	r := engine.Request{
		Photo: 1, View: image.Pt(400, 400), Threshold: -1, Quality: engine.QualityRest,
		Edits: []engine.Edit{{Source: "face", Target: "smiling face with blond hair", Strength: 1}},
	}
	drawn := func(r engine.Request) []uint8 {
		t.Helper()
		reports, err := s.Directions(ctx, r, engine.Timings{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range reports {
			if !p.Known || p.Confidence != 1 || p.Message != "" || p.Nearest == nil {
				t.Errorf("report %+v", p)
			}
		}
		var last *image.RGBA
		for _, stage := range []engine.Stage{engine.StagePreview, engine.StageFinal} {
			canvas := func(size image.Point) *image.RGBA { last = image.NewRGBA(image.Rectangle{Max: size}); return last }
			if err := s.Draw(ctx, r, stage, canvas, engine.Timings{}); err != nil {
				t.Fatal(err)
			}
		}
		return last.Pix
	}
	if err := s.Invert(ctx, r, engine.Timings{}); err != nil {
		t.Fatal(err)
	}
	edited := drawn(r)
	r.Edits[0].Strength = 0
	if slices.Equal(edited, drawn(r)) {
		t.Error("the edit changed nothing")
	}
	if subject.Size.X < 100 {
		t.Errorf("a photo of %v", subject.Size)
	}

	// A random face is drawn with its own W+, not with the photo's.
	for range 2 {
		if _, err := s.Generate(ctx, 2, 5, 0.7, engine.Timings{}, quiet); err != nil {
			t.Fatal(err)
		}
	}
	r.Photo, r.Edits[0].Strength = 2, 1
	first := drawn(r)
	if _, err := s.Open(ctx, 3, engine.Source{Name: samples[0].Name, Data: samples[0].Data}, engine.Timings{}, quiet); err != nil {
		t.Fatal(err)
	}
	r.Photo = 3
	if err := s.Invert(ctx, r, engine.Timings{}); err != nil {
		t.Fatal(err)
	}
	drawn(r)
	if _, err := s.Generate(ctx, 4, 5, 0.7, engine.Timings{}, quiet); err != nil {
		t.Fatal(err)
	}
	r.Photo = 4
	if !slices.Equal(first, drawn(r)) {
		t.Error("the same seed gave another picture after a photo")
	}
}
