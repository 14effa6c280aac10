// Package engine joins the stages of the edit pipeline (photo, face, invert,
// prompt, delta, synth) behind one goroutine that owns every inference session.
//
// The package knows nothing of the window: results are handed to a post
// function that the owner of the screen supplies, so that tests can own the
// queue.
package engine

import (
	"fmt"
	"image"
	"time"

	"deltaedit/engine/diffusion"
	"deltaedit/engine/face"
	"deltaedit/engine/photo"
)

// MaxStrength bounds an edit's strength either way: far beyond what looks like a
// face.
const MaxStrength = 10

// Edit is one wish: what the photo shows (Source) and what it should show
// (Target). Strength 1 is the calibrated, plainly visible edit; negative values
// go the other way and 0 leaves the picture as it is. Useful range [-2, 2].
type Edit struct {
	Source   string  `json:"source"`
	Target   string  `json:"target"`
	Strength float64 `json:"strength"`
}

// Kind is the kind of picture maker.
type Kind int

// Kinds of picture makers.
const (
	// GAN is the pack's generator: a picture at once.
	GAN Kind = iota
	// Diffusion draws faces in steps, starting from the photo itself: slower,
	// and nearer to the photo in what a style code cannot say.
	Diffusion
)

// Bounds on Request.Steps.
const (
	MinSteps = diffusion.MinSteps
	MaxSteps = diffusion.MaxSteps
)

// String returns the kind's name on the command line, in plans and in recipes.
func (k Kind) String() string {
	if k == Diffusion {
		return "diffusion"
	}
	return "gan"
}

// ParseKind reads a kind's name.
func ParseKind(name string) (Kind, error) {
	for _, k := range []Kind{GAN, Diffusion} {
		if name == k.String() {
			return k, nil
		}
	}
	return GAN, fmt.Errorf("engine %q: want gan or diffusion", name)
}

// Quality says how far a request is refined before the engine waits for the
// next one.
type Quality int

// Qualities of a request.
const (
	// QualityDrag asks for previews only: the slider is moving.
	QualityDrag Quality = iota
	// QualityRest asks for a preview first and then the full-size picture.
	QualityRest
)

// AllFaces as a Request's Face edits alike every face of the photo about which
// there is no doubt (FaceBox.Doubt), or, where there is none such, every face.
const AllFaces = -1

// Request is the whole state that a picture depends on. A newer request
// replaces a pending one and cancels the one in work.
type Request struct {
	// Photo is the id that Opened reported; 0 asks for nothing.
	Photo uint64
	// Face is the index of the face to edit, in Subject.Faces order, or
	// AllFaces.
	Face int
	// Edits are applied together, in order; none shows the photo itself.
	Edits []Edit
	// Threshold is the relevance threshold in [0, 1]; negative takes the
	// pack's own default.
	Threshold float64
	// View is the space for the picture in device pixels. Frames are scaled
	// to fit inside it, never above the picture's own size.
	View image.Point
	// Aligned asks for the aligned square face instead of the whole photo.
	Aligned bool
	// Quality says whether a full-size picture is wanted.
	Quality Quality
	// Engine says what makes the final picture; previews are the GAN's.
	Engine Kind
	// Steps of Diffusion each way, MinSteps to MaxSteps; 0 takes the pack's own
	// number.
	Steps int
	// StripPrivate keeps what tells of place, people and devices out of the
	// file that an export writes. The picture does not depend on it.
	StripPrivate bool
}

// Stage names how refined a frame is.
type Stage string

// Stages of a frame.
const (
	StageOriginal Stage = "original" // the untouched photo
	StagePreview  Stage = "preview"  // an early tap of the generator
	StageRefined  Stage = "refined"  // between the two: a step of the diffusion
	StageFinal    Stage = "final"    // the generator's full resolution, or the diffusion's result
)

// Frame is one picture for the canvas. Image has exactly the size that fits
// the request's View. Image and Timings belong to the receiver until the next frame
// but one is delivered (double buffering): the engine uses them again.
type Frame struct {
	Generation uint64
	Photo      uint64
	Stage      Stage
	Image      *image.RGBA
	// Timings are those of the work done for this frame.
	Timings Timings
	// Provider is the execution provider that really ran what drew the picture.
	Provider string
	// Prompts reports on each edit's prompt pair, in order. Frames of the same
	// prompts share them: nobody changes them.
	Prompts []PromptReport
}

// Timings are durations by stage name: decode, detect, invert, text, delta,
// synth_first, synth_final, paste, encode, total; refine where it was asked for;
// and of the diffusion diffusion_encode and diffusion_reconstruct (the photo to
// noise and back, once for a face and number of steps), diffusion_decode (one
// edit), diffusion_first (of it, until the first estimate) and diffusion_step (the
// mean run of the network).
type Timings map[string]time.Duration

// Milliseconds returns the timings as the command line's timings_ms object.
func (t Timings) Milliseconds() map[string]float64 {
	out := make(map[string]float64, len(t))
	for k, v := range t {
		out[k] = float64(v.Microseconds()) / 1000
	}
	return out
}

