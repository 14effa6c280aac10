package studio

import (
	"fmt"
	"image"
	"slices"

	"deltaedit/engine"
	"deltaedit/engine/compose"
	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
)

// openPhoto is the photo that is open, with everything that was computed about it.
type openPhoto struct {
	subject   engine.Subject
	photo     *photo.Photo
	source    *recipe.Source // nil for a random face
	random    *recipe.Random // nil for a photo
	portraits []*portrait    // in the order of subject.Faces
	all       []*portrait    // those that engine.AllFaces means; nil until needed
	view      viewCache
	reports   promptReports
	variants  *openPhoto // the same photo for Variant; nil until needed
}

// promptReports caches the reports of the newest call of Directions.
type promptReports struct {
	edits   []engine.Edit
	within  bool // the value of withinPerson
	reports []engine.PromptReport
}

// faces returns the faces that the request is about. Calling it on nil is an error
// as without a photo.
func (o *openPhoto) faces(r engine.Request) ([]*portrait, error) {
	if o == nil || r.Photo != o.subject.Photo {
		return nil, engine.ErrNoPhoto
	}
	n := len(o.portraits)
	switch {
	case r.Face == engine.AllFaces && r.Aligned && n != 1:
		return nil, fmt.Errorf("%w: the aligned square shows one of %d faces: choose one", engine.ErrNoSuchFace, n)
	case r.Face == engine.AllFaces:
		if o.all == nil {
			for _, i := range o.subject.Edited() {
				o.all = append(o.all, o.portraits[i])
			}
		}
		return o.all, nil
	case r.Face < 0 || r.Face >= n:
		return nil, fmt.Errorf("%w: face %d was asked for and %d found: choose one of those", engine.ErrNoSuchFace, r.Face+1, n)
	}
	if r.Aligned || len(r.Others) == 0 {
		return o.portraits[r.Face : r.Face+1], nil
	}
	return o.edited(r)
}

// edited returns the faces that a request with Others changes, in their order: the
// picture is the same whichever of them is the request's Face. Without a change it is
// that face alone.
func (o *openPhoto) edited(r engine.Request) ([]*portrait, error) {
	edits := map[int]engine.Request{r.Face: {Edits: r.Edits}}
	for _, other := range r.Others {
		if other.Face < 0 || other.Face >= len(o.portraits) {
			return nil, fmt.Errorf("%w: face %d was asked for and %d found: choose one of those", engine.ErrNoSuchFace, other.Face+1, len(o.portraits))
		}
		if _, twice := edits[other.Face]; twice {
			return nil, fmt.Errorf("%w: face %d was asked for twice: give each face its edits once", engine.ErrNoSuchFace, other.Face+1)
		}
		edits[other.Face] = engine.Request{Edits: other.Edits}
	}
	var out []*portrait
	for i, p := range o.portraits {
		if e, ok := edits[i]; ok && !e.Untouched() {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		return o.portraits[r.Face : r.Face+1], nil
	}
	return out, nil
}

// own returns the request for one of its faces alone, with the edits of that face.
func (o *openPhoto) own(p *portrait, r engine.Request) engine.Request {
	if r.Face != engine.AllFaces && len(r.Others) > 0 && !r.Aligned && p != o.portraits[r.Face] {
		face := slices.Index(o.portraits, p)
		for _, other := range r.Others {
			if other.Face == face {
				r.Face, r.Edits = face, other.Edits
				break
			}
		}
	}
	r.Others = nil
	return r
}

// square reports whether the request's picture is the aligned square of a
// photo's face. A random face is its own square.
func (o *openPhoto) square(r engine.Request) bool { return r.Aligned && o.random == nil }

// toneSide is the side of the aligned square that a tone is measured on. It is also that
// of most models, so this square is cached.
const toneSide = 256

// aligned returns the face of a photo as a picture of the given side, which nobody may
// change.
func (o *openPhoto) aligned(p *portrait, side int) *image.RGBA {
	if side != toneSide {
		return p.alignment.Crop(o.photo.Image, side)
	}
	if p.square == nil {
		p.square = p.alignment.Crop(o.photo.Image, side)
	}
	return p.square
}

// tone returns the tone of the photo at one of its faces.
func (o *openPhoto) tone(p *portrait) compose.Tone {
	if p.tone == nil {
		p.tone = &compose.Tone{}
		if p.face != nil {
			*p.tone = compose.ToneOf(o.aligned(p, toneSide), p.face.Outline(p.alignment, toneSide))
		}
	}
	return *p.tone
}

// normalised returns what aligned does, as the models see it: in the tones of an ordinary
// photo. Nobody may change it.
func (o *openPhoto) normalised(p *portrait, side int) *image.RGBA {
	return o.tone(p).Normalise(o.aligned(p, side))
}

// feather returns the soft border of a face's changes, as a share of the side of its
// square. The square alone, and a generated face, have none.
func (o *openPhoto) feather(square bool) float64 {
	if square || o.random != nil {
		return 0
	}
	return compose.Feather
}

// freeOthers frees the full-size drawings by the GAN of every face but one.
func (o *openPhoto) freeOthers(keep *portrait) {
	for _, p := range o.portraits {
		if p == keep {
			continue
		}
		for k := range p.drawings {
			if k.stage == engine.StageFinal && k.renderer == engine.GAN {
				delete(p.drawings, k)
			}
		}
	}
}

// forgetDrawn frees what was drawn, and what can only be used with that: it is drawn again
// when it is needed.
func (o *openPhoto) forgetDrawn() {
	for _, p := range o.portraits {
		clear(p.drawings)
		clear(p.diffusions)
	}
}

// forVariants returns the photo with portraits that share the likenesses, and caches of
// its own.
func (o *openPhoto) forVariants() *openPhoto {
	if o.variants == nil {
		o.variants = &openPhoto{subject: o.subject, photo: o.photo, source: o.source, random: o.random}
		for _, p := range o.portraits {
			o.variants.portraits = append(o.variants.portraits, portraitOf(p.likeness))
		}
	}
	return o.variants
}

// viewCache holds the photo at the size of the newest view.
type viewCache struct {
	key  viewKey
	view *compose.View
	base *image.NRGBA // the full-size image that view was made from
}

type viewKey struct {
	box    image.Point
	region image.Rectangle // empty for the whole image
	face   int             // index of the face of an aligned square, else 0
	sq     bool            // view shows an aligned square
}
