package studio

import (
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/face"
)

// TestAllFacesLeavesDoubtfulOnesAlone: only who is asked for by number is edited
// against doubts.
func TestAllFacesLeavesDoubtfulOnesAlone(t *testing.T) {
	s, m := newStudio(t)
	sure, doubted := fakeFace(60, 90, 12), fakeFace(180, 90, 12)
	doubted.Doubt = face.DoubtHidden
	m.faces = []face.Face{sure, doubted}
	if _, err := s.Open(t.Context(), 1, engine.Source{Path: writePhoto(t)}, nil, quiet); err != nil {
		t.Fatal(err)
	}
	r := smile(1)
	for f, want := range map[int]int{engine.AllFaces: 1, 0: 1, 1: 1} {
		r.Face = f
		faces, err := s.current.faces(r)
		if err != nil || len(faces) != want || f == engine.AllFaces && faces[0] != s.current.portraits[0] {
			t.Errorf("face %d: %d faces, %v", f, len(faces), err)
		}
	}
}
