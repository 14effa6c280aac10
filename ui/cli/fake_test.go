package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/face"
	"deltaedit/engine/photo"
	"deltaedit/engine/prompt"
	"deltaedit/engine/recipe"
	"deltaedit/engine/studio"
)

// fake is a studio that notes what a command asks of it.
type fake struct {
	options   engine.Options
	expected  engine.Request
	source    engine.Source
	seed      int64
	trunc     float64
	exported  *engine.Request
	inverted  *engine.Request
	out       string
	picture   []byte // what Export writes; nil writes nothing
	fail      map[string]error
	manifest  string // of the pack; "" is "00"
	unknown   bool
	misspelt  bool          // every target is
	slow      time.Duration // of Open
	closed    bool
	texts     []string
	draws     int
	drawn     []engine.Request // by Draw
	opened    []image.Point    // sizes of the photos of OpenDecoded, in order
	rendered  int
	rendering func(n int) error // called by the n-th Render, from 1
	busy      atomic.Int32      // calls at work: only one goroutine may call
	notices   []photo.Notice
	marked    []image.Rectangle // boxes of the open photo
	doubt     face.Doubt        // about the photo's face

	diffused []engine.Request
	noSteps  bool // the pack has no diffusion

	decision *engine.Decision // of the provider

	refined     *engine.Request
	refineSteps int
	notice      string // of a refinement
}

func (f *fake) Expect(r engine.Request) { f.expected = r }

func (f *fake) Status() engine.Status {
	st := engine.Status{Ready: true, Pack: "fake", Provider: "cpu", Notice: "no GPU can be used", Threshold: 0.03, DiffusionSteps: 20, Decision: f.decision}
	if f.noSteps {
		st.DiffusionSteps = 0
	}
	if len(f.diffused) > 0 {
		st.DiffusionProvider = "webgpu"
	}
	return st
}

func (f *fake) Diffuse(_ context.Context, r engine.Request, t engine.Timings, onStep func(engine.DiffusionStep) error) error {
	defer f.alone()()
	if len(f.diffused) == 0 {
		t["diffusion_encode"] = 70 * time.Millisecond
		t["diffusion_reconstruct"] = 60 * time.Millisecond
		if err := onStep(engine.DiffusionStep{Task: engine.TaskDiffusionPrepare, Step: 1, Steps: 1}); err != nil {
			return err
		}
	}
	r.Edits = slices.Clone(r.Edits)
	f.diffused = append(f.diffused, r)
	t["diffusion_decode"], t["diffusion_step"], t["diffusion_first"] = 50*time.Millisecond, 5*time.Millisecond, 6*time.Millisecond
	err := onStep(engine.DiffusionStep{Task: engine.TaskDiffusionDraw, Step: 1, Steps: 1, Draw: func(c engine.FrameImage) error {
		f.draws++
		c(image.Pt(4, 4))
		return nil
	}})
	return cmp.Or(f.fail["diffuse"], err)
}

func (f *fake) Warm(context.Context, engine.ProgressFunc) error { return f.fail["warm"] }
func (f *fake) Pack() recipe.Pack {
	return recipe.Pack{Name: "fake", Version: "1", Manifest: cmp.Or(f.manifest, "00")}
}
func (f *fake) Loading() time.Duration { return time.Millisecond }
func (f *fake) Close() error           { f.closed = true; return f.fail["close"] }

func (f *fake) Size(r engine.Request) (image.Point, error) {
	if r.Aligned {
		return image.Pt(1024, 1024), nil
	}
	return image.Pt(640, 480), nil
}

func (f *fake) subject(id uint64) engine.Subject {
	return engine.Subject{Photo: id, Name: "photo", Size: image.Pt(640, 480), Faces: []engine.FaceBox{
		{Box: image.Rect(10, 20, 110, 140), Score: 0.987654, Doubt: f.doubt},
	}, Notices: f.notices}
}

