package studio

import (
	"context"
	"errors"
	"image"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/compose"
	"deltaedit/engine/face"
	"deltaedit/engine/prompt"
)

// stubParser finds something in front of the left half of every square, and skin in the
// right one.
type stubParser struct{ stub }

func (s stubParser) Side() int { return 64 }

func (s stubParser) Photo(ctx context.Context, _ *image.RGBA) (face.Parts, error) {
	const side = 32
	share := make([]float32, (int(face.InFront)+1)*side*side)
	for i := range side * side {
		part := face.Skin
		if i%side < side/2 {
			part = face.InFront
		}
		share[int(part)*side*side+i] = 1
	}
	parts, err := face.NewParts(side, share)
	return parts, errors.Join(err, s.ask(ctx, "parts"))
}

func (s stubParser) Picture(ctx context.Context, _ int, _ []float32) (face.Parts, error) {
	return s.Photo(ctx, nil)
}

// What is in front of a face stays as it is, in the photo and in the square alone.
func TestWhatIsInFrontStays(t *testing.T) {
	for _, aligned := range []bool{false, true} {
		s, m, _ := onTable(t)
		s.parser.open = func() (parser, error) { return stubParser{stub{m, "parser"}}, nil }
		r := smile(1)
		r.Aligned = aligned
		img, _ := exported(t, s, r)
		at := func(u, v float64) image.Point {
			if aligned {
				return image.Pt(int(u*float64(img.Rect.Dx())), int(v*float64(img.Rect.Dy())))
			}
			al := s.current.portraits[0].alignment
			return image.Pt(int(al.Origin.X+u*al.U.X+v*al.V.X), int(al.Origin.Y+u*al.U.Y+v*al.V.Y))
		}
		before := s.current.photo.Image
		if aligned {
			r.Edits[0].Strength = 0
			before, _ = exported(t, s, r)
		}
		changed := func(u, v float64) bool {
			p := at(u, v)
			return img.NRGBAAt(p.X, p.Y) != before.NRGBAAt(p.X, p.Y)
		}
		if changed(0.3, 0.5) || !changed(0.7, 0.5) {
			t.Errorf("aligned %v: what is in front changes: %v; the face changes: %v", aligned, changed(0.3, 0.5), changed(0.7, 0.5))
		}
	}
}

// One look at the parts serves a few previews while the slider moves; at rest a picture
// has its own. A generated face has nothing to keep, and is not looked at.
func TestPartsOfAMovingSlider(t *testing.T) {
	s, m, _ := onTable(t)
	s.parser.open = func() (parser, error) { return stubParser{stub{m, "parser"}}, nil }
	ask := previewCalls(t, s, m, "parts")
	if n := ask(0.5, engine.QualityRest); n != 4 {
		t.Fatalf("parts found %d times, want the photo's, those of the style code alone, the reconstruction's and the picture's", n)
	}
	if total := dragCalls(ask); total != 3 {
		t.Errorf("parts found %d times for %d previews, want 3", total, 3*matteEvery)
	}
	m.fail["parts"] = errors.New("no parts")
	canvas := func(size image.Point) *image.RGBA { return image.NewRGBA(image.Rectangle{Max: size}) }
	r := smile(0.9)
	r.Quality = engine.QualityRest
	if err := s.Draw(t.Context(), r, engine.StagePreview, canvas, nil); !errors.Is(err, m.fail["parts"]) {
		t.Errorf("without parts: %v", err)
	}
	if _, err := s.Random(t.Context(), 1, 1, nil, quiet); err != nil {
		t.Fatal(err)
	}
	if n := ask(0.5, engine.QualityRest); n != 0 {
		t.Errorf("a generated face was looked at %d times", n)
	}
}

// bands are the parts of a square of 20 rows: a hat, hair as far as the second row given, and skin.
func bands(t *testing.T, hat, hair int) face.Parts {
	t.Helper()
	const side = 20
	share := make([]float32, (int(face.InFront)+1)*side*side)
	for i := range side * side {
		part := face.Skin
		switch {
		case i/side < hat:
			part = face.Hat
		case i/side < hair:
			part = face.Hair
		}
		share[int(part)*side*side+i] = 1
	}
	parts, err := face.NewParts(side, share)
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

// Where the photo's hair stays, the mapper is given the direction for that, if there is one.
func TestDirectionByTheHair(t *testing.T) {
	s, m, _ := onTable(t)
	plain, kept := []float32{1, 0}, []float32{0, 1}
	for name, c := range map[string]struct {
		parser bool
		rows   int // of hair
		kept   []float32
		want   []float32
	}{
		"short hair": {true, 10, kept, plain}, "long hair": {true, 16, kept, kept},
		"no difference": {true, 16, nil, plain}, "without a parser": {false, 16, kept, plain},
	} {
		s.parser.open = nil
		if c.parser {
			s.parser.open = func() (parser, error) { return stubParser{stub{m, "parser"}}, nil }
		}
		p := newPortrait(face.Alignment{})
		p.parts = bands(t, 0, c.rows)
		got, err := s.conditioned(t.Context(), p, prompt.Direction{Conditioned: plain, KeptHair: c.kept})
		if err != nil || &got[0] != &c.want[0] {
			t.Errorf("%s: %v, %v, want %v", name, got, err, c.want)
		}
	}
}

// A woman gets long hair where the photo's is short, and keeps her own where it is long or under
// a hat.
func TestHairThatGrows(t *testing.T) {
	p := subjects(map[string]prompt.Subject{"woman": {Hair: prompt.HairGrows}})
	for name, c := range map[string]struct {
		hat, rows int // from the top, that are a hat, and that are one or hair
		want      compose.Hair
	}{
		"no hair": {0, 0, compose.HairShape}, "short hair": {0, 12, compose.HairShape}, "long hair": {0, 14, compose.HairStays},
		"a hat": {1, 8, compose.HairStays}, "a hat alone": {3, 3, compose.HairStays},
	} {
		p.parts = bands(t, c.hat, c.rows)
		if got := p.about(asks(map[string]float64{"woman": 1})).Hair; got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
