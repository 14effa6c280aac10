package studio

import (
	"bytes"
	"errors"
	"image"
	"reflect"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/face"
	"deltaedit/engine/recipe"
)

// twoFaces opens a photo of two faces.
func twoFaces(t *testing.T) (*Studio, *models) {
	t.Helper()
	s, m := newStudio(t)
	m.faces = []face.Face{fakeFace(60, 90, 12), fakeFace(180, 90, 11)}
	if _, err := s.Open(t.Context(), 1, engine.Source{Path: writePhoto(t)}, engine.Timings{}, quiet); err != nil {
		t.Fatal(err)
	}
	ordinary(s)
	return s, m
}

// Every face has edits of its own; the picture is the same whichever is in hand.
func TestFacesWithEditsOfTheirOwn(t *testing.T) {
	s, _ := twoFaces(t)
	plain, _ := exported(t, s, smile(0))
	at := func(img *image.NRGBA, x int) int { return int(img.NRGBAAt(x, 95).R) - int(plain.NRGBAAt(x, 95).R) }
	old := []engine.Edit{{Source: "face", Target: "old face", Strength: -1}}
	for _, renderer := range []engine.Renderer{engine.GAN, engine.Diffusion} {
		r := smile(1)
		r.Renderer = renderer
		r.Others = []engine.FaceEdits{{Face: 1, Edits: old}}
		got, text := exported(t, s, r)
		if l, r := at(got, 60), at(got, 180); l < 10 || r > -10 {
			t.Errorf("%v: the faces changed by %d and %d levels, want one up and one down", renderer, l, r)
		}
		turned := r
		turned.Face, turned.Edits = 1, old
		turned.Others = []engine.FaceEdits{{Face: 0, Edits: r.Edits}}
		if other, _ := exported(t, s, turned); !samePixels(got, other) {
			t.Errorf("%v: the picture depends on the face in hand", renderer)
		}
		for _, stage := range []engine.Stage{engine.StagePreview, engine.StageFinal} {
			if a, b := draw(t, s, r, stage), draw(t, s, turned, stage); !bytes.Equal(a.Pix, b.Pix) {
				t.Errorf("%v, %s: the frame depends on the face in hand", renderer, stage)
			}
		}
		rec, err := recipe.Parse([]byte(text[recipe.Key]))
		want := []recipe.FaceEdits{{Face: 2, Edits: []recipe.Edit{{Source: "face", Target: "old face", Strength: -1}}}}
		if err != nil || rec.Face != 1 || !reflect.DeepEqual(rec.Others, want) || rec.Threshold != recipe.OwnThresholds {
			t.Errorf("%v: recipe %+v, %v", renderer, rec, err)
		}

		r.Edits = nil // the face in hand has none
		got, _ = exported(t, s, r)
		if l, r := at(got, 60), at(got, 180); l != 0 || r > -10 {
			t.Errorf("%v: with one face edited they changed by %d and %d", renderer, l, r)
		}
		draw(t, s, r, engine.StageFinal)
		if !s.Kept(r, engine.StageFinal) {
			t.Errorf("%v: the picture of the one face is not kept", renderer)
		}
		r.Aligned = true
		square, _ := exported(t, s, r)
		if same, _ := exported(t, s, r.WithoutEdits()); !samePixels(square, same) {
			t.Errorf("%v: the square of one face shows another's edits", renderer)
		}
	}
}

// Moving the slider of one face runs the generator for it alone.
func TestSliderBesideAnEditedFace(t *testing.T) {
	s, m := twoFaces(t)
	r := smile(0.2)
	r.Others = []engine.FaceEdits{{Face: 1, Edits: []engine.Edit{{Source: "face", Target: "old face", Strength: 1}}}}
	draw(t, s, r, engine.StagePreview)
	before := m.total()
	for i := range 5 {
		r.Edits[0].Strength = 0.3 + 0.1*float64(i)
		draw(t, s, r, engine.StagePreview)
	}
	if got := m.total() - before; got != 5 {
		t.Errorf("5 moves ran the generator %d times", got)
	}
}

func TestOthersThatAreNotThere(t *testing.T) {
	s, _ := twoFaces(t)
	for _, f := range []int{0, 2, -1} {
		r := smile(1)
		r.Others = []engine.FaceEdits{{Face: f}}
		if err := s.Invert(t.Context(), r, nil); !errors.Is(err, engine.ErrNoSuchFace) {
			t.Errorf("face %d beside face 0: %v", f, err)
		}
	}
	r := smile(1)
	r.Others = []engine.FaceEdits{{Face: 1, Edits: r.Edits}}
	done, err := s.Refine(t.Context(), r, 2, nil, quiet)
	if err != nil || len(done) != 1 || done[0].Face != 1 {
		t.Errorf("refined %+v, %v; want the face in hand alone", done, err)
	}
}

// An edit's own threshold is used whatever the request asks for, and is written down.
func TestThresholdOfAnEdit(t *testing.T) {
	s, m, _ := onTable(t)
	r := smile(1)
	r.Threshold = 0.3
	r.Edits = append(r.Edits, engine.Edit{Source: "face", Target: "old face", Strength: 1, Threshold: 0.1, HasThreshold: true})
	_, text := exported(t, s, r)
	if len(m.shifts) != 2 || m.shifts[0].Fixed || !m.shifts[1].Fixed || m.shifts[1].Threshold != 0.1 {
		t.Errorf("drawn with %+v", m.shifts)
	}
	rec, err := recipe.Parse([]byte(text[recipe.Key]))
	if err != nil || rec.Threshold != 0.3 || rec.Edits[0].Threshold != nil || rec.Edits[1].Threshold == nil || *rec.Edits[1].Threshold != 0.1 {
		t.Errorf("recipe %+v, %v", rec, err)
	}
}
