package compose

import (
	"image"
	"math"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/gridmap"
)

// parts is what a Composer knows about the parts of the photo and of the edited picture.
type parts struct {
	photo   face.Parts
	around  face.Parts // on the square of Alignment.Around; empty when they are not known
	was     []float32  // share of the person in the reconstruction, on the grid
	face    []float32  // the face in the photo, on the grid; the same of what is worn
	glasses []float32
	hat     []float32
	clothes *clothes  // nil without clothes
	hair    *hairTone // nil without hair
	bare    *bareSkin // nil without skin

	// Of the edited picture of the next call of Compose:
	after face.Parts // empty when they are not known
	about Subject    // of the edit

	// For the current call of Compose, on the grid:
	known  bool         // the parts of the edited picture are known
	keep   []float32    // how much of each cell stays the photo's
	empty  []float32    // share of background in the edited picture
	edited [3][]float32 // means of the edited picture's cells, in levels
	pooled bool         // edited is filled
	// Hair of the photo that the edit removes: there is some, and the share of each cell.
	removes bool
	removed []float32
	drawn   []float32 // share of hair in the edited picture
	fresh   newTone   // of that hair

	// Scratch memory: two maps of the grid, and one of the parser's.
	work, grown []float32
	shares      []float32
}

// ofPerson are the parts that an edit may draw over the background or clothes. Hair comes
// first: only an edit of its shape may.
var ofPerson = []face.Part{face.Hair, face.Skin, face.Brows, face.Eyes, face.Mouth, face.Glasses, face.Hat}

// Hair says what an edit does to the hair of a portrait.
type Hair int

// What an edit may do to hair: nothing; change its tone; change its tone and nothing else of
// the portrait; draw it anew.
const (
	HairStays Hair = iota
	HairTone
	HairColour
	HairShape
)

// Subject says which parts of a portrait an edit is about, beside the face itself. The others
// stay as they are.
type Subject struct {
	Hair Hair
	// HairFades is set when hair that changes its tone loses its colour.
	HairFades bool
	// HairAdds is set when hair that is drawn anew comes to the photo's and takes none away.
	HairAdds bool
	// HairToneStays is set when hair that is drawn anew has the tone of the photo's.
	HairToneStays bool
	Glasses       bool // glasses are put on or taken off
	Hat           bool // the same of a hat
	// SkinStays is set when it is not about the tone of skin nor the light. Without Outline
	// such an edit is an expression.
	SkinStays bool
	// EyesStay is set when it is not about what is between the eyelids.
	EyesStay bool
	// Outline is set when the photo is bent to the outline that it gives the face.
	Outline bool
	// NewSkin is how much of the photo's detail, such as wrinkles, skin loses: 0 to 1.
	NewSkin float32
}

// SetParts says which part of the portrait is where on the pictures that the Composer was
// made with: the aligned one, which nobody may change while the Composer is in use, and
// its reconstruction. With [Composer.EditedParts], the change then leaves out what the edit
// is not about (see [Subject]), and always
//
//   - what is in front of the face, such as a hand;
//   - clothes, and with mattes the background, unless the edit draws the person there.
//
// Clothes that it draws where the photo shows none take the colour of those in the photo,
// and hair that changes its tone alone keeps its strands. around are the parts on the square
// of [face.Alignment.Around], where [Composer.Extend] continues changes in the hair; empty
// when they are not known. photo and around belong to the Composer from then on.
func (c *Composer) SetParts(aligned *image.RGBA, photo, around, reconstruction face.Parts) {
	cells := c.grid * c.grid
	before := c.means(c.recon)
	p := &parts{
		photo:   photo,
		around:  around,
		clothes: newClothes(c, aligned, photo.Of(face.Clothes)),
		hair:    newHairTone(c, aligned, before, photo.Of(face.Hair), photo.Of(face.Skin)),
		bare:    newBareSkin(c, before, photo.Of(face.Skin)),
	}
	for _, m := range []*[]float32{&p.was, &p.removed, &p.drawn, &p.face, &p.glasses, &p.hat, &p.keep, &p.empty, &p.edited[0], &p.edited[1], &p.edited[2], &p.work, &p.grown} {
		*m = make([]float32, cells)
	}
	p.sample(c, p.was, reconstruction, ofPerson...)
	p.findFace(c, reconstruction)
	p.findWorn(c)
	c.parts = p
}

// EditedParts says which part is where on the edited picture of the next call of Compose,
// and what the edit is about. after is used during that call. It does nothing without
// SetParts.
func (c *Composer) EditedParts(after face.Parts, about Subject) {
	if c.parts != nil {
		c.parts.after, c.parts.about = after, about
	}
}

