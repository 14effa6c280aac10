package engine

import (
	"context"
	"errors"
	"image"

	"deltaedit/engine/photo"
)

// Errors that callers tell apart.
var (
	// ErrNoPhoto says that a request or an export came before any photo.
	ErrNoPhoto = errors.New("no photo is open: open a photograph or ask for a random face first")
	// ErrNoSuchFace says that a request's face index is out of range.
	ErrNoSuchFace = errors.New("no such face in the photo")
	// ErrClosed says that the engine was closed meanwhile.
	ErrClosed = errors.New("the engine was closed")
	// ErrOverSource says that an export would replace the photo it came from.
	ErrOverSource = photo.ErrWouldOverwriteSource
	// ErrNoDiffusion says that a pack has no diffusion.
	ErrNoDiffusion = errors.New("it has no diffusion: use the GAN (--engine gan), or a pack with the component \"diffusion\"")
	// ErrNoRegions says that a pack cannot tell the regions of a face apart.
	ErrNoRegions = errors.New("it tells no regions of a face apart: paint the mask, or use a pack with the component \"parser\"")
)

// Options choose a model pack and where it runs.
type Options struct {
	// Pack is a pack's name or folder; "" is the built-in pack.
	Pack string
	// Provider is the execution provider of the generator, the inverter and
	// the denoiser: auto, cpu, webgpu, cuda, ...; "" is auto, the one that is
	// measured to be the fastest. The small models run on the CPU.
	Provider string
	// Preferred makes the provider a preference. When it cannot be used, auto
	// chooses; when it fails later, the CPU is used, with a notice. Otherwise a
	// provider that was asked for by name is never replaced.
	Preferred bool
	// Measure makes auto measure again, even when it has decided before.
	Measure bool
	// Brief says that one photo is edited and not more. Then auto is the CPU: to measure
	// providers, or to compile the models for another, takes longer than it saves. Models
	// that are not needed again are closed.
	Brief bool
	// Photo is the path of the photo that is opened first, "" when it is not known: it is
	// decoded while the pack is loaded.
	Photo string
	// KeepInversions keeps the inversions of photos in the user's cache folder, so that a
	// photo that is opened again need not be inverted again. See engine/invert/store.
	KeepInversions bool
}

// Load opens a pipeline. It stops soon after its context ends.
type Load func(ctx context.Context, progress ProgressFunc) (Pipeline, error)

// Source is where a photo comes from: a file (Path) or bytes already in memory
// (Data with a Name for messages).
type Source struct {
	Path string
	Name string
	Data []byte
	// Boxes are drawn around faces that a person has seen and that may not be found
	// without them, in pixels of the upright photo. See Subject.Marked.
	Boxes []image.Rectangle
}

// ProgressFunc reports how far a task is: a fraction in [0, 1], or negative when
// unknown. Only the goroutine that does the work calls it. It returns quickly, and
// is never nil.
type ProgressFunc func(task Task, fraction float64)

// FrameImage returns the image to draw a frame into, of the given size in pixels.
// Whoever draws calls it once and then sets every pixel.
type FrameImage func(size image.Point) *image.RGBA

// Pipeline does the work for a worker. It holds the models, one photo, and what was
// computed about it. Only one goroutine may use it.
//
// When its context ends, a method waits for native code to return and then returns
// an error for which errors.Is(err, context.Canceled) is true. Results are cached:
// the inversion of each face, Δt of each pair of prompts, ΔS of each face and pair.
// A method whose result is in the cache costs almost nothing.
//
// Durations are added to Timings; see the constants that begin with Timing.
type Pipeline interface {
	// Status describes pack, provider and resolutions.
	Status() Status
	// Open decodes a photo and finds its faces, and those in the boxes of the source: a
	// box without a face is an error. The photo replaces the one that was
	// open; on error that one stays open.
	Open(ctx context.Context, id uint64, src Source, t Timings, progress ProgressFunc) (Subject, error)
	// Random generates a face that does not exist and opens it.
	Random(ctx context.Context, id uint64, seed int64, t Timings, progress ProgressFunc) (Subject, error)
	// Invert finds the style code of the request's face or faces.
	Invert(ctx context.Context, r Request, t Timings) error
	// Refine improves the style code of each of the request's faces by gradient
	// descent, beginning with the inverter's code, in at most the given number of
	// steps, 1 or more.
	// The best code is used from then on. On error the old code stays in use.
	Refine(ctx context.Context, r Request, steps int, t Timings, progress ProgressFunc) ([]Refinement, error)
	// Directions computes Δt and ΔS of the request's prompts. Several calls may
	// return the same reports, so nobody may change them.
	Directions(ctx context.Context, r Request, t Timings) ([]PromptReport, error)
	// Regions says where the masks of the request's face are. AllFaces is the first face.
	Regions(ctx context.Context, r Request) (*Regions, error)
	// Diffuse draws the request's faces by diffusion, ahead of Draw. Without edits
	// it only prepares the faces. After it was cancelled, the next call goes on where
	// it stopped. onStep is called after every step; when it returns an error,
	// Diffuse stops and returns it.
	Diffuse(ctx context.Context, r Request, t Timings, onStep func(DiffusionStep) error) error
	// Kept reports whether the image of this stage is cached, so that Draw does not run
	// the generator.
	Kept(r Request, stage Stage) bool
	// Draw draws one stage of the request, scaled to its View. StageFinal is drawn by
	// the request's Renderer, the others by the GAN.
	Draw(ctx context.Context, r Request, stage Stage, c FrameImage, t Timings) error
	// Variant draws one stage of a request like Draw, and leaves alone what is kept for
	// the request that is displayed: the next frame of that costs no more than before.
	// Faces are inverted and prompts read as far as that is needed.
	Variant(ctx context.Context, r Request, stage Stage, c FrameImage) error
	// Export renders the request at full resolution and writes it, atomically: a PNG
	// or a WebP with its recipe, or a JPEG, by path's ending. View, Region and Quality of the
	// request do not matter.
	Export(ctx context.Context, r Request, path string, t Timings, progress ProgressFunc) error
	// Close frees the models.
	Close() error
}

// DiffusionStep describes a finished step of the diffusion.
type DiffusionStep struct {
	// Task is TaskDiffusionPrepare or TaskDiffusionDraw.
	Task TaskKind
	// Step counts from 1 to Steps, over all faces of the request.
	Step, Steps int
	// Draw draws the request as the step predicts it; nil while the photo is being
	// prepared. It is valid until onStep returns.
	Draw func(FrameImage) error
}
