package studio

import (
	"slices"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/compose"
	"deltaedit/engine/face"
	"deltaedit/engine/invert"
	"deltaedit/engine/prompt"
)

// fakeOffset is the side of a channel of the stub generator's feature offset.
const fakeOffset = 4

// subjects returns a portrait with the style deltas of prompts that are about parts.
func subjects(about map[string]prompt.Subject) *portrait {
	p := newPortrait(face.Alignment{})
	for target, s := range about {
		p.styleDeltas[promptPair{"face", target}] = &styleDelta{direction: prompt.Direction{Subject: s}}
	}
	return p
}

func asks(strengths map[string]float64) (r engine.Request) {
	for target, s := range strengths {
		r.Edits = append(r.Edits, engine.Edit{Source: "face", Target: target, Strength: s})
	}
	return r
}

// What several edits are about is what one of them is about; only when all are about the
// colour of hair does nothing else change.
func TestAboutOfEdits(t *testing.T) {
	p := subjects(map[string]prompt.Subject{
		"smile": {SkinStays: true}, "blond": {Hair: prompt.HairColour, HairTone: true}, "old": {Hair: prompt.HairTone, HairTone: true, EyesStay: true},
		"grey": {Hair: prompt.HairColour, HairTone: true, HairFades: true}, "woman": {Hair: prompt.HairGrows},
		"bald": {Hair: prompt.HairShape}, "glasses": {Worn: []string{prompt.PartGlasses}}, "hat": {Worn: []string{prompt.PartHat}},
		"chubby": {Outline: true}, "young": {NewSkin: true},
	})
	for name, c := range map[string]struct {
		edits map[string]float64
		want  compose.Subject
	}{
		"nothing":             {nil, compose.Subject{}},
		"a smile":             {map[string]float64{"smile": 1}, compose.Subject{SkinStays: true}},
		"a chubby smile":      {map[string]float64{"smile": 1, "chubby": -1}, compose.Subject{Outline: true}},
		"a little younger":    {map[string]float64{"young": 0.25, "smile": 1}, compose.Subject{NewSkin: 0.25}},
		"much younger":        {map[string]float64{"young": 3}, compose.Subject{NewSkin: 1}},
		"not younger":         {map[string]float64{"young": -1}, compose.Subject{}},
		"chubby at 0":         {map[string]float64{"smile": 1, "chubby": 0}, compose.Subject{SkinStays: true}},
		"blond":               {map[string]float64{"blond": 1}, compose.Subject{Hair: compose.HairColour}},
		"blond and no smile":  {map[string]float64{"blond": 1, "smile": 0}, compose.Subject{Hair: compose.HairColour}},
		"blond and a smile":   {map[string]float64{"blond": 1, "smile": 0.5}, compose.Subject{Hair: compose.HairTone}},
		"grey":                {map[string]float64{"grey": 1}, compose.Subject{Hair: compose.HairColour, HairFades: true}},
		"not grey":            {map[string]float64{"grey": -1}, compose.Subject{Hair: compose.HairColour}},
		"bald":                {map[string]float64{"bald": 1}, compose.Subject{Hair: compose.HairShape, HairToneStays: true}},
		"a woman":             {map[string]float64{"woman": 1}, compose.Subject{Hair: compose.HairShape, HairAdds: true, HairToneStays: true}},
		"a blond woman":       {map[string]float64{"woman": 1, "blond": 1}, compose.Subject{Hair: compose.HairShape, HairAdds: true}},
		"a bald woman":        {map[string]float64{"woman": 1, "bald": 1}, compose.Subject{Hair: compose.HairShape, HairToneStays: true}},
		"old":                 {map[string]float64{"old": -1}, compose.Subject{Hair: compose.HairTone, EyesStay: true}},
		"old and blond":       {map[string]float64{"old": 1, "blond": 1}, compose.Subject{Hair: compose.HairTone}},
		"old, bald, glasses":  {map[string]float64{"old": 1, "bald": 1, "glasses": 1}, compose.Subject{Hair: compose.HairShape, Glasses: true}},
		"a hat, glasses at 0": {map[string]float64{"hat": 1, "glasses": 0}, compose.Subject{Hat: true}},
	} {
		if got := p.about(asks(c.edits)); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// The feature offset fades where an edit moves something, in step with its strength, and
// stays the photo's without such an edit, without parts and in the opposite direction.
func TestOffsetFades(t *testing.T) {
	s, m, _ := onTable(t)
	if _, err := s.generator.get(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := subjects(map[string]prompt.Subject{"serious": {Moves: []string{prompt.PartMouth}}, "smile": {}})
	offset := make([]float32, 2*fakeOffset*fakeOffset)
	for i := range offset {
		offset[i] = 1
	}
	p.code = &invert.Code{Style: make([]float32, fakeStyle), Offset: offset}
	drawn := func(target string, strength float64) []float32 {
		code, err := s.editedCode(t.Context(), p, asks(map[string]float64{target: strength}))
		if err != nil {
			t.Fatal(err)
		}
		return code.Offset
	}
	if got := drawn("serious", 1); &got[0] != &offset[0] {
		t.Error("it fades without a parser")
	}
	s.parser.open = func() (parser, error) { return stubParser{stub{m, "parser"}}, nil }
	const side = 64
	share := make([]float32, (int(face.InFront)+1)*side*side)
	for i := range side * side {
		part := face.Skin
		if i/side >= side*3/4 { // the lowest quarter is the mouth
			part = face.Mouth
		}
		share[int(part)*side*side+i] = 1
	}
	var err error
	if p.parts, err = face.NewParts(side, share); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		target   string
		strength float64
		want     float32 // left in the mouth
	}{{"smile", 1, 1}, {"serious", 0.25, 0.75}, {"serious", 1, 0}, {"serious", 2, 0}, {"serious", -1, 1}, {"serious", 0.5, 0.5}} {
		got := drawn(c.target, c.strength)
		if (c.want == 1) != (&got[0] == &offset[0]) {
			t.Errorf("%s %v: the photo's own offset: %v", c.target, c.strength, &got[0] == &offset[0])
		}
		for channel := range 2 {
			top, mouth := got[16*channel+1], got[16*channel+13]
			if top != 1 || mouth != c.want {
				t.Errorf("%s %v: %v of the offset in the mouth and %v above it, want %v and 1", c.target, c.strength, mouth, top, c.want)
			}
		}
	}
	if slices.Contains(offset, 0) {
		t.Error("the photo's own offset was changed")
	}
}

// Hair grows when an edit draws it anew, but not when one takes it away.
func TestGrowsHair(t *testing.T) {
	p := subjects(map[string]prompt.Subject{
		"curls": {Hair: prompt.HairShape}, "bald": {Hair: prompt.HairShape, Moves: []string{prompt.PartHair}}, "smile": {},
	})
	for _, c := range []struct {
		edits map[string]float64
		want  bool
	}{{map[string]float64{"curls": 1}, true}, {map[string]float64{"smile": 1}, false}, {map[string]float64{"bald": 1}, false}, {map[string]float64{"bald": -1}, true}} {
		if got := p.growsHair(asks(c.edits)); got != c.want {
			t.Errorf("%v: %v, want %v", c.edits, got, c.want)
		}
	}
}