// sample fills dst, on the grid, with how much of each cell is one of some parts.
func (p *parts) sample(c *Composer, dst []float32, of face.Parts, some ...face.Part) {
	m := of.Any(p.shares, some...)
	p.shares = m.Alpha
	sample(dst, c.grid, []face.Matte{m})
}

// means returns the means of the cells of a planar picture's colours.
func (c *Composer) means(planar []float32) (m [3][]float32) {
	n := c.side * c.side
	for k := range m {
		m[k] = make([]float32, c.grid*c.grid)
		pool(c, m[k], planar[k*n:(k+1)*n], 1, c.side)
	}
	return m
}

// means returns the means of the cells of the edited picture's colours, in levels. They are
// computed once in a call of Compose.
func (p *parts) means(c *Composer, edited []float32) *[3][]float32 {
	if p.pooled {
		return &p.edited
	}
	n := c.side * c.side
	for k, m := range p.edited {
		pool(c, m, edited[k*n:(k+1)*n], 1, c.side)
		for i, v := range m {
			m[i] = level(v)
		}
	}
	p.pooled = true
	return &p.edited
}

// growth lets less be kept where the edited picture has hair and its matte more of a person
// than the photo's: the matte has finer edges than the parts. mattes are those of Compose.
func (p *parts) growth(c *Composer, after face.Parts, mattes []face.Matte) {
	sample(p.work, c.grid, mattes[len(mattes)-1:])
	sample(p.grown, c.grid, mattes[:1])
	for i, v := range p.work {
		p.grown[i] = max(v-p.grown[i], 0)
	}
	p.sample(c, p.work, after, face.Hair)
	c.blur.Run(p.work, c.grid, edgeSide*float64(c.grid))
	for i, v := range p.work {
		p.keep[i] = min(p.keep[i], 1-p.grown[i]*smoothstep(edgeFrom, edgeFull, v))
	}
}

// removing reports whether the edit of the current call removes hair. p may be nil.
func (p *parts) removing() bool { return p != nil && p.known && p.removes }

// none says that nothing is known about the parts of this edited picture.
func (p *parts) none() {
	if p.clothes != nil {
		p.clothes.any = false
	}
	if p.hair != nil {
		p.hair.any = false
	}
	if p.bare != nil {
		p.bare.any = false
	}
}

// keepParts closes the gate where the photo stays as it is, and prepares the hair.
func (c *Composer) keepParts(edited []float32, mattes []face.Matte) {
	p := c.parts
	p.fresh.any, p.removes = false, false
	if p.known = !p.after.Empty(); !p.known {
		p.none()
		return
	}
	after := p.after
	p.after, p.pooled = face.Parts{}, false
	share := func(of face.Parts, part ...face.Part) []float32 {
		p.sample(c, p.work, of, part...)
		return p.work
	}
	about := p.about
	drawn := ofPerson
	if about.Hair != HairShape {
		drawn = ofPerson[1:]
	}
	for i, v := range share(after, drawn...) {
		p.keep[i] = 1 - max(v-p.was[i], 0)
	}
	stays, n := [3]face.Part{face.Clothes}, 1
	if !about.Hat {
		stays[n] = face.Hat
		n++
	}
	if len(mattes) > 0 {
		stays[n] = face.Background
		n++
		if about.Hair == HairShape {
			p.growth(c, after, mattes)
		}
	}
	for i, v := range share(p.photo, stays[:n]...) {
		p.keep[i] *= v
	}
	for i, v := range p.keep {
		p.keep[i] = smoothstep(keepFrom, keepFull, v)
	}
	if about.Hair != HairShape {
		p.keepOthers(c, after)
	}
	for i, v := range share(after, face.Clothes) {
		if p.hair != nil {
			v *= 1 - p.hair.zone[i]
		}
		p.keep[i] = max(p.keep[i], smoothstep(keepFrom, keepFull, v))
	}
	if !about.Glasses {
		p.stay(p.glasses)
	}
	if !about.Hat {
		p.stay(p.hat)
	}
	for i, v := range share(p.photo, face.InFront) {
		p.keep[i] = max(p.keep[i], smoothstep(frontFrom, frontFull, v))
	}
	if about.EyesStay {
		p.stay(share(p.photo, face.Eyes))
	}
	if about.Hair == HairShape && c.mask != nil {
		p.endHair(c, edited, after)
	}
	if about.Hair == HairShape && about.HairToneStays && p.hair != nil {
		p.fresh.find(c, p, after)
	}
	p.sample(c, p.empty, after, face.Background)
	switch shape := about.Hair == HairShape && p.hair != nil; {
	case shape && about.HairAdds:
		p.add()
	case shape:
		p.remove(c, after)
	}
	if p.hair != nil {
		p.hair.change(c, edited, after.Of(face.Hair), mattes)
	} else if about.Hair == HairColour {
		clear(c.diff)
	}
	if about.NewSkin > 0 {
		c.renewSkin(share(after, face.Skin), about.NewSkin)
	}
	if p.bare != nil {
		p.bare.find(c, edited, share(after, about.covers()...), after)
	}
	for i, v := range p.keep {
		c.diff[i] *= 1 - v
	}
	if p.clothes != nil {
		p.clothes.dye(c, edited, after.Of(face.Clothes))
	}
}

