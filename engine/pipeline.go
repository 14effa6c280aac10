package engine

import (
	"context"
	"errors"
	"image"
	"slices"

	"deltaedit/engine/photo"
)

// Errors that callers tell apart.
var (
	// ErrNoPhoto says that a request or an export came before any photo.
	ErrNoPhoto = errors.New("no photo is open: open a photograph or ask for a random face first")
	// ErrNoSuchFace says that a request's face index is out of range.
	ErrNoSuchFace = errors.New("no such face in the photo")
	// ErrOverSource says that an export would replace the photo it came from.
	ErrOverSource = photo.ErrWouldOverwriteSource
)

// Source is where a photo comes from: a file (Path) or bytes already in memory
// (Data with a Name for messages).
type Source struct {
	Path string
	Name string
	Data []byte
}

// Report tells how far a task is: a sentence fit for a person, and a fraction
// in [0, 1] or negative when unknown. It may be called from the goroutine that
// does the work only, and returns quickly. A nil Report is never passed.
type Report func(task string, fraction float64)

// Canvas hands a stage's picture over. The pipeline asks it once for an image
// of exactly the size given and fills every pixel.
type Canvas func(size image.Point) *image.RGBA

// Pipeline is what the engine goroutine drives: it holds one photo, the models
// and what was computed about both. Only one goroutine may use it.
//
// Every method stops soon after its context ends, having waited for native
// code to return, and then reports an error for which errors.Is(err,
// context.Canceled) holds. Results that later calls can use are kept: the
// inversion for each face of the photo, Δt for each prompt pair, ΔS for each
// face and prompt pair. A method whose result is kept costs next to nothing.
//
// Durations are added to Timings under the contract's stage names.
type Pipeline interface {
	// Status describes pack, provider and resolutions.
	Status() Status
	// Open decodes a photo and finds its faces. The photo then replaces the
	// one before; on error that one stays.
	Open(ctx context.Context, id uint64, src Source, t Timings, report Report) (Subject, error)
	// Random generates a face that does not exist and opens it.
	Random(ctx context.Context, id uint64, seed int64, t Timings, report Report) (Subject, error)
	// Invert finds the style code of the request's face or faces.
	Invert(ctx context.Context, r Request, t Timings) error
	// Refine takes up to so many steps (1 or more) of gradient descent from the
	// inverter's code of each of the request's faces toward the photo, and
	// keeps the best one. Frames drawn before are of the old code. Cancelled or
	// failed, it leaves the old code in force. A face that was refined with as
	// many steps costs nothing.
	Refine(ctx context.Context, r Request, steps int, t Timings, report Report) ([]Refinement, error)
	// Directions computes Δt and ΔS for the request's prompts. The reports may be
	// those of the call before: nobody changes them.
	Directions(ctx context.Context, r Request, t Timings) ([]PromptReport, error)
	// Diffuse draws the request's faces by diffusion, so that Draw of StageFinal
	// need not; without edits it only prepares the faces. Steps that were taken
	// when it was cancelled are not taken again. told hears of every step, and
	// may end the work with an error.
	Diffuse(ctx context.Context, r Request, t Timings, told func(DiffusionStep) error) error
	// Kept reports whether Draw of this stage needs no synthesis.
	Kept(r Request, stage Stage) bool
	// Draw paints one stage of the request, scaled to its View; StageFinal with
	// the request's Engine.
	Draw(ctx context.Context, r Request, stage Stage, c Canvas, t Timings) error
	// Export renders the request at full resolution and writes a PNG with
	// its recipe, atomically. Only Photo, Face, Edits, Threshold, Aligned,
	// Engine, Steps and StripPrivate of the request matter.
	Export(ctx context.Context, r Request, path string, t Timings, report Report) error
	// Close frees the models.
	Close() error
}

// DiffusionStep is a step of the diffusion that was taken.
type DiffusionStep struct {
	// Task is TaskDiffusionPrepare or TaskDiffusionDraw.
	Task string
	// Step counts from 1 to Steps, over all faces of the request.
	Step, Steps int
	// Draw paints the request with what the step saw; nil while the photo is
	// being prepared. It is valid until the function that was told returns.
	Draw func(Canvas) error
}

// Untouched reports whether the request shows the photo itself: no edits, or
// none with a strength other than 0.
func (r Request) Untouched() bool {
	for _, e := range r.Edits {
		if e.Strength != 0 {
			return false
		}
	}
	return true
}

// sameFace reports whether both requests need the same inversion.
func (r Request) sameFace(o Request) bool {
	return r.Photo == o.Photo && r.Face == o.Face
}

// samePrompts reports whether both requests need the same directions.
func (r Request) samePrompts(o Request) bool {
	return r.sameFace(o) && sameWords(r.Edits, o.Edits)
}

// sameWords reports whether edits have the same prompts, in the same order.
func sameWords(a, b []Edit) bool {
	return slices.EqualFunc(a, b, func(e, f Edit) bool { return e.Source == f.Source && e.Target == f.Target })
}
