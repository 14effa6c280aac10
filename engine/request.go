package engine

import (
	"fmt"
	"image"
	"slices"

	"deltaedit/engine/diffusion"
	"deltaedit/engine/mask"
	"deltaedit/engine/photo"
)

// MaxStrength bounds an edit's strength either way: far beyond what looks like a
// face.
const MaxStrength = 10

// Edit is one edit in words: what the photo shows (Source) and what it should show
// (Target). Strength 1 is a clearly visible edit, negative values are the opposite
// edit, and 0 changes nothing. Useful range: [-2, 2].
type Edit struct {
	Source   string  `json:"source"`
	Target   string  `json:"target"`
	Strength float64 `json:"strength"`
	// Threshold is the relevance threshold in [0, 1] of this edit alone, when
	// HasThreshold is true. Otherwise Request.Threshold applies.
	Threshold    float64 `json:"threshold,omitempty"`
	HasThreshold bool    `json:"has_threshold,omitempty"`
	// Mask says where on the face the edit may change the picture; the zero mask is
	// everywhere.
	Mask mask.Mask `json:"mask,omitzero"`
}

// DefaultTruncation is the truncation of random faces: most of them then look clean
// and typical.
const DefaultTruncation = 0.7

// Renderer says what draws the final picture. On the command line, in plans, recipes
// and saved states it is called "engine".
type Renderer int

// Renderers.
const (
	// GAN is the generator of the pack. It draws a picture in one run.
	GAN Renderer = iota
	// Diffusion draws in steps and starts from the photo itself. It is slower and
	// keeps more of the photo: also what a style code cannot express.
	Diffusion
)

// Bounds on Request.Steps.
const (
	MinSteps = diffusion.MinSteps
	MaxSteps = diffusion.MaxSteps
)

// String returns the renderer's name on the command line, in plans and in recipes.
func (k Renderer) String() string {
	if k == Diffusion {
		return "diffusion"
	}
	return "gan"
}

// ParseRenderer returns the renderer of a name. An unknown name is an error.
func ParseRenderer(name string) (Renderer, error) {
	for _, k := range []Renderer{GAN, Diffusion} {
		if name == k.String() {
			return k, nil
		}
	}
	return GAN, fmt.Errorf("engine %q: want gan or diffusion", name)
}

// Quality says whether a request is answered with a preview only, or with the
// full-size picture as well.
type Quality int

// Qualities of a request.
const (
	// QualityDrag asks for previews only: the slider is moving.
	QualityDrag Quality = iota
	// QualityRest asks for a preview first and then the full-size picture.
	QualityRest
)

// AllFaces as the Face of a Request edits every face of the photo that has no
// FaceBox.Doubt. When all faces have one, every face is edited.
const AllFaces = -1

// MarkedFace as a face that is chosen before a photo is opened is the face in the first box
// of its source. Subject.Chosen turns it into an index; a Request does not have it.
const MarkedFace = -2

// FaceEdits are the edits of one face of a photo.
type FaceEdits struct {
	// Face is an index in Subject.Faces order.
	Face  int
	Edits []Edit
}

// Request holds everything that a picture depends on. A newer request replaces one
// that is waiting and cancels the one in work.
type Request struct {
	// Photo is the id of Subject.Photo; a request for 0 does nothing.
	Photo uint64
	// Face is the index of the face to edit, in Subject.Faces order, or
	// AllFaces.
	Face int
	// Edits are applied together, in order. Without edits the photo is shown.
	Edits []Edit
	// Others are further faces with edits of their own: every face at most once, and
	// none of them Face. With AllFaces there are none; with Aligned they do not
	// matter. Nobody may change the list or its edits once the request was posted.
	Others []FaceEdits
	// Threshold is the relevance threshold in [0, 1]; negative takes the
	// pack's own default.
	Threshold float64
	// View is the size of the area for the picture, in device pixels. Frames are
	// scaled to fit into it, but never enlarged.
	View image.Point
	// Region is the part of the picture that frames show, in pixels of the photo, or of
	// the aligned square. Empty, or outside of the picture, it is the whole picture.
	// Exports do not depend on it.
	Region image.Rectangle
	// Aligned asks for the aligned square face instead of the whole photo.
	Aligned bool
	// Quality says whether a full-size picture is wanted.
	Quality Quality
	// Renderer draws the final picture. Previews are always drawn by the GAN.
	Renderer Renderer
	// Steps is the number of diffusion steps each way, MinSteps to MaxSteps; 0 is
	// the number that the pack recommends.
	Steps int
	// StripPrivate leaves metadata about the place, people and devices out of the
	// exported file. The picture does not depend on it.
	StripPrivate bool
	// File says how an export is written. Frames do not depend on it.
	File photo.Encoding
	// WithRegions asks for Frame.Regions. The picture does not depend on it.
	WithRegions bool
}

// Untouched reports whether the request shows the photo itself: it has no edits, or
// all have strength 0.
func (r Request) Untouched() bool {
	if !untouched(r.Edits) {
		return false
	}
	for _, o := range r.others() {
		if !untouched(o.Edits) {
			return false
		}
	}
	return true
}

func untouched(edits []Edit) bool {
	for _, e := range edits {
		if e.Strength != 0 {
			return false
		}
	}
	return true
}

// Unedited reports whether the request has no edits at all, not even of strength 0.
func (r Request) Unedited() bool {
	for _, o := range r.others() {
		if len(o.Edits) > 0 {
			return false
		}
	}
	return len(r.Edits) == 0
}

// WithoutEdits returns the request for the same picture without any edit.
func (r Request) WithoutEdits() Request {
	r.Edits, r.Others = nil, nil
	return r
}

// others returns Others where they matter.
func (r Request) others() []FaceEdits {
	if r.Aligned {
		return nil
	}
	return r.Others
}

// sameOthers reports whether both requests have Others of the same faces with the same
// prompts, and with strengths also of the same edits. It allocates nothing: a moving
// slider calls it for every frame.
func (r Request) sameOthers(o Request, strengths bool) bool {
	mine, theirs := r.others(), o.others()
	if len(mine) != len(theirs) {
		return false
	}
	for i, f := range mine {
		g := theirs[i]
		if f.Face != g.Face || !SameTexts(f.Edits, g.Edits) || strengths && !slices.Equal(f.Edits, g.Edits) {
			return false
		}
	}
	return true
}

// Masked reports whether one of the edits has a mask.
func Masked(edits []Edit) bool {
	for i := range edits {
		if !edits[i].Mask.IsZero() {
			return true
		}
	}
	return false
}

// SameFace reports whether both requests need the same inversion.
func (r Request) SameFace(o Request) bool {
	return r.Photo == o.Photo && r.Face == o.Face
}

// SamePrompts reports whether both requests need the same directions.
func (r Request) SamePrompts(o Request) bool {
	return r.SameFace(o) && SameTexts(r.Edits, o.Edits) && r.sameOthers(o, false)
}

// SameTexts reports whether edits have the same prompts, in the same order.
func SameTexts(a, b []Edit) bool {
	return slices.EqualFunc(a, b, func(e, f Edit) bool { return e.Source == f.Source && e.Target == f.Target })
}

// SamePicture reports whether two requests ask for the same picture, at any quality.
func (r Request) SamePicture(o Request) bool {
	return r.Photo == o.Photo && r.Face == o.Face && r.Threshold == o.Threshold &&
		r.View == o.View && r.Region == o.Region && r.Aligned == o.Aligned && slices.Equal(r.Edits, o.Edits) && r.sameOthers(o, true)
}