func (f *fake) Open(ctx context.Context, id uint64, src engine.Source, t engine.Timings, progress engine.ProgressFunc) (engine.Subject, error) {
	f.source = src
	progress(engine.Task{Kind: engine.TaskFindFaces}, -1)
	select {
	case <-time.After(f.slow):
	case <-ctx.Done():
		return engine.Subject{}, ctx.Err()
	}
	t["decode"] = 2 * time.Millisecond
	return f.boxed(f.subject(id), src.Boxes), f.fail["open"]
}

// boxed adds the faces in boxes to a subject: each box shows a new face.
func (f *fake) boxed(s engine.Subject, boxes []image.Rectangle) engine.Subject {
	f.marked = boxes
	for _, box := range boxes {
		s.Marked, s.Boxes = append(s.Marked, len(s.Faces)), append(s.Boxes, box)
		s.Faces = append(s.Faces, engine.FaceBox{Box: box})
	}
	return s
}

func (f *fake) Random(ctx context.Context, id uint64, seed int64, t engine.Timings, progress engine.ProgressFunc) (engine.Subject, error) {
	return f.Generate(ctx, id, seed, engine.DefaultTruncation, t, progress)
}

func (f *fake) Generate(_ context.Context, id uint64, seed int64, truncation float64, _ engine.Timings, _ engine.ProgressFunc) (engine.Subject, error) {
	f.seed, f.trunc = seed, truncation
	s := f.subject(id)
	s.Random, s.Seed = true, seed
	return s, f.fail["generate"]
}

func (f *fake) Invert(_ context.Context, r engine.Request, _ engine.Timings) error {
	if f.noSteps && r.Renderer == engine.Diffusion {
		return engine.ErrNoDiffusion
	}
	if r.Face > len(f.marked) {
		return engine.ErrNoSuchFace
	}
	return f.fail["invert"]
}

func (f *fake) Refine(_ context.Context, r engine.Request, steps int, t engine.Timings, progress engine.ProgressFunc) ([]engine.Refinement, error) {
	progress(engine.Task{Kind: engine.TaskRefine}, 0.5)
	f.refined, f.refineSteps = &r, steps
	t["refine"] = 4 * time.Millisecond
	return []engine.Refinement{{Face: 1, Steps: steps, Before: 0.2, After: 0.002, Notice: f.notice}}, f.fail["refine"]
}

func (f *fake) Regions(_ context.Context, r engine.Request) (*engine.Regions, error) {
	defer f.alone()()
	return &engine.Regions{Face: r.Face}, nil
}

func (f *fake) Directions(_ context.Context, r engine.Request, _ engine.Timings) ([]engine.PromptReport, error) {
	defer f.alone()()
	out := make([]engine.PromptReport, len(r.Edits))
	for i, e := range r.Edits {
		out[i] = engine.PromptReport{
			Source: e.Source, Target: e.Target, Confidence: 0.5, Known: !f.unknown, Threshold: 0.03, Message: f.message(),
			Nearest: []engine.Concept{{Name: "smiling", Cosine: 0.75}},
		}
		if f.misspelt {
			out[i].Suggestion = &prompt.Suggestion{Target: "smiling face", Words: []prompt.Correction{{Word: "smilling", Meant: "smiling", Side: prompt.Target}}}
			out[i].Notices = []prompt.Notice{{Kind: prompt.NoticeLeftOut, Side: prompt.Target, Words: []string{"85mm", "masterpiece"}}}
		}
	}
	return out, f.fail["directions"]
}

func (f *fake) OpenDecoded(_ context.Context, id uint64, d *studio.Decoded, t engine.Timings, _ engine.ProgressFunc) (engine.Subject, error) {
	defer f.alone()()
	f.opened = append(f.opened, d.Size())
	t["decode"] += 2 * time.Millisecond
	return f.boxed(f.subject(id), d.Boxes()), f.fail["open"]
}