// remove finds the hair of the photo that the edit removes. When hardly any hair is left, the
// rest of it that is not on the head goes as well: it is what the generator could not let
// go of.
func (p *parts) remove(c *Composer, after face.Parts) {
	p.removes = true
	p.sample(c, p.grown, after, face.Skin, face.Brows, face.Eyes)
	c.blur.Run(p.grown, c.grid, headSide*float64(c.grid))
	p.sample(c, p.drawn, after, face.Hair)
	copy(p.work, p.drawn)
	gone := 1 - smoothstep(remainsFrom, remainsFull, sum(p.work)/sum(p.hair.hair))
	for i, v := range p.work {
		left := 1 - gone*(1-smoothstep(headFrom, headFull, p.grown[i]))
		p.empty[i] += (1 - left) * v
		p.drawn[i] *= left
		goes := 1 - smoothstep(stayHairFrom, stayHairFull, left*v)
		p.removed[i] = p.hair.hair[i] * goes
		c.drop[i] = max(c.drop[i], p.hair.zone[i]*goes) // none of its strands stays
	}
	p.roundHead(c, after)
	// Clothes under it are those beside it in the photo, not the generator's.
	p.sample(c, p.work, after, face.Clothes)
	for i, v := range p.work {
		p.empty[i] += p.removed[i] * v
	}
}

// roundHead makes the top of a bald head that the border of the square cuts off round: there is
// nothing of it beyond the square. It is an ellipse, as wide as the head a little below.
func (p *parts) roundHead(c *Composer, after face.Parts) {
	n := c.grid
	p.sample(c, p.work, after, face.Skin, face.Hair)
	high := int(headTop * float64(n))
	if sum(p.work[:n]) < leastTop*float32(n) {
		return
	}
	row := p.empty[high*n : (high+1)*n] // what is hair no more may look like a hat there
	left, right := 0, n
	for left < n && row[left] >= 0.5 {
		left++
	}
	for right > left && row[right-1] >= 0.5 {
		right--
	}
	middle, half := float32(left+right)/2, float32(right-left)/2
	if half == 0 {
		return
	}
	for x := range n {
		off := min(abs32(float32(x)+0.5-middle)/half, 1)
		top := (1 - float32(math.Sqrt(float64(1-off*off)))) * float32(high)
		top = max(top, topMargin*float32(n))
		for y := range high {
			gone := smoothstep(-1, 1, top-float32(y)-0.5)
			i := y*n + x
			p.empty[i] = max(p.empty[i], gone)
			p.drawn[i] *= 1 - gone
		}
	}
}

// add keeps hair of the photo where the edited picture has background.
func (p *parts) add() {
	for i, v := range p.hair.zone {
		stays := v * smoothstep(keepFrom, keepFull, p.empty[i])
		p.keep[i] = max(p.keep[i], stays)
		p.empty[i] *= 1 - v
	}
}

// ofFace are the parts of a face that an edit changes where they are.
var ofFace = []face.Part{face.Skin, face.Brows, face.Eyes, face.Mouth, face.Glasses}

// keepOthers keeps what is neither the face nor hair that changes its tone: in the photo,
// or in the edited picture where that has more of a face than the reconstruction.
func (p *parts) keepOthers(c *Composer, after face.Parts) {
	p.sample(c, p.work, after, ofFace...)
	for i, v := range p.work {
		p.work[i] = max(p.face[i], smoothstep(keepFrom, keepFull, v-p.was[i]))
	}
	if p.hair != nil && p.about.Hair != HairStays {
		for i, v := range p.hair.zone {
			p.work[i] = max(p.work[i], v)
		}
	}
	for i, v := range p.work {
		p.keep[i] = max(p.keep[i], 1-v)
	}
}

// body returns where the larger square surely shows clothes or skin, and no hair.
func (p *parts) body(side int) []float32 {
	body, hair := make([]float32, side*side), make([]float32, side*side)
	sample(body, side, []face.Matte{p.around.Any(nil, face.Clothes, face.Skin)})
	sample(hair, side, []face.Matte{p.around.Of(face.Hair)})
	new(gridmap.Blurrer).Run(hair, side, edgeSide*float64(side))
	for i, v := range hair {
		body[i] = smoothstep(keepFrom, keepFull, body[i]) * (1 - smoothstep(edgeFrom, edgeFull, v))
	}
	return body
}

