package studio

import (
	"bytes"
	"context"
	"errors"
	"image"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/diffusion"
	"deltaedit/engine/face"
	"deltaedit/engine/recipe"
)

// faithful is smile by diffusion.
func faithful(strength float64) engine.Request {
	r := smile(strength)
	r.Renderer = engine.Diffusion
	return r
}

func ignore(engine.DiffusionStep) error { return nil }

// diffuse draws a request by diffusion and returns the tasks that were reported.
func diffuse(t *testing.T, s *Studio, r engine.Request) map[engine.TaskKind]int {
	t.Helper()
	told := map[engine.TaskKind]int{}
	err := s.Diffuse(t.Context(), r, engine.Timings{}, func(d engine.DiffusionStep) error {
		if told[d.Task]++; d.Step != told[d.Task] {
			t.Errorf("%d: step %d of %d came as number %d", d.Task, d.Step, d.Steps, told[d.Task])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return told
}

// apart is the largest difference of two pictures in levels.
func apart(a, b []byte) int {
	most := 0
	for i, v := range a {
		most = max(most, int(v)-int(b[i]), int(b[i])-int(v))
	}
	return most
}

func TestDiffusionPreparesOnceAndDrawsEachEdit(t *testing.T) {
	s, m, _ := onTable(t)
	r := faithful(1)
	timings := engine.Timings{}
	if err := s.Diffuse(t.Context(), r, timings, ignore); err != nil {
		t.Fatal(err)
	}
	if m.calls["encode"] != fakeSteps || m.calls["decode"] != 2*fakeSteps {
		t.Errorf("calls %v: want %d runs to noise, as many back, as many for the edit", m.calls, fakeSteps)
	}
	for _, name := range engine.DiffusionTimingNames() {
		if timings[name] <= 0 {
			t.Errorf("no time for %s in %v", name, timings)
		}
	}
	if !s.Kept(r, engine.StageFinal) || s.Kept(smile(1), engine.StageFinal) {
		t.Error("the diffusion's picture has to be kept, and is not the GAN's")
	}
	photo := draw(t, s, faithful(0), engine.StageOriginal)
	smiling := draw(t, s, r, engine.StageFinal)
	if m.calls["decode"] != 2*fakeSteps {
		t.Error("drawing cost steps")
	}
	if d := apart(photo.Pix, smiling.Pix); d < 10 {
		t.Errorf("the edit changes %d levels at most", d)
	}
	// Another strength costs decoding only, and goes the other way.
	if told := diffuse(t, s, faithful(-1)); told[engine.TaskDiffusionDraw] != fakeSteps || told[engine.TaskDiffusionPrepare] != 0 {
		t.Errorf("told %v", told)
	}
	frowning := draw(t, s, faithful(-1), engine.StageFinal)
	if d := apart(frowning.Pix, smiling.Pix); d < 20 {
		t.Errorf("strengths of 1 and -1 are %d levels apart at most", d)
	}
	// The aligned square of the same face costs nothing either.
	square := faithful(-1)
	square.Aligned = true
	if told := diffuse(t, s, square); len(told) != 0 || !s.Kept(square, engine.StageFinal) {
		t.Errorf("told %v", told)
	}
	draw(t, s, square, engine.StageFinal)
	// Another number of steps is another picture, prepared anew; going back is not.
	more := faithful(-1)
	more.Steps = 20
	if told := diffuse(t, s, more); told[engine.TaskDiffusionPrepare] != 40 || told[engine.TaskDiffusionDraw] != 20 {
		t.Errorf("told %v", told)
	}
	if again := draw(t, s, more, engine.StageFinal); apart(again.Pix, frowning.Pix) == 0 {
		t.Error("20 steps give the picture of 12, to the byte")
	}
	if told := diffuse(t, s, faithful(-1)); len(told) != 0 {
		t.Errorf("going back: told %v", told)
	}
	if again := draw(t, s, faithful(-1), engine.StageFinal); !bytes.Equal(again.Pix, frowning.Pix) {
		t.Error("going back gives another picture")
	}
}

func TestDiffusionWithoutAnEditIsThePhoto(t *testing.T) {
	s, m, path := onTable(t)
	want := decodePNG(t, path)
	got, text := exported(t, s, faithful(0))
	if !bytes.Equal(got.Pix, want.Pix) || m.calls["encode"] != 0 {
		t.Errorf("strength 0 changes the photo; %v", m.calls)
	}
	if !strings.Contains(text[recipe.Key], `"engine":"diffusion","steps":12`) {
		t.Errorf("recipe %s", text[recipe.Key])
	}
	none := faithful(1)
	none.Edits = nil
	if told := diffuse(t, s, none); told[engine.TaskDiffusionPrepare] != 2*fakeSteps || told[engine.TaskDiffusionDraw] != 0 {
		t.Errorf("without edits the face is prepared: told %v", told)
	}
}

func decodePNG(t *testing.T, path string) *image.NRGBA {
	t.Helper()
	d, err := Decode(engine.Source{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return d.photo.Image
}

func TestDiffusionComesAsTheGANDoes(t *testing.T) {
	s, _, path := onTable(t)
	ordinary(s)
	photo := decodePNG(t, path)
	got, text := exported(t, s, faithful(1))
	rec, err := recipe.Parse([]byte(text[recipe.Key]))
	if err != nil || rec.Renderer != "diffusion" || rec.Steps != fakeSteps || rec.Provider != "denoiser's" {
		t.Errorf("recipe %+v, %v", rec, err)
	}
	// Outside the square nothing changes, inside the brightness follows the
	// generator's: by 0.2 × gain 2 of [-1, 1], 51 levels.
	if got.NRGBAAt(2, 2) != photo.NRGBAAt(2, 2) {
		t.Error("the photo changed outside of the face")
	}
	a, b := got.NRGBAAt(120, 100), photo.NRGBAAt(120, 100)
	if d := int(a.R) - int(b.R); d < 35 || d > 60 {
		t.Errorf("the face is brighter by %d levels, want about 51", d)
	}
	// Two edits add up; the aligned square has the generator's size.
	two := faithful(0.5)
	two.Edits = append(two.Edits, engine.Edit{Source: "face", Target: "old face", Strength: 0.5})
	both, _ := exported(t, s, two)
	if d := apart(both.Pix, got.Pix); d > 2 {
		t.Errorf("two halves are %d levels from the whole", d)
	}
	square := faithful(1)
	square.Aligned = true
	if face, _ := exported(t, s, square); face.Rect.Dx() != fakeFull || face.Rect.Dy() != fakeFull {
		t.Errorf("the square is %v", face.Rect)
	}
	again, _ := exported(t, s, faithful(1))
	if !bytes.Equal(again.Pix, got.Pix) {
		t.Error("the same request gives another picture")
	}
	other, _, _ := onTable(t)
	ordinary(other)
	fresh, _ := exported(t, other, faithful(1))
	if !bytes.Equal(fresh.Pix, got.Pix) {
		t.Error("another studio gives another picture")
	}
	rendered, err := s.Render(t.Context(), faithful(1), engine.Timings{}, quiet)
	if err != nil || rendered.Size() != photo.Rect.Size() {
		t.Errorf("rendered %v", err)
	}
}

func TestDiffusionOfSeveralFaces(t *testing.T) {
	s, m := newStudio(t)
	m.faces = []face.Face{fakeFace(60, 90, 12), fakeFace(180, 90, 11)}
	path := writePhoto(t)
	if _, err := s.Open(t.Context(), 1, engine.Source{Path: path}, engine.Timings{}, quiet); err != nil {
		t.Fatal(err)
	}
	ordinary(s)
	r := faithful(1)
	r.Face = engine.AllFaces
	var sketch *image.RGBA
	last := map[engine.TaskKind]engine.DiffusionStep{}
	if err := s.Diffuse(t.Context(), r, engine.Timings{}, func(d engine.DiffusionStep) error {
		last[d.Task] = d
		if d.Draw == nil {
			return nil
		}
		return d.Draw(func(size image.Point) *image.RGBA { sketch = image.NewRGBA(image.Rectangle{Max: size}); return sketch })
	}); err != nil {
		t.Fatal(err)
	}
	if d := last[engine.TaskDiffusionPrepare]; d.Step != 4*fakeSteps || d.Steps != d.Step {
		t.Errorf("prepared %+v", d)
	}
	if d := last[engine.TaskDiffusionDraw]; d.Step != 2*fakeSteps || d.Steps != d.Step {
		t.Errorf("drew %+v", d)
	}
	got, _ := exported(t, s, r)
	photo := decodePNG(t, path)
	for _, x := range []int{60, 180} {
		if d := int(got.NRGBAAt(x, 95).R) - int(photo.NRGBAAt(x, 95).R); d < 25 {
			t.Errorf("the face at %d is brighter by %d levels", x, d)
		}
	}
	if final := draw(t, s, r, engine.StageFinal); apart(final.Pix, sketch.Pix) > 12 {
		t.Errorf("the last sketch is %d levels from the picture", apart(final.Pix, sketch.Pix))
	}
}

func TestSketchesComeNearer(t *testing.T) {
	for name, forget := range map[string]bool{"with the trail": false, "without": true} {
		s, _, _ := onTable(t)
		none := faithful(1)
		none.Edits = nil
		diffuse(t, s, none)
		if forget {
			s.current.forgetTrails(nil, 0)
		}
		var sketches []*image.RGBA
		err := s.Diffuse(t.Context(), faithful(1), engine.Timings{}, func(d engine.DiffusionStep) error {
			return d.Draw(func(size image.Point) *image.RGBA {
				sketches = append(sketches, image.NewRGBA(image.Rectangle{Max: size}))
				return sketches[len(sketches)-1]
			})
		})
		if err != nil || len(sketches) != fakeSteps {
			t.Fatalf("%s: %d sketches, %v", name, len(sketches), err)
		}
		final := draw(t, s, faithful(1), engine.StageFinal)
		first, last := apart(sketches[0].Pix, final.Pix), apart(sketches[fakeSteps-1].Pix, final.Pix)
		if last > 12 || first < last {
			t.Errorf("%s: the first sketch is %d levels from the picture, the last %d", name, first, last)
		}
		// What the photo is, and the first estimate has not, stays.
		if !forget && first > 70 {
			t.Errorf("%s: the first sketch is %d levels away", name, first)
		}
	}
}

func TestADiffusionThatWasCutGoesOn(t *testing.T) {
	whole, _, _ := onTable(t)
	want, _ := exported(t, whole, faithful(1))
	s, m, _ := onTable(t)
	for _, stop := range []int{3, fakeSteps + 2, 2*fakeSteps + 5} {
		ctx, cancel := context.WithCancel(t.Context())
		done := m.calls["encode"] + m.calls["decode"]
		err := s.Diffuse(ctx, faithful(1), engine.Timings{}, func(engine.DiffusionStep) error {
			if done++; done == stop {
				cancel()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || m.calls["encode"]+m.calls["decode"] != stop {
			t.Errorf("cancelled at %d runs: %v, %v", stop, m.calls, err)
		}
		if s.Kept(faithful(1), engine.StageFinal) {
			t.Error("half a picture is kept")
		}
	}
	got, _ := exported(t, s, faithful(1))
	if n := m.calls["encode"] + m.calls["decode"]; n != 3*fakeSteps {
		t.Errorf("%d runs in all, want %d", n, 3*fakeSteps)
	}
	if !bytes.Equal(got.Pix, want.Pix) {
		t.Error("the picture is another than without interruptions")
	}
	broken := errors.New("broken")
	if err := s.Diffuse(t.Context(), faithful(0.4), engine.Timings{}, func(engine.DiffusionStep) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestDiffusionFails(t *testing.T) {
	s, m, path := onTable(t)
	out := filepath.Join(t.TempDir(), "o.png")
	m.fail["decode"] = errors.New("broken")
	if err := s.Export(t.Context(), faithful(1), out, nil, quiet); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("got %v", err)
	}
	delete(m.fail, "decode")
	m.fail["open denoiser"] = errors.New("no memory")
	fresh, _, _ := onTable(t)
	fresh.denoiser.open = s.denoiser.open
	if err := fresh.Export(t.Context(), faithful(1), out, nil, quiet); err == nil || !strings.Contains(err.Error(), "no memory") {
		t.Errorf("got %v", err)
	}
	few := faithful(1)
	few.Steps = 3
	if err := s.Invert(t.Context(), few, nil); err == nil || !strings.Contains(err.Error(), "3 steps: want 10 to 100") {
		t.Errorf("3 steps: got %v", err)
	}
	other := faithful(1)
	other.Photo = 9
	if err := s.Diffuse(t.Context(), other, nil, ignore); !errors.Is(err, engine.ErrNoPhoto) {
		t.Errorf("another photo: got %v", err)
	}
	s.denoiser.open, s.denoiser.ready, s.diffusionSteps = nil, false, 0
	for what, err := range map[string]error{
		"invert":  s.Invert(t.Context(), faithful(1), nil),
		"diffuse": s.Diffuse(t.Context(), faithful(1), nil, ignore),
		"export":  s.Export(t.Context(), faithful(1), out, nil, quiet),
	} {
		if !errors.Is(err, engine.ErrNoDiffusion) || !strings.Contains(err.Error(), `pack "fake"`) {
			t.Errorf("%s with a pack that has none: got %v", what, err)
		}
	}
	if _, err := s.Open(t.Context(), 2, engine.Source{Path: path}, engine.Timings{}, quiet); err != nil {
		t.Error(err)
	}
}

// nanDenoiser sees a picture at noise above 1 only.
type nanDenoiser struct{ stubDenoiser }

func (d nanDenoiser) Encode(picture []float32, _ diffusion.Condition, steps int) (*diffusion.Walk, error) {
	sigmas := make([]float64, steps+1)
	for i := range sigmas {
		sigmas[i] = 0.1 * float64(i+1)
	}
	return diffusion.NewWalk(picture, sigmas, func(ctx context.Context, x []float32, sigma float64) ([]float32, error) {
		out := slices.Clone(x)
		if sigma > 0.55 {
			out[7] = float32(math.NaN())
		}
		return out, d.ask(ctx, "encode")
	}), nil
}

func TestWhatIsNoPictureIsNeverPainted(t *testing.T) {
	s, m, _ := onTable(t)
	s.denoiser.open = func() (denoiser, error) { return nanDenoiser{stubDenoiser{stub{m, "denoiser"}}}, nil }
	drawn := 0
	for range 2 {
		err := s.Draw(t.Context(), faithful(1), engine.StageFinal, func(size image.Point) *image.RGBA {
			drawn++
			return image.NewRGBA(image.Rectangle{Max: size})
		}, nil)
		if !errors.Is(err, diffusion.ErrDiverged) || !strings.Contains(err.Error(), "step 6 of 12") || !strings.Contains(err.Error(), "smaller strength") {
			t.Errorf("got %v", err)
		}
	}
	if drawn != 0 || m.calls["encode"] != 6 {
		t.Errorf("%d pictures drawn, %d runs", drawn, m.calls["encode"])
	}
}

func TestAPackWhosePartsDoNotFit(t *testing.T) {
	s, _, _ := onTable(t)
	s.denoiser.open = func() (denoiser, error) { return misfit{}, nil }
	err := s.Diffuse(t.Context(), faithful(1), nil, ignore)
	if err == nil || !strings.Contains(err.Error(), "side 64 and 4 style channels, its generator gives 32 and 4") {
		t.Errorf("got %v", err)
	}
}

// misfit takes larger pictures than the generator's preview.
type misfit struct{ stubDenoiser }

func (misfit) Spec() diffusion.Spec {
	return diffusion.Spec{Side: 64, StyleLen: fakeStyle, Steps: fakeSteps}
}

func TestRefiningMakesTheDiffusionAnew(t *testing.T) {
	s, m, _ := onTable(t)
	diffuse(t, s, faithful(1))
	if _, err := s.Refine(t.Context(), faithful(1), 4, engine.Timings{}, quiet); err != nil {
		t.Fatal(err)
	}
	if s.Kept(faithful(1), engine.StageFinal) {
		t.Error("a picture of the old code is kept")
	}
	if told := diffuse(t, s, faithful(1)); told[engine.TaskDiffusionPrepare] != 2*fakeSteps || m.calls["encode"] != 2*fakeSteps {
		t.Errorf("told %v", told)
	}
}

func TestDiffusionReproduces(t *testing.T) {
	s, m, path := onTable(t)
	photo := decodePNG(t, path)
	r := faithful(1)
	out := filepath.Join(t.TempDir(), "o.png")
	var tasks []engine.TaskKind
	err := s.ExportReconstruction(t.Context(), r, out, engine.Timings{}, func(task engine.Task, _ float64) { tasks = append(tasks, task.Kind) })
	if err != nil {
		t.Fatal(err)
	}
	if m.calls["full"] != 0 || m.calls["decode"] != fakeSteps || !slices.Contains(tasks, engine.TaskDiffusionPrepare) {
		t.Errorf("calls %v, tasks %v", m.calls, slices.Compact(tasks))
	}
	got := decodePNG(t, out)
	// The photo is a ramp: nearly as it was, and softer at the diffusion's size.
	d := apart(got.Pix, photo.Pix)
	if d == 0 || bytes.Equal(got.Pix, photo.Pix) {
		t.Error("the photo itself was written")
	}
	if mean := meanApart(got.Pix, photo.Pix); !(mean < 3) {
		t.Errorf("the reconstruction is %v levels from the photo in the mean", mean)
	}
}

func meanApart(a, b []byte) float64 {
	sum := 0.0
	for i, v := range a {
		sum += math.Abs(float64(v) - float64(b[i]))
	}
	return sum / float64(len(a))
}

func TestDiffusionOfAGeneratedFace(t *testing.T) {
	s, _ := newStudio(t)
	if _, err := s.Random(t.Context(), 1, 5, engine.Timings{}, quiet); err != nil {
		t.Fatal(err)
	}
	still, _ := exported(t, s, faithful(0))
	got, text := exported(t, s, faithful(1))
	if d := int(got.Pix[0]) - int(still.Pix[0]); d < 35 || d > 60 {
		t.Errorf("the corner is brighter by %d levels: a generated face changes as a whole", d)
	}
	if !strings.Contains(text[recipe.Key], `"task":"random"`) || !strings.Contains(text[recipe.Key], `"engine":"diffusion"`) {
		t.Errorf("recipe %s", text[recipe.Key])
	}
}
