package studio

import (
	"context"
	"errors"
	"image"
	"math"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/face"
)

// stubSegmenter finds the person in the right half of every square.
type stubSegmenter struct{ stub }

func (s stubSegmenter) Side() int { return 64 }

func (s stubSegmenter) Photo(ctx context.Context, _ *image.RGBA) (face.Matte, error) {
	m := face.Matte{Side: 64, Alpha: make([]float32, 64*64)}
	for i := range m.Alpha {
		if i%64 >= 32 {
			m.Alpha[i] = 1
		}
	}
	return m, s.ask(ctx, "matte")
}

func (s stubSegmenter) Picture(ctx context.Context, _ int, _ []float32) (face.Matte, error) {
	return s.Photo(ctx, nil)
}

// TestBackgroundStays: an edit that would change the whole square changes only the person
// in the photo, but everything when the aligned square is drawn alone.
func TestBackgroundStays(t *testing.T) {
	s, m, _ := onTable(t)
	s.segmenter.open = func() (segmenter, error) { return stubSegmenter{stub{m, "segmenter"}}, nil }
	al := s.current.portraits[0].alignment
	at := func(u, v float64) image.Point {
		return image.Pt(int(al.Origin.X+u*al.U.X+v*al.V.X), int(al.Origin.Y+u*al.U.Y+v*al.V.Y))
	}
	original := s.current.photo.Image
	img, _ := exported(t, s, smile(1))
	changed := func(p image.Point) bool { return img.NRGBAAt(p.X, p.Y) != original.NRGBAAt(p.X, p.Y) }
	if p := at(0.2, 0.85); changed(p) {
		t.Errorf("the background changes at %v", p)
	}
	if p := at(0.7, 0.5); !changed(p) {
		t.Errorf("the person does not change at %v", p)
	}
	if n := m.calls["matte"]; n == 0 {
		t.Error("nobody asked for a matte")
	}
	before := m.calls["matte"]
	r := smile(1)
	r.Aligned = true
	exported(t, s, r)
	if m.calls["matte"] != before {
		t.Error("the square alone is matted")
	}
}

// TestDiffusionIsToldOfThePersonAlone: what an edit makes of the background does not
// reach the diffusion, so that its own picture keeps it, in the square alone too.
func TestDiffusionIsToldOfThePersonAlone(t *testing.T) {
	s, m, _ := onTable(t)
	s.segmenter.open = func() (segmenter, error) { return stubSegmenter{stub{m, "segmenter"}}, nil }
	r := faithful(1)
	r.Aligned = true
	diffuse(t, s, r)
	l := s.current.portraits[0].diffusions[fakeSteps]
	at := func(u, v float64) float64 { // away from the face itself, which changes with the person
		i := int(v*fakePreview)*fakePreview + int(u*fakePreview)
		return math.Abs(float64(l.edits[0].picture[i] - l.reconstruction[i]))
	}
	if behind, person := at(0.2, 0.85), at(0.7, 0.5); behind > 1e-5 || person < 0.05 {
		t.Errorf("the background changes by %v, the person by %v", behind, person)
	}
	m.fail["matte"] = errors.New("no matte")
	if err := s.Diffuse(t.Context(), faithful(0.7), engine.Timings{}, ignore); !errors.Is(err, m.fail["matte"]) {
		t.Errorf("without a matte: %v", err)
	}
}

// previewCalls returns a function that draws a preview and returns how often a model was
// called for it.
func previewCalls(t *testing.T, s *Studio, m *models, name string) func(strength float64, q engine.Quality) int {
	return func(strength float64, q engine.Quality) int {
		t.Helper()
		r := smile(strength)
		r.Quality = q
		before := m.calls[name]
		draw(t, s, r, engine.StagePreview)
		return m.calls[name] - before
	}
}

// dragCalls moves the slider for 3 × matteEvery previews, and returns the calls of them.
func dragCalls(ask func(float64, engine.Quality) int) (total int) {
	for i := range 3 * matteEvery {
		total += ask(0.51+float64(i)/100, engine.QualityDrag)
	}
	return total
}

// TestMattesOfAMovingSlider: one matte serves a few previews while the slider moves,
// and the picture of a resting slider has its own.
func TestMattesOfAMovingSlider(t *testing.T) {
	s, m, _ := onTable(t)
	s.segmenter.open = func() (segmenter, error) { return stubSegmenter{stub{m, "segmenter"}}, nil }
	ask := previewCalls(t, s, m, "matte")
	if n := ask(0.5, engine.QualityRest); n != 3 {
		t.Fatalf("%d mattes, want the photo's two and the picture's", n)
	}
	if total := dragCalls(ask); total != 3 {
		t.Errorf("%d mattes for %d previews, want 3", total, 3*matteEvery)
	}
	last := 0.51 + float64(3*matteEvery)/100
	for ask(last, engine.QualityDrag) != 0 { // until one is drawn with another's matte
		last += 0.01
	}
	if n := ask(last, engine.QualityDrag); n != 0 {
		t.Errorf("the same again took %d mattes", n)
	}
	if n := ask(last, engine.QualityRest); n != 1 {
		t.Errorf("at rest %d mattes were found, want the picture's own", n)
	}
	if n := ask(last, engine.QualityRest); n != 0 {
		t.Errorf("what is kept took %d mattes", n)
	}
	// Other words are another edit.
	r := smile(last)
	r.Quality, r.Edits[0].Target = engine.QualityDrag, "old face"
	before := m.calls["matte"]
	if _, err := s.Directions(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	draw(t, s, r, engine.StagePreview)
	if n := m.calls["matte"] - before; n != 1 {
		t.Errorf("other words took %d mattes, want one", n)
	}
}
