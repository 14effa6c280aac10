package prompt

import (
	"fmt"
	"slices"
)

// Hair is what a concept or a direction changes of hair.
type Hair string

// What can be changed of hair; "" is nothing: it stays as it is. HairColour changes its
// tone and nothing else of the portrait, HairTone its tone beside other things, HairGrows
// makes short hair long, and HairShape changes the outline or the strands of any hair.
const (
	HairColour Hair = "colour"
	HairTone   Hair = "tone"
	HairGrows  Hair = "grows"
	HairShape  Hair = "shape"
)

// The parts that [Subject.Worn] and [Subject.Moves] name.
const (
	PartHair    = "hair"
	PartBrows   = "brows"
	PartMouth   = "mouth"
	PartBeard   = "beard"
	PartGlasses = "glasses"
	PartHat     = "hat"
)

// Subject says which parts of a portrait a concept or a direction is about, beside the face
// itself.
type Subject struct {
	// Hair is what it changes of hair.
	Hair Hair `json:"hair,omitempty"`
	// Worn names what is put on or taken off: PartGlasses, PartHat. What is worn and not
	// named stays as it is.
	Worn []string `json:"worn,omitempty"`
	// Moves names parts that go elsewhere or away: PartHair, PartBrows, PartMouth. The
	// feature offset shows them where the photo has them.
	Moves []string `json:"moves,omitempty"`
	// SkinStays is set when it is not about the tone of skin nor the light.
	SkinStays bool `json:"skin_stays,omitempty"`
	// EyesStay is set when it is not about what is between the eyelids.
	EyesStay bool `json:"eyes_stay,omitempty"`
	// Outline is set when it changes the outline of the face.
	Outline bool `json:"outline,omitempty"`
	// HairTone is set when some of it is about the tone of hair, whatever Hair says.
	HairTone bool `json:"-"`
	// HairFades is set when hair loses its colour.
	HairFades bool `json:"hair_fades,omitempty"`
	// NewSkin is set when the skin is another one, without the photo's wrinkles and stubble.
	NewSkin bool `json:"new_skin,omitempty"`
}

// check returns an error for a subject that names something unknown.
func (s Subject) check() error {
	if !slices.Contains([]Hair{"", HairColour, HairTone, HairGrows, HairShape}, s.Hair) {
		return fmt.Errorf("hair is %q, want %q, %q, %q or %q", s.Hair, HairColour, HairTone, HairGrows, HairShape)
	}
	for _, list := range []struct {
		what        string
		named, some []string
	}{
		{"worn", s.Worn, []string{PartGlasses, PartHat}},
		{"moves", s.Moves, []string{PartHair, PartBrows, PartMouth, PartBeard}},
	} {
		for _, name := range list.named {
			if !slices.Contains(list.some, name) {
				return fmt.Errorf("%s names %q, want one of %q", list.what, name, list.some)
			}
		}
	}
	return nil
}

// Weights, as shares of all parts, from which a direction is about the tone of hair, about
// its shape, and about other things. A part's weight is its squared share.
const (
	leastHairTone  = 0.2
	leastHairShape = 0.1
	leastSubject   = 0.1
	onlyColour     = 0.7
	staysShare     = 0.7 // and that the tone of skin or the eyes stay
)

// subjectOf returns what a direction with these parts is about.
func subjectOf(parts []part, known []concept) Subject {
	var colour, fades, tone, grows, shape, skin, eyes, total float64
	for _, p := range parts {
		total += p.share * p.share
	}
	var s Subject
	for _, p := range parts {
		weight := p.share * p.share
		about := known[p.at].Subject
		switch about.Hair {
		case HairColour:
			colour += weight
			tone += weight
		case HairTone:
			tone += weight
		case HairGrows:
			grows += weight
		case HairShape:
			shape += weight
		}
		if about.SkinStays {
			skin += weight
		}
		if about.EyesStay {
			eyes += weight
		}
		if about.HairFades && p.share > 0 {
			fades += weight
		}
		if weight > leastSubject*total {
			s.Worn, s.Moves = union(s.Worn, about.Worn), union(s.Moves, about.Moves)
			s.Outline = s.Outline || about.Outline
			s.NewSkin = s.NewSkin || about.NewSkin && p.share > 0
		}
	}
	s.SkinStays, s.EyesStay = skin > staysShare*total, eyes > staysShare*total
	s.HairFades = fades > onlyColour*total
	s.HairTone = tone > leastHairTone*total
	switch {
	case shape > leastHairShape*total:
		s.Hair = HairShape
	case grows > leastHairShape*total:
		s.Hair = HairGrows
	case colour > onlyColour*total:
		s.Hair = HairColour
	case s.HairTone:
		s.Hair = HairTone
	}
	return s
}

// union returns the names of both lists, each once.
func union(a, b []string) []string {
	for _, name := range b {
		if !slices.Contains(a, name) {
			a = append(a, name)
		}
	}
	return a
}

// conditioned returns the concept's direction for the delta mapper; nil if it is Delta.
func (c concept) conditioned() []float32 { return c.Conditioned }

// keptHair is conditioned for a photo whose hair stays.
func (c concept) keptHair() []float32 {
	if c.KeptHair != nil {
		return c.KeptHair
	}
	return c.Conditioned
}

// conditionedOf returns the unit direction that the delta mapper is given for a unit
// direction with these parts: for each concept that has a conditioned direction (which
// returns it, or nil), its part is replaced by that direction. In the training faces some attributes are
// correlated (age and glasses); a conditioned direction asks for the concept without
// the correlated attributes. The result is dir itself when no part has one.
func conditionedOf(dir []float32, parts []part, known []concept, which func(concept) []float32) []float32 {
	out := dir
	for _, p := range parts {
		c := known[p.at]
		conditioned := which(c)
		if conditioned == nil {
			continue
		}
		if &out[0] == &dir[0] {
			out = slices.Clone(dir)
		}
		for i, v := range conditioned {
			out[i] += float32(p.share) * (v - c.Delta[i])
		}
	}
	if &out[0] != &dir[0] && normalize(out) == 0 {
		return dir // the sum is 0
	}
	return out
}
