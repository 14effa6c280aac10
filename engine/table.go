package engine

import (
	"fmt"
	"image"
	"slices"

	"deltaedit/engine/face"
	"deltaedit/engine/invert"
	"deltaedit/engine/photo"
	"deltaedit/engine/prompt"
	"deltaedit/engine/recipe"
)

// table holds the open photo and everything that was computed about it.
type table struct {
	subject   Subject
	photo     *photo.Photo
	source    *recipe.Source // nil for a random face
	random    *recipe.Random // nil for a photo
	portraits []*portrait    // in the order of subject.Faces
	view      viewCache
	told      told
}

// told are the reports on the prompts that were read last.
type told struct {
	edits   []Edit
	within  bool // see withinPerson
	reports []PromptReport
}

// portrait is one face of the photo.
type portrait struct {
	align  face.Alignment
	face   *face.Face   // nil for a generated one
	person []face.Matte // of the photo, nil until needed
	around face.Matte   // the same on the larger square of Alignment.Around, of side 0 until needed
	moving moving       // the edited picture's matte, as last found
	code   *invert.Code // nil until inverted; refined, the refiner's
	first  *invert.Code // the inverter's own, nil until refined
	fitted Refinement   // what refining came to
	asked  int          // steps that were asked for, 0 until refined
	vector []float32    // of the image encoder; nil until computed
	bends  map[prompts]*bend
	drawn  map[surface]*drawing
	// latents are what the diffusion keeps, by number of steps.
	latents map[int]*latent
}

// prompts is a pair of source and target.
type prompts struct{ source, target string }

// moving is a matte of an edited picture, which serves for a few of its like.
type moving struct {
	alpha []float32 // nil for none
	of    wish      // the edit
	uses  int
}

// bend is what a pair of prompts does to a face.
type bend struct {
	direction prompt.Direction
	style     []float32 // ΔS
}

// maxBends bounds the directions kept for a face: somebody types all day.
const maxBends = 256

// surface is one of the forms in which a face is drawn.
type surface struct {
	stage   Stage // StagePreview or StageFinal
	aligned bool  // the square itself, without a soft border
	kind    Kind  // what drew it; Diffusion draws no previews
}

// drawing is the change of a face by an edit, kept with what it was made for.
type drawing struct {
	composer *face.Composer
	change   *face.Change // the composer's own
	of       wish         // of nothing when change is not valid
	// rough says that the change lies within the person of a moment before: good
	// enough while the slider moves.
	rough  bool
	latent *latent // that the composer's reconstruction is of; nil for the GAN
}

// shows reports whether the drawing is what a request asks for.
func (d *drawing) shows(r Request) bool {
	return d != nil && d.of.is(r) && !(d.rough && r.Quality == QualityRest)
}

// wish is everything that the change of a face depends on. The zero value is that
// of no request.
type wish struct {
	made      bool
	threshold float64
	edits     []Edit // its own
}

// is reports whether it is the request's.
func (w *wish) is(r Request) bool {
	return w.made && w.threshold == r.Threshold && slices.Equal(w.edits, r.Edits)
}

// set makes it the request's.
func (w *wish) set(r Request) {
	w.made, w.threshold, w.edits = true, r.Threshold, append(w.edits[:0], r.Edits...)
}

// forget makes it that of no request.
func (w *wish) forget() { w.made = false }

// reads reports whether the request has the same prompts.
func (w *wish) reads(r Request) bool { return w.made && sameWords(w.edits, r.Edits) }

// faces returns the portraits that the request is about.
func (t *table) faces(r Request) ([]*portrait, error) {
	if t == nil || r.Photo != t.subject.Photo {
		return nil, ErrNoPhoto
	}
	n := len(t.portraits)
	switch {
	case r.Face == AllFaces && r.Aligned && n != 1:
		return nil, fmt.Errorf("%w: the aligned square shows one of %d faces: choose one", ErrNoSuchFace, n)
	case r.Face == AllFaces:
		return t.portraits[:t.subject.edited()], nil
	case r.Face < 0 || r.Face >= n:
		return nil, fmt.Errorf("%w: face %d was asked for and %d found: choose one of those", ErrNoSuchFace, r.Face+1, n)
	}
	return t.portraits[r.Face : r.Face+1], nil
}

// square reports whether the request's picture is the aligned square of a
// photo's face. A random face is its own square.
func (t *table) square(r Request) bool { return r.Aligned && t.random == nil }

// aligned returns the face of a photo as a picture of the given side.
func (t *table) aligned(p *portrait, side int) *image.RGBA { return p.align.Crop(t.photo.Image, side) }

// forget frees the large drawings of every face but keep.
func (t *table) forget(keep *portrait) {
	for _, p := range t.portraits {
		if p == keep {
			continue
		}
		for s := range p.drawn {
			if s.stage == StageFinal && s.kind == GAN {
				delete(p.drawn, s)
			}
		}
	}
}

// viewCache keeps the photo at the size of the view.
type viewCache struct {
	key  viewKey
	view *face.View
	base *image.NRGBA // what view shows
}

type viewKey struct {
	box  image.Point
	face int  // of an aligned square, else 0
	sq   bool // an aligned square
}