// stay keeps the cells of a map.
func (p *parts) stay(m []float32) {
	for i, v := range m {
		p.keep[i] = max(p.keep[i], v)
	}
}

// findFace fills the map of the face, a little wider than it is. What the parser takes for
// something in front may be a beard or a shadow: the reconstruction, which has nothing in
// front, shows a face there.
func (p *parts) findFace(c *Composer, reconstruction face.Parts) {
	p.sample(c, p.face, p.photo, face.InFront)
	p.sample(c, p.work, reconstruction, ofFace...)
	for i, v := range p.work {
		p.face[i] *= v
	}
	p.sample(c, p.work, p.photo, ofFace...)
	for i, v := range p.work {
		p.face[i] += v
	}
	c.blur.Run(p.face, c.grid, edgeSide*float64(c.grid))
	for i, v := range p.face {
		p.face[i] = smoothstep(faceFrom, faceFull, v)
	}
}

// findWorn fills the maps of glasses and hat. Of glasses that are surely there, thin parts
// belong to them as well.
func (p *parts) findWorn(c *Composer) {
	p.sample(c, p.glasses, p.photo, face.Glasses)
	var sure float32
	for _, v := range p.glasses {
		if v > 0.5 {
			sure++
		}
	}
	if sure >= sureGlasses*float32(len(p.glasses)) {
		c.blur.Run(p.glasses, c.grid, lensSide*float64(c.grid))
		for i, v := range p.glasses {
			p.glasses[i] = smoothstep(edgeFrom, edgeFull, v)
		}
	} else {
		for i, v := range p.glasses {
			p.glasses[i] = smoothstep(keepFrom, keepFull, v)
		}
	}
	p.sample(c, p.hat, p.photo, face.Hat)
	for i, v := range p.hat {
		p.hat[i] = smoothstep(wornFrom, wornFull, v)
	}
}

// leaves multiplies a map of the grid by how much of each cell the edit may turn into
// ground. With an edit of the shape of hair that is what is no skin, clothes nor hat, and no hair
// either where it only adds some. Otherwise it is skin, or nothing: see [Subject.uncovers].
func (p *parts) leaves(c *Composer, m []float32) {
	switch {
	case p.known && p.about.HairAdds && p.hair != nil:
		for i, v := range p.hair.zone {
			m[i] *= 1 - v
		}
		return
	case p.known && p.about.Hair == HairShape:
		p.sample(c, p.work, p.photo, face.Skin, face.Hat, face.Clothes)
		for i, v := range p.work {
			m[i] *= 1 - v
		}
		return
	case !p.known:
		return
	case !p.about.uncovers():
		clear(m)
		return
	}
	p.sample(c, p.work, p.photo, face.Skin)
	for i, v := range p.work {
		m[i] *= v
	}
}

// What must not cover skin: clothes; hair, unless the edit is about its shape; glasses that
// nobody asked for; and the background unless the edit uncovers some.
var (
	coversShape   = []face.Part{face.Clothes, face.Background}
	coversStay    = []face.Part{face.Clothes, face.Hair}
	coversTone    = []face.Part{face.Clothes, face.Hair, face.Background}
	coversGlasses = []face.Part{face.Clothes, face.Hair, face.Background, face.Glasses}
)

// uncovers reports whether background of the edited picture may take the place of skin: not where
// the photo is bent to the new outline, with expressions, nor in an edit about hair.
func (s Subject) uncovers() bool { return s.Hair == HairStays && !s.Outline && !s.SkinStays }

// covers returns the parts of an edited picture that must not cover skin.
func (s Subject) covers() []face.Part {
	switch {
	case s.Hair == HairShape:
		return coversShape
	case s.uncovers():
		return coversStay
	case s.Glasses:
		return coversTone
	}
	return coversGlasses
}

// Shares of a kept part at which a cell begins to be the photo's, and at which it is in
// full. A cell with some of the person's edge is not: if the person becomes narrower, the
// old edge must go. A shadow or a beard may look a little like something in front of the face.
const (
	keepFrom, keepFull   = 0.4, 0.8
	frontFrom, frontFull = 0.5, 0.9
	wornFrom, wornFull   = 0.25, 0.6
	faceFrom, faceFull   = 0.1, 0.35
	sureGlasses          = 0.006     // share of the square that must be glasses
	lensSide             = 6.0 / 256 // standard deviation that widens them to their lenses

	headTop   = 0.22      // height, from the top, at which a head that is cut off is not narrower yet
	topMargin = 4.0 / 256 // and how far below the border it ends
	leastTop  = 0.1       // share of the upper border that must be its

	remainsFrom, remainsFull = 0.2, 0.45  // hair of the edited picture, as a share of the photo's
	headFrom, headFull       = 0.05, 0.25 // smoothed share of skin at which hair is on the head
	headSide                 = 8.0 / 256  // standard deviation of that smoothing
)