func (f *fake) Render(ctx context.Context, r engine.Request, t engine.Timings, _ engine.ProgressFunc) (*studio.Rendered, error) {
	defer f.alone()()
	f.exported = &r
	f.rendered++
	if f.rendering != nil {
		if err := f.rendering(f.rendered); err != nil {
			return nil, err
		}
	}
	t["synth_final"] = 3 * time.Millisecond
	img := image.NewNRGBA(image.Rectangle{Max: f.opened[len(f.opened)-1]})
	for i := range img.Pix {
		img.Pix[i] = byte(50 * r.Edits[0].Strength)
	}
	meta := photo.Metadata{Text: map[string]string{recipe.Key: fmt.Sprint(r.Edits, r.Face, r.Aligned)}}
	return studio.NewRendered(img, meta), ctx.Err()
}

// alone panics when two goroutines are in the studio at once.
func (f *fake) alone() func() {
	if f.busy.Add(1) != 1 {
		panic("two goroutines in the studio")
	}
	return func() { f.busy.Add(-1) }
}

func (f *fake) Kept(engine.Request, engine.Stage) bool { return false }

func (f *fake) Draw(_ context.Context, r engine.Request, _ engine.Stage, c engine.FrameImage, _ engine.Timings) error {
	f.draws++
	f.drawn = append(f.drawn, r)
	c(image.Pt(4, 4))
	return f.fail["draw"]
}

func (f *fake) Variant(ctx context.Context, r engine.Request, stage engine.Stage, c engine.FrameImage) error {
	return f.Draw(ctx, r, stage, c, nil)
}

func (f *fake) Export(_ context.Context, r engine.Request, path string, t engine.Timings, _ engine.ProgressFunc) error {
	f.exported, f.out = &r, path
	t["synth_final"] = 3 * time.Millisecond
	return f.write(path)
}

func (f *fake) ExportReconstruction(_ context.Context, r engine.Request, path string, _ engine.Timings, _ engine.ProgressFunc) error {
	f.inverted, f.out = &r, path
	return f.write(path)
}

func (f *fake) write(path string) error {
	if err := f.fail["export"]; err != nil || f.picture == nil {
		return err
	}
	return os.WriteFile(path, f.picture, 0o600)
}

func (f *fake) TextVector(_ context.Context, text string) ([]float32, error) {
	f.texts = append(f.texts, text)
	return []float32{0.6, -0.8}, f.fail["text"]
}

func (f *fake) ImageVector(_ context.Context, r engine.Request) ([]float32, error) {
	if r.Face > 0 {
		return nil, engine.ErrNoSuchFace
	}
	return []float32{0.8, 0.6}, f.fail["image"]
}

// outcome is what a call left behind.
type outcome struct {
	status      int
	out, stderr string
}

// call runs the command line over the fake.
func call(t *testing.T, f *fake, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	p := Program{
		Stdin: strings.NewReader("stdin's bytes"), Stdout: &out, Stderr: &errs,
		Load: func(_ context.Context, o engine.Options, _ engine.ProgressFunc) (Studio, error) {
			f.options = o
			if err := f.fail["load"]; err != nil {
				return nil, err
			}
			return f, nil
		},
	}
	status := p.Run(t.Context(), args)
	return outcome{status, out.String(), errs.String()}
}

func newFake() *fake { return &fake{fail: map[string]error{}} }

// photoFile is a file that exists; the fake does not read it.
func photoFile(t *testing.T) string {
	t.Helper()
	path := t.TempDir() + "/photo.jpg"
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (o outcome) String() string {
	return fmt.Sprintf("status %d\nstdout: %s\nstderr: %s", o.status, o.out, o.stderr)
}

// message is what the engine says of an unknown prompt.
func (f *fake) message() string {
	if !f.unknown {
		return ""
	}
	return `this pack does not know "zombie"; nearest: smiling`
}
