package compose

import (
	"image"

	"deltaedit/engine/face"
)

// parts is what a Composer knows about the parts of the photo and of the edited picture.
type parts struct {
	photo   face.Parts
	was     []float32 // share of the person in the reconstruction, on the grid
	clothes *clothes  // nil without clothes
	hair    *hairTone // nil without hair

	// Of the edited picture of the next call of Compose:
	after       face.Parts // empty when they are not known
	keepStrands bool       // its hair has another tone and the same shape

	// For the current call of Compose, on the grid:
	known  bool         // the parts of the edited picture are known
	keep   []float32    // how much of each cell stays the photo's
	empty  []float32    // share of background in the edited picture
	edited [3][]float32 // means of the edited picture's cells, in levels
	pooled bool         // edited is filled

	// Scratch memory: two maps of the grid, and one of the parser's.
	work, grown []float32
	shares      []float32
}

// ofPerson are the parts that an edit may draw over the background, clothes or a hat.
var ofPerson = []face.Part{face.Skin, face.Hair, face.Brows, face.Eyes, face.Mouth, face.Glasses, face.Hat}

// SetParts says which part of the portrait is where on the pictures that the Composer was
// made with: the aligned one, which nobody may change while the Composer is in use, and
// its reconstruction. With [Composer.EditedParts], the change then leaves out what no edit
// of a face is about:
//
//   - what is in front of the face, such as a hand;
//   - clothes and hats, and with mattes the background, unless the edit draws the person
//     there.
//
// Clothes that it draws where the photo shows none take the colour of those in the photo,
// and hair that changes its tone alone keeps its strands. photo belongs to the Composer from
// then on.
func (c *Composer) SetParts(aligned *image.RGBA, photo, reconstruction face.Parts) {
	cells := c.grid * c.grid
	p := &parts{
		photo:   photo,
		clothes: newClothes(c, aligned, photo.Of(face.Clothes)),
		hair:    newHairTone(c, aligned, photo.Of(face.Hair)),
	}
	for _, m := range []*[]float32{&p.was, &p.keep, &p.empty, &p.edited[0], &p.edited[1], &p.edited[2], &p.work, &p.grown} {
		*m = make([]float32, cells)
	}
	p.sample(c, p.was, reconstruction, ofPerson...)
	c.parts = p
}

// EditedParts says which part is where on the edited picture of the next call of Compose,
// and is used during that call. keepStrands says that the edit changes the tone of hair and
// not its shape. It does nothing without SetParts.
func (c *Composer) EditedParts(after face.Parts, keepStrands bool) {
	if c.parts != nil {
		c.parts.after, c.parts.keepStrands = after, keepStrands
	}
}

// sample fills dst, on the grid, with how much of each cell is one of some parts.
func (p *parts) sample(c *Composer, dst []float32, of face.Parts, some ...face.Part) {
	m := of.Any(p.shares, some...)
	p.shares = m.Alpha
	sample(dst, c.grid, []face.Matte{m})
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
	c.blur.run(p.work, c.grid, edgeSide*float64(c.grid))
	for i, v := range p.work {
		p.keep[i] = min(p.keep[i], 1-p.grown[i]*smoothstep(edgeFrom, edgeFull, v))
	}
}

// none says that nothing is known about the parts of this edited picture.
func (p *parts) none() {
	if p.clothes != nil {
		p.clothes.any = false
	}
	if p.hair != nil {
		p.hair.any = false
	}
}

// keepParts closes the gate where the photo stays as it is, and prepares the hair.
func (c *Composer) keepParts(edited []float32, mattes []face.Matte) {
	p := c.parts
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
	for i, v := range share(after, ofPerson...) {
		p.keep[i] = 1 - max(v-p.was[i], 0)
	}
	stays := []face.Part{face.Clothes, face.Hat, face.Background}
	if len(mattes) == 0 {
		stays = stays[:2]
	} else {
		p.growth(c, after, mattes)
	}
	for i, v := range share(p.photo, stays...) {
		p.keep[i] *= v
	}
	for i, v := range p.keep {
		p.keep[i] = smoothstep(keepFrom, keepFull, v)
	}
	for i, v := range share(p.photo, face.InFront) {
		p.keep[i] = max(p.keep[i], smoothstep(frontFrom, frontFull, v))
	}
	p.sample(c, p.empty, after, face.Background)
	for i, v := range p.keep {
		c.diff[i] *= 1 - v
	}
	if p.clothes != nil {
		p.clothes.dye(c, edited, after.Of(face.Clothes))
	}
	if p.hair != nil {
		if p.hair.any = p.keepStrands; p.keepStrands {
			p.hair.retone(c, edited, after.Of(face.Hair))
		}
	}
}

// Shares of a kept part at which a cell begins to be the photo's, and at which it is in
// full. A cell with some of the person's edge is not: if the person becomes narrower, the
// old edge must go. A shadow or a beard may look a little like something in front of the face.
const (
	keepFrom, keepFull   = 0.4, 0.8
	frontFrom, frontFull = 0.5, 0.9
)
