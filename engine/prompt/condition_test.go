package prompt

import (
	"math"
	"reflect"
	"slices"
	"testing"
)

// Without conditioned directions the mapper is given Δt itself, from the cache too.
func TestConditionedOfAPackWithout(t *testing.T) {
	e := encoder(t)
	for range 2 {
		d, err := e.Delta(t.Context(), "face", "smil")
		if err != nil || len(d.Vector) == 0 || !slices.Equal(d.Conditioned, d.Vector) {
			t.Fatalf("want %v, got %v, %v", d.Vector, d.Conditioned, err)
		}
	}
}

func TestConditioned(t *testing.T) {
	known := []concept{
		{Known: Known{Name: "old"}, Delta: []float32{1, 0, 0}, Conditioned: []float32{0.6, 0, -0.8}},
		{Known: Known{Name: "smiling"}, Delta: []float32{0, 1, 0}},
	}
	for name, c := range map[string]struct {
		dir   []float32
		parts []part
		want  []float32
	}{
		"the concept":        {[]float32{1, 0, 0}, []part{{0, 1}}, []float32{0.6, 0, -0.8}},
		"its opposite":       {[]float32{-1, 0, 0}, []part{{0, -1}}, []float32{-0.6, 0, 0.8}},
		"one without":        {[]float32{0, 1, 0}, []part{{1, 1}}, []float32{0, 1, 0}},
		"both":               {[]float32{0.6, 0.8, 0}, []part{{1, 0.8}, {0, 0.6}}, []float32{0.36, 0.8, -0.48}},
		"no parts":           {[]float32{0, 0, 1}, nil, []float32{0, 0, 1}},
		"what is left stays": {[]float32{0.8, 0, 0.6}, []part{{0, 0.8}}, []float32{0.48, 0, -0.04}},
	} {
		before := append([]float32{}, c.dir...)
		got := conditionedOf(c.dir, c.parts, known, concept.conditioned)
		norm := 0.0
		for _, v := range c.want {
			norm += float64(v) * float64(v)
		}
		for i, v := range c.want {
			if want := float64(v) / math.Sqrt(norm); !(math.Abs(float64(got[i])-want) < 1e-6) {
				t.Errorf("%s: value %d: want %v, got %v", name, i, want, got[i])
			}
			if c.dir[i] != before[i] {
				t.Errorf("%s: the direction itself was changed", name)
			}
		}
	}
}

// Where the photo's hair stays, the mapper is given another direction, if a concept has one.
func TestConditionedForHairThatStays(t *testing.T) {
	known := []concept{
		{Known: Known{Name: "woman"}, Delta: []float32{1, 0, 0}, Conditioned: []float32{0.6, 0.8, 0}, KeptHair: []float32{0.6, 0, 0.8}},
		{Known: Known{Name: "old"}, Delta: []float32{0, 1, 0}, Conditioned: []float32{0, 0.6, 0.8}},
	}
	if d := decompose([]float32{1, 0, 0}, 1, known); !slices.Equal(d.keptHair, known[0].KeptHair) || !slices.Equal(d.conditioned, known[0].Conditioned) {
		t.Errorf("a woman: %v, and %v where hair stays", d.conditioned, d.keptHair)
	}
	if d := decompose([]float32{0, 1, 0}, 1, known); d.keptHair != nil {
		t.Errorf("an old face: %v where hair stays, want no difference", d.keptHair)
	}
	if d := decompose([]float32{0.8, 0.6, 0}, 1, known); d.keptHair == nil || d.keptHair[2] < 0.8 {
		t.Errorf("an old woman: %v where hair stays", d.keptHair)
	}
}

