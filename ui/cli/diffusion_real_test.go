package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/batch"
	"deltaedit/engine/diffusion"
	"deltaedit/engine/pack"
)

// realDiffusion is real for a pack with the diffusion.
func realDiffusion(t *testing.T) {
	t.Helper()
	p, err := pack.Open(real(t))
	if err != nil {
		t.Fatal(err)
	}
	if !p.Has(diffusion.Component) {
		t.Skipf("the built pack has no component %q: run make setup", diffusion.Component)
	}
}

func TestRealDiffusion(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real pack")
	}
	realDiffusion(t)
	in := sampleFiles(t)[0]
	photo := pixels(t, in)
	out := filepath.Join(t.TempDir(), "o.png")

	// Reproduced by it the face is nearer to the photo than by the GAN.
	reproduced := map[string]float64{}
	for _, kind := range []string{"gan", "diffusion"} {
		args := []string{"invert", "--engine", kind, "--out", out, in}
		if kind == "diffusion" {
			args = append(args, "--steps", "10")
		}
		if o := run(args...); o.status != exitOK {
			t.Fatal(o)
		}
		reproduced[kind] = distance(t, pixels(t, out), photo)
	}
	t.Logf("levels from the photo: %v", reproduced)
	if !(reproduced["diffusion"] < reproduced["gan"]) || reproduced["diffusion"] == 0 {
		t.Errorf("the diffusion is %v levels from the photo, the GAN %v", reproduced["diffusion"], reproduced["gan"])
	}

	o := run("edit", "--engine", "diffusion", "--steps", "10", "--source", "face", "--target", "face with black hair", "--json", "--out", out, in)
	if o.status != exitOK {
		t.Fatal(o)
	}
	var one result
	decodeOne(t, o.out, &one)
	if one.Renderer != "diffusion" || one.Steps != 10 || one.Provider != "cpu" {
		t.Errorf("result %+v", one)
	}
	for _, name := range append(engine.DiffusionTimingNames(), "invert", "delta", "paste", "encode") {
		if !(one.Timings[name] > 0) {
			t.Errorf("%s took %g ms", name, one.Timings[name])
		}
	}
	if r := recipeOf(t, out); r.Renderer != "diffusion" || r.Steps != 10 {
		t.Errorf("recipe %+v", r)
	}
	edited := pixels(t, out)
	if d := distance(t, edited, photo); d == 0 {
		t.Error("the edit changes nothing")
	}
	if !slices.Equal(edited.Pix[:4*edited.Rect.Dx()], photo.Pix[:4*photo.Rect.Dx()]) {
		t.Error("the photo's first row changed")
	}
	still := filepath.Join(t.TempDir(), "still.png")
	if o := run("edit", "--engine", "diffusion", "--source", "face", "--target", "old face", "--strength", "0", "--out", still, in); o.status != exitOK || !slices.Equal(pixels(t, still).Pix, photo.Pix) {
		t.Errorf("strength 0 changes the photo: %v", o)
	}
}

// TestRealDiffusionBatch stops a batch by diffusion between two edits, and resumes it.
func TestRealDiffusionBatch(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real pack")
	}
	realDiffusion(t)
	wish := `"source":"face","target":"smiling face","engine":"diffusion","steps":10`
	all := []string{`{"id":"a","in":"s.jpg",` + wish + `}`, `{"id":"b","in":"s.jpg","aligned":true,"strength":-1,` + wish + `}`}
	p := newPlace(t, all...)
	in := sampleFiles(t)[1]
	data, err := os.ReadFile(in)
	if err != nil {
		t.Fatal(err)
	}
	p.write("s.jpg", string(data))
	if o := run(p.args("--provider", "cpu")...); o.status != exitOK {
		t.Fatal(o)
	}
	whole := p.check(p.journal(), map[string]string{"a": batch.StatusOK, "b": batch.StatusOK})
	if r := whole["b"]; r.Renderer != "diffusion" || r.Steps != 10 || *r.Size != [2]int{1024, 1024} {
		t.Errorf("result %+v", r)
	}
	p.out = filepath.Join(p.dir, "resumed")
	p.lines(all[:1]...)
	if o := run(p.args("--provider", "cpu")...); o.status != exitOK {
		t.Fatal(o)
	}
	p.lines(all...)
	if o := run(p.args("--provider", "cpu", "--resume")...); o.status != exitOK {
		t.Fatal(o)
	}
	for id, r := range p.check(p.journal(), map[string]string{"a": batch.StatusOK, "b": batch.StatusOK}) {
		if r.SHA256 != whole[id].SHA256 {
			t.Errorf("%q is another picture than in one run", id)
		}
	}
}

// TestRealPackWithoutDiffusion says in a sentence what is missing.
func TestRealPackWithoutDiffusion(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real pack")
	}
	p, err := pack.Open(real(t))
	if err != nil {
		t.Fatal(err)
	}
	if p.Has(diffusion.Component) {
		t.Skip("the built pack has the diffusion: see TestDiffusionFails of the engine")
	}
	out := filepath.Join(t.TempDir(), "o.png")
	o := run("edit", "--engine", "diffusion", "--source", "face", "--target", "old face", "--out", out, sampleFiles(t)[0])
	if o.status != exitFailed || o.out != "" || !strings.Contains(o.stderr, `pack "faces": it has no diffusion: use the GAN (--engine gan)`) {
		t.Error(o)
	}
}
