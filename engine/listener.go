package engine

import (
	"image"
	"time"

	"deltaedit/engine/face"
	"deltaedit/engine/measure"
	"deltaedit/engine/photo"
)

// Refinement is the result of refining the reconstruction of one face.
type Refinement struct {
	// Face counts from 1, in Subject.Faces order.
	Face int `json:"face"`
	// Steps is the number of steps that were taken: fewer than were asked for when
	// the descent ended early, 0 for a generated face, whose code is known.
	Steps int `json:"steps"`
	// Before and After are the mean squared error between the reconstruction and
	// the photo's face, with values in [-1, 1], at 256². After is never larger.
	Before float64 `json:"loss_before"`
	After  float64 `json:"loss_after"`
	// Notice says why the descent ended early, "" when it did not.
	Notice string `json:"notice,omitempty"`
}

// FaceBox is one detected face in photo pixels.
type FaceBox struct {
	Box   image.Rectangle `json:"box"`
	Score float64         `json:"score"` // detector's probability, [0, 1]
	// Doubt says why an edit of this face may look wrong, "" for no reason.
	Doubt face.Doubt `json:"doubt,omitempty"`
}

// Subject describes the open photo or generated face.
type Subject struct {
	Photo uint64
	// Path is the file the photo came from, "" for random faces and drops
	// without a file.
	Path string
	// Name is a short title for the window.
	Name string
	// Size is the photo's size in pixels after orientation.
	Size image.Point
	// Faces are sorted: those without a doubt come first, and the larger first. After
	// them come those that were found in Source.Boxes only, in the order of the boxes.
	Faces []FaceBox
	// Marked are the indices in Faces of the faces in Source.Boxes. Boxes are those of
	// these boxes without which the face is not found.
	Marked []int
	Boxes  []image.Rectangle
	// Random is true for a generated face; Seed is then its seed.
	Random bool
	Seed   int64
	// Notices say what in the photo's file was ignored or converted.
	Notices []photo.Notice
}

// Progress says what the engine is doing. Fraction is in [0, 1], or negative when
// unknown. Done is true when the task has ended.
type Progress struct {
	Task     Task
	Fraction float64
	Done     bool
	// Step counts the finished steps, 1 to Steps, of a task that consists of steps of
	// equal length. Steps is 0 for other tasks.
	Step, Steps int
	// Left is the estimated time for the other steps, 0 when unknown.
	Left time.Duration
}

// Status describes the models and what they run on.
type Status struct {
	Ready    bool   // models loaded
	Pack     string // name of the pack
	PackDir  string // its folder
	Provider string // execution provider that the generator really uses
	// Notice says why another provider is used than was asked for; "" otherwise.
	Notice string
	// Decision says how auto chose the provider; nil when one was asked for by name.
	// Nobody changes it.
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
	// DiffusionProvider is the execution provider of the diffusion, "" before its
	// first use.
	DiffusionProvider string
}

// Listener receives the engine's events. Its methods are called through the post
// function of the worker, so on the thread of the owner.
type Listener interface {
	// Status is called when loading ends and whenever the provider changes.
	Status(Status)
	// Opened reports a photo that is ready to be edited.
	Opened(Subject)
	// Frame delivers a picture. The receiver ignores it when it has a newer
	// generation already.
	Frame(Frame)
	// Refined reports that faces of the photo were refined. Earlier frames show the
	// old reconstruction, so the receiver posts its request again.
	Refined(photo uint64, faces []Refinement)
	// Progress reports on work that takes long.
	Progress(Progress)
	// Exported reports that a picture was written.
	Exported(path string)
	// Failed reports an error in a task. Cancelled work is not reported.
	Failed(task Task, err error)
}

// Auto is the name of no provider: the program chooses the fastest.
const Auto = "auto"

// Decision says which provider auto has chosen, and why.
type Decision = measure.Decision
