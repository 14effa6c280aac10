package studio

import (
	"image"
	"slices"

	"deltaedit/engine"
	"deltaedit/engine/compose"
	"deltaedit/engine/face"
	"deltaedit/engine/invert"
	"deltaedit/engine/prompt"
)

// portrait is one face of the open photo, with everything that was computed about
// it.
type portrait struct {
	*likeness

	dragMatte dragMatte // the matte of the newest edited picture
	dragParts dragParts // the parts of that picture

	drawings   map[drawingKey]*drawing
	diffusions map[int]*diffusionState // by number of steps
}

// likeness is what does not depend on a request: the face itself and its codes. The
// portraits of one face share it: see openPhoto.forVariants.
type likeness struct {
	alignment face.Alignment
	face      *face.Face // nil for a generated face

	square    *image.RGBA   // the aligned square of side toneSide; nil until needed
	tone      *compose.Tone // of the photo; nil until needed
	person    []face.Matte  // mattes of the photo: the person, the face; nil until needed
	wideMatte face.Matte    // the person on the square of Alignment.Around; side 0 until needed
	parts     face.Parts    // of the photo's square; empty until needed

	code         *invert.Code      // the code in use; nil until inverted
	inverted     *invert.Code      // the inverter's code; nil until refined
	refinement   engine.Refinement // the result of refining
	refinedSteps int               // the steps that were asked for; 0 until refined
	vector       []float32         // the image encoder's unit vector; nil until computed

	styleDeltas map[promptPair]*styleDelta
}

func newPortrait(a face.Alignment) *portrait {
	return portraitOf(&likeness{alignment: a, styleDeltas: map[promptPair]*styleDelta{}})
}

// portraitOf returns a portrait of which nothing was drawn yet.
func portraitOf(l *likeness) *portrait {
	return &portrait{likeness: l, drawings: map[drawingKey]*drawing{}, diffusions: map[int]*diffusionState{}}
}

// forgetCode frees everything that was computed with the code that was in use.
func (p *portrait) forgetCode() {
	clear(p.styleDeltas)
	clear(p.drawings)
	clear(p.diffusions)
	p.dragMatte.key.clear()
	p.dragParts.key.clear()
}

// promptPair is the texts of an edit.
type promptPair struct{ source, target string }

// styleDelta is what a pair of prompts does to one face.
type styleDelta struct {
	direction prompt.Direction // Δt and what is known about it
	style     []float32        // ΔS
}

// maxStyleDeltas bounds the style deltas that are kept for a face: a person may type
// new prompts all day.
const maxStyleDeltas = 256

// dragMatte is the matte of an edited picture. While the slider moves it is used for
// a few frames.
type dragMatte struct {
	matte face.Matte
	reuse
}

// dragParts is the same of its parts.
type dragParts struct {
	parts face.Parts
	reuse
}

// reuse says for how long something that was found on an edited picture is good enough.
type reuse struct {
	key  editKey // of the edit
	uses int
}

// matteEvery is the number of previews of a moving slider that use the same matte and
// parts of the edited picture. To find them costs a tenth of a preview each, and the
// outline of the person hardly moves between them. When the slider rests, they are found
// anew.
const matteEvery = 3

// serves reports whether what was found is good enough for a request, and counts that it
// is used.
func (u *reuse) serves(r engine.Request) bool {
	if r.Quality != engine.QualityDrag || !u.key.sameTexts(r) || u.uses >= matteEvery {
		return false
	}
	u.uses++
	return true
}

// found begins anew with what was found for a request, which is used once already.
func (u *reuse) found(r engine.Request) {
	u.uses = 1
	u.key.store(r)
}

// drawingKey tells the drawings of a face apart.
type drawingKey struct {
	stage    engine.Stage    // StagePreview or StageFinal
	aligned  bool            // on the aligned square alone, without a soft border
	renderer engine.Renderer // Diffusion has no previews
}

// drawing is the change that an edit makes to a face.
type drawing struct {
	composer *compose.Composer
	change   *compose.Change // belongs to the composer
	key      editKey         // of the edit; empty when change is not valid
	// rough is true when the matte of an earlier frame was used, which is good
	// enough while the slider moves.
	rough bool
	// diffusion is where the composer's reconstruction is from; nil for the GAN's.
	diffusion *diffusionState
}

// shows reports whether the drawing is the one that a request asks for.
func (d *drawing) shows(r engine.Request) bool {
	return d != nil && d.key.matches(r) && !(d.rough && r.Quality == engine.QualityRest)
}

// editKey holds everything of a request that the change of a face depends on, so
// that a result can be used again. The zero value matches no request.
type editKey struct {
	set       bool
	threshold float64
	edits     []engine.Edit // a copy
}

// matches reports whether the key is that of the request.
func (k *editKey) matches(r engine.Request) bool {
	return k.set && k.threshold == r.Threshold && slices.Equal(k.edits, r.Edits)
}

// sameTexts reports whether the request has the same prompts, at any strength.
func (k *editKey) sameTexts(r engine.Request) bool {
	return k.set && engine.SameTexts(k.edits, r.Edits)
}

// store makes the key that of the request.
func (k *editKey) store(r engine.Request) {
	k.set, k.threshold, k.edits = true, r.Threshold, append(k.edits[:0], r.Edits...)
}

// clear makes the key match no request.
func (k *editKey) clear() { k.set = false }
