package studio

import (
	"bytes"
	"errors"
	"image"
	"math"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/face"
)

// round is a round outline of a face.
func round(radius float64) []face.Point {
	points := make([]face.Point, 36)
	for i := range points {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 36)
		points[i] = face.Point{X: 0.5 + radius*cos, Y: 0.5 + radius*sin}
	}
	return points
}

// pictures draws an edit with outlines before and after it.
func pictures(t *testing.T, changes bool, outlines ...[]face.Point) (*image.RGBA, *models) {
	t.Helper()
	s, m, _ := onTable(t)
	m.outlines, m.outlineChanges = outlines, changes
	return draw(t, s, smile(1), engine.StagePreview), m
}

// The photo is bent to the outline that an edit gives the face, if it is about that and the
// outline is found both times.
func TestOutline(t *testing.T) {
	plain, m := pictures(t, false, round(0.3), round(0.25))
	if m.calls["outline"] != 0 {
		t.Error("outlines are looked for although no edit is about them")
	}
	for name, outlines := range map[string][][]face.Point{
		"no face": nil, "no face any more": {round(0.3), nil}, "the same": {round(0.3), round(0.3)}, "another face": {round(0.3), round(0.6)},
	} {
		if got, _ := pictures(t, true, outlines...); !bytes.Equal(got.Pix, plain.Pix) {
			t.Errorf("%s: the photo is bent", name)
		}
	}
	bent, m := pictures(t, true, round(0.3), round(0.25))
	if bytes.Equal(bent.Pix, plain.Pix) {
		t.Error("the photo is not bent")
	}
	if m.calls["frame"] != 1 || m.calls["outline"] != 2 {
		t.Errorf("%d frames and %d outlines are looked for, want 1 and 2", m.calls["frame"], m.calls["outline"])
	}
}

// A face that is turned too far is not bent, and its landmarks are not looked for.
func TestTurnedFacesAreNotBent(t *testing.T) {
	for yaw, want := range map[float64]int{0: 2, 39: 2, -39: 2, 41: 0, -41: 0} {
		s, m, _ := onTable(t)
		m.outlines, m.outlineChanges = [][]face.Point{round(0.3), round(0.25)}, true
		s.current.portraits[0].face.Yaw = yaw
		draw(t, s, smile(1), engine.StagePreview)
		if m.calls["outline"] != want {
			t.Errorf("turned by %v°: %d outlines are looked for, want %d", yaw, m.calls["outline"], want)
		}
	}
}

// The outline of the reconstruction is kept; what fails is told.
func TestOutlineAgainAndFailing(t *testing.T) {
	s, m, _ := onTable(t)
	m.outlines, m.outlineChanges = [][]face.Point{round(0.3), round(0.25)}, true
	draw(t, s, smile(1), engine.StagePreview)
	draw(t, s, smile(0.5), engine.StagePreview)
	if m.calls["frame"] != 1 || m.calls["outline"] != 2 {
		t.Errorf("while the slider moves: %d frames and %d outlines are looked for, want 1 and 2", m.calls["frame"], m.calls["outline"])
	}
	rests := smile(0.5)
	rests.Quality = engine.QualityRest
	draw(t, s, rests, engine.StagePreview)
	if m.calls["frame"] != 1 || m.calls["outline"] != 3 {
		t.Errorf("when it rests: %d frames and %d outlines are looked for, want 1 and 3", m.calls["frame"], m.calls["outline"])
	}
	for _, what := range []string{"frame", "outline"} {
		s, m, _ := onTable(t)
		m.outlines, m.outlineChanges = [][]face.Point{round(0.3)}, true
		m.fail[what] = errors.New("failed")
		if err := s.Invert(t.Context(), smile(1), nil); err != nil {
			t.Fatal(err)
		}
		err := s.Draw(t.Context(), smile(1), engine.StagePreview, func(size image.Point) *image.RGBA {
			return image.NewRGBA(image.Rectangle{Max: size})
		}, nil)
		if !errors.Is(err, m.fail[what]) {
			t.Errorf("%s: %v, want %v", what, err, m.fail[what])
		}
	}
}
