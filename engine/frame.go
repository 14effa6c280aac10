package engine

import (
	"image"
	"time"

	"deltaedit/engine/face"
	"deltaedit/engine/mask"
	"deltaedit/engine/prompt"
)

// Stage says which of the pictures of a request a frame is, from coarse to fine.
type Stage string

// Stages of a frame.
const (
	StageOriginal Stage = "original" // the untouched photo
	StagePreview  Stage = "preview"  // an early tap of the generator
	StageRefined  Stage = "refined"  // what a step of the diffusion predicts
	StageFinal    Stage = "final"    // the generator's full resolution, or the diffusion's result
)

// Frame is one picture for the screen. Image has the size that fits into the View of
// the request, and shows its Region. Frames are double buffered: Image and Timings belong to the receiver
// until two more frames have been delivered, and are then used again.
type Frame struct {
	Generation uint64
	Photo      uint64
	Stage      Stage
	Image      *image.RGBA
	// Region is that of the request: empty for the whole picture.
	Region image.Rectangle
	// Timings are the durations of the work for this frame.
	Timings Timings
	// Provider is the execution provider that drew the picture.
	Provider string
	// Prompts has a report for each edit, in order. Frames with the same prompts
	// share the reports, so nobody may change them.
	Prompts []PromptReport
	// Regions says where masks of the request's face are, if the request asks for it.
	// Frames of the same face share it, so nobody may change it.
	Regions *Regions
}

// Regions says where the masks of a face are.
type Regions struct {
	// Face is the index of the face, in Subject.Faces order.
	Face int
	// Alignment places the face's aligned square in the photo.
	Alignment face.Alignment
	// Maps are the regions on the square. They are unknown when the pack has no parser.
	Maps mask.Maps
}

// Timings are durations by name. See the constants that begin with Timing.
type Timings map[string]time.Duration

// Milliseconds returns the timings as the command line's timings_ms object.
func (t Timings) Milliseconds() map[string]float64 {
	out := make(map[string]float64, len(t))
	for k, v := range t {
		out[k] = float64(v.Microseconds()) / 1000
	}
	return out
}

// PromptReport says how well the pack knows the prompts of one edit.
type PromptReport struct {
	Source string `json:"source"`
	Target string `json:"target"`
	// Confidence is in [0, 1]: the share of the difference between the texts that
	// lies in the span of the concepts that the pack was trained on.
	Confidence float64 `json:"confidence"`
	// Known is false when Confidence is below the pack's threshold, or when the
	// generator cannot draw the larger part of the edit. The edit is then weakened.
	Known bool `json:"known"`
	// Unknown are the words, or whole prompts, that the pack does not know.
	Unknown []string `json:"unknown"`
	// Nearest are the closest known concepts, best first.
	Nearest []Concept `json:"nearest"`
	// Threshold is the relevance threshold, in [0, 1], that suits the edit. It is used
	// when the request asks for none.
	Threshold float64 `json:"threshold"`
	// OutOfRange are the concepts of the edit that the pack knows but its generator
	// cannot draw.
	OutOfRange []Limit `json:"out_of_range"`
	// Behind are the concepts of the edit that are about the background, when the
	// photo's background stays as it is. Only the aligned face shows them.
	Behind []string `json:"behind,omitempty"`
	// Suggestion is how the prompts may have been meant, where words look misspelt; nil
	// otherwise. It is never applied by itself.
	Suggestion *prompt.Suggestion `json:"suggestion,omitempty"`
	// Notices say how the prompts were read, where a person might not expect it: those
	// of the target first.
	Notices []prompt.Notice `json:"notices,omitempty"`
	// Message says in a sentence what is unknown, out of range or in the background;
	// "" for nothing.
	Message string `json:"message,omitempty"`
}

// Concept is a direction that the pack knows, with its cosine to the Δt of an edit.
type Concept struct {
	Name   string  `json:"name"`
	Cosine float64 `json:"cosine"`
	// Opposite is true when the edit asks for less of the concept, or for its
	// opposite: Cosine is negative.
	Opposite bool `json:"opposite"`
}

// Limit is a concept that a pack's generator cannot draw, with the evidence.
type Limit struct {
	Name     string `json:"name"`
	Evidence string `json:"evidence"`
}

// Names of durations.
const (
	TimingDecode      = "decode"
	TimingDetect      = "detect"
	TimingInvert      = "invert"
	TimingText        = "text"
	TimingDelta       = "delta"
	TimingPreview     = "synth_first"
	TimingFinal       = "synth_final"
	TimingPaste       = "paste"
	TimingEncode      = "encode"
	TimingTotal       = "total"
	TimingReconstruct = "reconstruct" // drawing the unedited face, once for a face and size
	TimingRefine      = "refine"      // fitting the style code to the photo

	TimingDiffusionEncode      = "diffusion_encode"      // photo to noise, once for a face and number of steps
	TimingDiffusionReconstruct = "diffusion_reconstruct" // noise to photo, as often
	TimingDiffusionDecode      = "diffusion_decode"      // drawing an edit
	TimingDiffusionFirst       = "diffusion_first"       // the part of it until the first estimate was drawn
	TimingDiffusionStep        = "diffusion_step"        // the mean time of a run of the network
)

// TimingNames are the names that the command line always reports, in the order of
// the work.
func TimingNames() []string {
	return []string{TimingDecode, TimingDetect, TimingInvert, TimingText, TimingDelta, TimingPreview, TimingFinal, TimingPaste, TimingEncode, TimingTotal}
}

// DiffusionTimingNames are the names of the durations of the diffusion.
func DiffusionTimingNames() []string {
	return []string{TimingDiffusionEncode, TimingDiffusionReconstruct, TimingDiffusionStep, TimingDiffusionFirst, TimingDiffusionDecode}
}

// Since adds the time since start to the duration of a name. On nil Timings it does
// nothing.
func (t Timings) Since(name string, start time.Time) {
	if t != nil {
		t[name] += time.Since(start)
	}
}
