package studio

import (
	"bytes"
	"errors"
	"image"
	"testing"

	"deltaedit/engine"
)

// variant draws a variant of a request.
func variant(t *testing.T, s *Studio, r engine.Request, stage engine.Stage) *image.RGBA {
	t.Helper()
	var img *image.RGBA
	err := s.Variant(t.Context(), r, stage, func(size image.Point) *image.RGBA {
		img = image.NewRGBA(image.Rectangle{Max: size})
		return img
	})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// TestVariantsLeaveWhatIsDisplayed: a variant is the picture that Draw draws, and what Draw
// keeps of the displayed request stays.
func TestVariantsLeaveWhatIsDisplayed(t *testing.T) {
	s, m, _ := onTable(t)
	shown := smile(1)
	shown.View = image.Pt(200, 200)
	preview, final := draw(t, s, shown, engine.StagePreview), draw(t, s, shown, engine.StageFinal)
	other := smile(-2)
	other.View, other.Region = image.Pt(60, 60), image.Rect(40, 20, 200, 180)
	inverted := m.calls["invert"]
	got := variant(t, s, other, engine.StagePreview)
	if m.calls["invert"] != inverted {
		t.Error("the variant inverted the face again")
	}
	before := m.total()
	view := s.current.view.view
	for stage, was := range map[engine.Stage]*image.RGBA{engine.StagePreview: preview, engine.StageFinal: final} {
		if !s.Kept(shown, stage) {
			t.Errorf("%s is not kept any more", stage)
		}
		if now := draw(t, s, shown, stage); !bytes.Equal(now.Pix, was.Pix) {
			t.Errorf("%s is another picture after a variant", stage)
		}
	}
	if m.total() != before || s.current.view.view != view {
		t.Errorf("the displayed request cost %d syntheses after a variant, and another view: %v", m.total()-before, s.current.view.view != view)
	}
	if want := draw(t, s, other, engine.StagePreview); !bytes.Equal(got.Pix, want.Pix) {
		t.Error("the variant is not the picture that Draw draws")
	}
}

func TestVariantsAfterRefining(t *testing.T) {
	s, _, _ := onTable(t)
	r := smile(1)
	r.View = image.Pt(100, 100)
	variant(t, s, r, engine.StagePreview)
	if _, err := s.Refine(t.Context(), r, 3, nil, func(engine.Task, float64) {}); err != nil {
		t.Fatal(err)
	}
	if s.current.variants != nil {
		t.Error("drawings of the old code are kept")
	}
	after := variant(t, s, r, engine.StagePreview)
	if want := draw(t, s, r, engine.StagePreview); !bytes.Equal(after.Pix, want.Pix) {
		t.Error("a variant after refining is not what Draw draws")
	}
}

func TestVariantErrors(t *testing.T) {
	s, m, _ := onTable(t)
	for _, tc := range []struct {
		name string
		r    engine.Request
		want error
	}{
		{"another photo", engine.Request{Photo: 99}, engine.ErrNoPhoto},
		{"no such face", engine.Request{Photo: 1, Face: 7}, engine.ErrNoSuchFace},
	} {
		if err := s.Variant(t.Context(), tc.r, engine.StagePreview, nil); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
	shown := s.current
	m.fail["preview"] = errors.New("broken")
	r := smile(1)
	r.View = image.Pt(50, 50)
	if err := s.Variant(t.Context(), r, engine.StagePreview, func(size image.Point) *image.RGBA { return image.NewRGBA(image.Rectangle{Max: size}) }); err == nil {
		t.Error("a failing generator was not reported")
	}
	if s.current != shown {
		t.Error("after an error another photo is open")
	}
}

// TestAsideIsAStudioOfItsOwn: another photo is edited beside the open one, as if it were
// the only one.
func TestAsideIsAStudioOfItsOwn(t *testing.T) {
	s, m, _ := onTable(t)
	shown := smile(1)
	shown.View = image.Pt(200, 200)
	was := draw(t, s, shown, engine.StageFinal)

	path := writePhoto(t)
	d, err := Decode(engine.Source{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	a, timings := s.Aside(), engine.Timings{}
	if err := a.Invert(t.Context(), shown, timings); !errors.Is(err, engine.ErrNoPhoto) {
		t.Errorf("before a photo: %v", err)
	}
	sub, err := a.OpenDecoded(t.Context(), 7, d, timings, quiet)
	if err != nil || sub.Path != path || len(sub.Faces) != 1 {
		t.Fatalf("%+v, %v", sub, err)
	}
	r := smile(-1)
	r.Photo = 7
	if err := a.Invert(t.Context(), r, timings); err != nil {
		t.Fatal(err)
	}
	if reports, err := a.Directions(t.Context(), r, timings); err != nil || len(reports) != 1 {
		t.Fatalf("%d reports, %v", len(reports), err)
	}
	got, err := a.Render(t.Context(), r, timings, quiet)
	if err != nil {
		t.Fatal(err)
	}
	before := m.total()
	if now := draw(t, s, shown, engine.StageFinal); !bytes.Equal(now.Pix, was.Pix) || m.total() != before {
		t.Errorf("the open photo is another picture, or cost %d syntheses", m.total()-before)
	}
	if a.Pack() != s.Pack() || a.Status() != s.Status() {
		t.Error("another pack or status")
	}
	if _, err := s.OpenDecoded(t.Context(), 7, d, timings, quiet); err != nil {
		t.Fatal(err)
	}
	want, err := s.Render(t.Context(), r, timings, quiet)
	if err != nil {
		t.Fatal(err)
	}
	var x, y bytes.Buffer
	if err := errors.Join(got.Encode(&x), want.Encode(&y)); err != nil || !bytes.Equal(x.Bytes(), y.Bytes()) {
		t.Errorf("another file than the studio's own, %v", err)
	}
}