func TestSubjectOf(t *testing.T) {
	known := []concept{
		{Known: Known{Name: "smile"}, Subject: Subject{SkinStays: true}},
		{Known: Known{Name: "blond"}, Subject: Subject{Hair: HairColour}},
		{Known: Known{Name: "curly"}, Subject: Subject{Hair: HairShape}},
		{Known: Known{Name: "old"}, Subject: Subject{Hair: HairTone}},
		{Known: Known{Name: "glasses"}, Subject: Subject{Worn: []string{PartGlasses}}},
		{Known: Known{Name: "hat"}, Subject: Subject{Hair: HairShape, Worn: []string{PartHat}, Moves: []string{PartHair}}},
		{Known: Known{Name: "bald"}, Subject: Subject{Hair: HairShape, Moves: []string{PartHair}}},
		{Known: Known{Name: "female"}, Subject: Subject{Hair: HairGrows}},
		{Known: Known{Name: "chubby"}, Subject: Subject{Outline: true}},
		{Known: Known{Name: "young"}, Subject: Subject{NewSkin: true}},
		{Known: Known{Name: "grey"}, Subject: Subject{Hair: HairColour, HairFades: true}},
		{Known: Known{Name: "middle-aged"}, Subject: Subject{Hair: HairTone, EyesStay: true}},
	}
	for name, c := range map[string]struct {
		parts []part
		want  Subject
	}{
		"nothing":         {nil, Subject{}},
		"a smile":         {[]part{{at: 0, share: 1}}, Subject{SkinStays: true}},
		"blond":           {[]part{{at: 1, share: 0.9}, {at: 0, share: 0.2}}, Subject{Hair: HairColour, HairTone: true}},
		"a smiling blond": {[]part{{at: 1, share: 0.7}, {at: 0, share: -0.7}}, Subject{Hair: HairTone, HairTone: true}},
		"old and blond":   {[]part{{at: 1, share: 0.7}, {at: 3, share: 0.7}}, Subject{Hair: HairTone, HairTone: true}},
		"blond curls":     {[]part{{at: 1, share: 0.7}, {at: 2, share: 0.7}}, Subject{Hair: HairShape, HairTone: true}},
		"a blond woman":   {[]part{{at: 7, share: 0.7}, {at: 1, share: 0.7}}, Subject{Hair: HairGrows, HairTone: true}},
		"a curly woman":   {[]part{{at: 7, share: 0.7}, {at: 2, share: 0.7}}, Subject{Hair: HairShape}},
		"hardly blond":    {[]part{{at: 0, share: 0.95}, {at: 1, share: 0.2}}, Subject{SkinStays: true}},
		"a chubby smile":  {[]part{{at: 8, share: -0.7}, {at: 0, share: 0.7}}, Subject{Outline: true}},
		"young":           {[]part{{at: 9, share: 0.9}}, Subject{NewSkin: true}},
		"grey":            {[]part{{at: 10, share: 0.9}}, Subject{Hair: HairColour, HairTone: true, HairFades: true}},
		"not grey":        {[]part{{at: 10, share: -0.9}}, Subject{Hair: HairColour, HairTone: true}},
		"blond and grey":  {[]part{{at: 10, share: 0.7}, {at: 1, share: 0.7}}, Subject{Hair: HairColour, HairTone: true}},
		"middle-aged":     {[]part{{at: 11, share: 0.9}, {at: 0, share: 0.2}}, Subject{Hair: HairTone, HairTone: true, EyesStay: true}},
		"a smile of 50":   {[]part{{at: 11, share: 0.7}, {at: 0, share: 0.7}}, Subject{Hair: HairTone, HairTone: true}},
		"not young":       {[]part{{at: 9, share: -0.9}}, Subject{}},
		"hardly chubby":   {[]part{{at: 0, share: 0.98}, {at: 8, share: 0.2}}, Subject{SkinStays: true}},
		"glasses":         {[]part{{at: 4, share: 0.8}, {at: 5, share: 0.1}}, Subject{Worn: []string{PartGlasses}}},
		"hat and glasses": {
			[]part{{at: 4, share: 0.7}, {at: 5, share: 0.7}, {at: 6, share: 0.5}},
			Subject{Hair: HairShape, Worn: []string{PartGlasses, PartHat}, Moves: []string{PartHair}},
		},
	} {
		if got := subjectOf(c.parts, known); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	if known[4].Worn[0] != PartGlasses || len(known[4].Worn) != 1 {
		t.Error("a concept was changed")
	}
}

func TestSubjectThatIsWrong(t *testing.T) {
	for _, s := range []Subject{{Hair: "long"}, {Worn: []string{"shoes"}}, {Moves: []string{PartMouth, "nose"}}} {
		if s.check() == nil {
			t.Errorf("%+v passes", s)
		}
	}
	if err := (Subject{Hair: HairTone, Worn: []string{PartHat}, Moves: []string{PartBrows}}).check(); err != nil {
		t.Error(err)
	}
}