// PromptReport says how well the pack knows one prompt pair.
type PromptReport struct {
	Source string `json:"source"`
	Target string `json:"target"`
	// Confidence in [0, 1]: the share of the text difference that lies among
	// the concepts the pack was trained on.
	Confidence float64 `json:"confidence"`
	// Known is false when Confidence is below the pack's bar, or when the
	// generator cannot do the larger part of the wish: the edit is then
	// weakened instead of random.
	Known bool `json:"known"`
	// Unknown are the words, or whole prompts, that the pack does not know.
	Unknown []string `json:"unknown"`
	// Nearest are the closest known concepts, best first.
	Nearest []Concept `json:"nearest"`
	// OutOfRange are the parts of the wish that the pack knows and its
	// generator cannot do. There may be some beside others that it can.
	OutOfRange []Limit `json:"out_of_range"`
	// Behind are the parts of the wish that are of what lies behind the person,
	// where that stays the photo's: only the aligned face shows them.
	Behind []string `json:"behind,omitempty"`
	// Message says in a sentence what is unknown, out of range or behind, ""
	// when nothing is.
	Message string `json:"message,omitempty"`
}

// Concept is a known direction and its cosine to a prompt pair's Δt.
type Concept struct {
	Name   string  `json:"name"`
	Cosine float64 `json:"cosine"`
	// Opposite says that the pair asks for less of the concept, or for what is
	// contrary to it: Cosine is negative.
	Opposite bool `json:"opposite"`
}

// Limit is a concept that a pack's generator cannot do, with the evidence.
type Limit struct {
	Name     string `json:"name"`
	Evidence string `json:"evidence"`
}

// Refinement says what refining the reconstruction of one face came to.
type Refinement struct {
	// Face counts from 1, in Subject.Faces order.
	Face int `json:"face"`
	// Steps is the number of steps taken: as many as were asked for, fewer when
	// the descent ended early, 0 for a generated face, whose code is known.
	Steps int `json:"steps"`
	// Before and After are the mean squared error of the reconstruction against
	// the photo's face, on [-1, 1] at the pack's size for comparing (256²).
	// After is never above Before.
	Before float64 `json:"loss_before"`
	After  float64 `json:"loss_after"`
	// Notice says why the descent ended early, "" when it did not.
	Notice string `json:"notice,omitempty"`
}

// FaceBox is one detected face in photo pixels.
type FaceBox struct {
	Box   image.Rectangle `json:"box"`
	Score float64         `json:"score"` // detector's probability, [0, 1]
	// Doubt says why an edit of this face may go wrong, "" when nothing speaks
	// against it.
	Doubt face.Doubt `json:"doubt,omitempty"`
}

// Subject is what Open or Random put on the table.
type Subject struct {
	Photo uint64
	// Path is the file the photo came from, "" for random faces and drops
	// without a file.
	Path string
	// Name is a short title for the window.
	Name string
	// Size is the photo's size in pixels after orientation.
	Size image.Point
	// Faces are those without a doubt first, each largest first.
	Faces []FaceBox
	// Random is true for a generated face; Seed is then its seed.
	Random bool
	Seed   int64
	// Notices say what of the photo's file could not be taken as it is.
	Notices []photo.Notice
}

// Progress tells what the engine is doing. Fraction is in [0, 1], or negative
// when unknown. Done ends the activity.
type Progress struct {
	Task     string // a sentence fit for a person, such as "Finding faces"
	Fraction float64
	Done     bool
	// Step of Steps is the last one taken of a task that goes in steps of equal
	// length; Steps is 0 for others.
	Step, Steps int
	// Left is about how long the rest of the steps takes, 0 when unknown.
	Left time.Duration
}

// Status is what the status line shows.
type Status struct {
	Ready    bool   // models loaded
	Pack     string // name of the pack
	PackDir  string // its folder
	Provider string // execution provider really used by the generator
	// Notice is set when the provider asked for could not be used and says
	// why and what is used instead.
	Notice string
	// Decision is how auto chose a provider; nil where one was asked for by name. It
	// is not changed any more.
	Decision *Decision
	// Threshold is the pack's default relevance threshold.
	Threshold float64
	// Resolution is the generator's full side in pixels (1024).
	Resolution int
	// PreviewResolution is the side of the early tap's preview (256).
	PreviewResolution int
	// RefineSteps is the number of steps that the pack recommends for refining
	// a reconstruction, 0 when it cannot.
	RefineSteps int
	// DiffusionSteps is the number of steps that the pack recommends for
	// Diffusion, 0 when it has the GAN alone.
	DiffusionSteps int
	// DiffusionProvider is the execution provider that runs the diffusion, ""
	// until it was used.
	DiffusionProvider string
}

// Listener receives the engine's events. Every method is called through the
// post function given to New, so on its owner's thread.
type Listener interface {
	// Status is called when loading ends and whenever the provider changes.
	Status(Status)
	// Opened reports a photo that is ready to be edited.
	Opened(Subject)
	// Frame delivers a picture. The receiver drops it when its generation is
	// not the newest it knows.
	Frame(Frame)
	// Refined reports that the reconstruction of the photo's faces that were
	// asked for is as good as it gets. Frames shown before are of the old one:
	// the receiver posts its request again.
	Refined(photo uint64, faces []Refinement)
	// Progress reports on slow work.
	Progress(Progress)
	// Exported reports that a picture was written.
	Exported(path string)
	// Failed reports an error; task is what was being done. Errors that come
	// from cancelling are not reported.
	Failed(task string, err error)
}
