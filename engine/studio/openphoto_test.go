package studio

import (
	"testing"

	"deltaedit/engine"
)

// The square that most models take is cropped once for each face: of a large face that
// takes long.
func TestTheModelsSquareIsCroppedOnce(t *testing.T) {
	s, m := newStudio(t)
	m.faces = append(m.faces, fakeFace(60, 50, 20))
	path := writePhoto(t)
	if _, err := s.Open(t.Context(), 1, engine.Source{Path: path}, nil, quiet); err != nil {
		t.Fatal(err)
	}
	first, second := s.current.portraits[0], s.current.portraits[1]
	one := s.current.aligned(first, toneSide)
	if s.current.aligned(first, toneSide) != one {
		t.Error("cropped again")
	}
	if s.current.aligned(second, toneSide) == one {
		t.Error("another face has the same square")
	}
	if small := s.current.aligned(first, toneSide/2); small.Rect.Dx() != toneSide/2 || small == s.current.aligned(first, toneSide/2) {
		t.Error("other sides are not kept")
	}
}
