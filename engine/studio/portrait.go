package studio

import (
	"image"
	"slices"

	"deltaedit/engine"
	"deltaedit/engine/compose"
	"deltaedit/engine/compose/limit"
	"deltaedit/engine/face"
	"deltaedit/engine/invert"
	"deltaedit/engine/mask"
	"deltaedit/engine/prompt"
	"deltaedit/engine/studio/masks"
	"deltaedit/engine/studio/outline"
	"deltaedit/engine/synth"
	"deltaedit/engine/warp"
)

// portrait is one face of the open photo, with everything that was computed about
// it.
type portrait struct {
	*likeness

	dragMatte dragMatte // the matte of the newest edited picture
	dragParts dragParts // the parts of that picture
	dragField dragField // how it bends the photo
	coverages masks.Coverages

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
	widePhoto *image.RGBA   // the photo there, compose.WideDetail times that side; nil until needed
	parts     face.Parts    // of the photo's square; empty until needed
	hair      face.Matte    // where the generator draws hair; side 0 until needed
	wideParts face.Parts    // the parts on the square of Alignment.Around; empty until needed
	maps      mask.Maps     // regions of the photo's square; unknown until needed

	code         *invert.Code      // the code in use; nil until inverted
	inverted     *invert.Code      // the inverter's code; nil until refined
	refinement   engine.Refinement // the result of refining
	refinedSteps int               // the steps that were asked for; 0 until refined
	fading       *synth.Fading     // of the parts that edits move; nil until needed
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
	p.dragField.key.clear()
}

// promptPair is the texts of an edit.
type promptPair struct{ source, target string }

// styleDelta is what a pair of prompts does to one face.
type styleDelta struct {
	direction   prompt.Direction // Δt and what is known about it
	conditioned []float32        // the direction that the delta mapper was given
	style       []float32        // ΔS
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

// dragField is how that picture bends the photo.
type dragField struct {
	field *warp.Field
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
	// limited is the change of edits of which some have masks.
	limited limited
	outline *outline.Outline // of the reconstruction; nil until needed
	pulled  []float32        // the edited picture in the photo's shape
}

// shows reports whether the drawing is the one that a request asks for.
func (d *drawing) shows(r engine.Request) bool {
	return d != nil && d.key.good(d.rough, r)
}

// limited is the change that edits make to a face of which some have masks, and the changes
// that it was joined from.
type limited struct {
	change *compose.Change // belongs to the blend
	key    editKey         // of the edits, with their masks; empty when change is not valid
	rough  bool
	blend  limit.Blend
	kept   []*keptChange
}

// maxKept bounds the changes that are kept of one drawing: at full size each takes 13 MB. The
// edits of more masks than these are drawn again whenever one of them changes.
const maxKept = 4

// keptChange is a copy of the change of edits without masks.
type keptChange struct {
	limit.Copy
	key   editKey
	rough bool
}

// shows reports whether the change is the one that a request asks for.
func (l *limited) shows(r engine.Request) bool { return l.key.good(l.rough, r) }

// of returns the kept change of edits without masks, or nil.
func (l *limited) of(r engine.Request) *keptChange {
	if i := slices.IndexFunc(l.kept, func(k *keptChange) bool { return k.key.good(k.rough, r) }); i >= 0 {
		return l.kept[i]
	}
	return nil
}

// holds reports whether all changes that a request's edits are joined from are kept.
func (l *limited) holds(r engine.Request) bool {
	for _, group := range groupsOf(r, masks.Split(r.Edits)) {
		if !group.Untouched() && l.of(group) == nil {
			return false
		}
	}
	return true
}

// arrange returns where the change of each group is kept, or is to be. Only the last of them
// may be the same for several.
func (l *limited) arrange(groups []engine.Request) []*keptChange {
	out, free := make([]*keptChange, len(groups)), slices.Clone(l.kept)
	for i, g := range groups {
		if at := slices.IndexFunc(free, func(k *keptChange) bool { return k.key.matches(g) }); at >= 0 {
			out[i] = free[at]
			free = slices.Delete(free, at, at+1)
		}
	}
	for i := range out {
		switch {
		case out[i] != nil:
		case len(free) > 0:
			out[i], free = free[0], free[1:]
		case i < maxKept:
			out[i] = &keptChange{}
		default:
			out[i] = out[maxKept-1]
		}
	}
	l.kept = out[:min(len(out), maxKept)]
	return out
}

// groupsOf returns the requests, of edits without masks, that a request with masks is joined
// from: one for each group of its edits.
func groupsOf(r engine.Request, groups []masks.Group) []engine.Request {
	out := make([]engine.Request, len(groups))
	for i, g := range groups {
		out[i], out[i].Edits = r, g.Edits
	}
	return out
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

// good reports whether something with this key is what a request asks for. What is rough is
// good enough while the slider moves.
func (k *editKey) good(rough bool, r engine.Request) bool {
	return k.matches(r) && !(rough && r.Quality == engine.QualityRest)
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
