package engine

import (
	"image"
	"reflect"
	"strings"
	"testing"

	"deltaedit/engine/face"
)

func TestDoubtsAboutFaces(t *testing.T) {
	clear, turned := FaceBox{Box: image.Rect(1, 2, 11, 22), Score: 0.5}, FaceBox{Doubt: face.DoubtTurned}
	for _, tt := range []struct {
		name   string
		faces  []FaceBox
		face   int
		edited int
		want   []string // beginnings
	}{
		{"clear", []FaceBox{clear}, 0, 1, nil},
		{"the clear one of two", []FaceBox{clear, turned}, 0, 1, nil},
		{"the other of two", []FaceBox{clear, turned}, 1, 1, []string{"face 2 is turned too far away from the camera: the edit may look wrong"}},
		{"all", []FaceBox{clear, clear, turned}, AllFaces, 2, []string{"face 3 is turned too far away from the camera and is left as it is"}},
		{"all of which none is clear", []FaceBox{turned, turned}, AllFaces, 2, []string{"face 1 is turned", "face 2 is turned"}},
	} {
		s := Subject{Faces: tt.faces}
		if n := s.edited(); n != tt.edited {
			t.Errorf("%s: all are %d faces, want %d", tt.name, n, tt.edited)
		}
		got := s.Doubts(tt.face)
		if len(got) != len(tt.want) {
			t.Errorf("%s: %q", tt.name, got)
			continue
		}
		for i, want := range tt.want {
			if !strings.HasPrefix(got[i], want) {
				t.Errorf("%s: %q, want %q", tt.name, got[i], want)
			}
		}
	}
	got := Subject{Faces: []FaceBox{clear, turned}}.FaceResults()
	want := []FaceResult{
		{X: 1, Y: 2, Width: 10, Height: 20, Score: 0.5, Reliable: true},
		{Reason: "the face is turned too far away from the camera"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestAllFacesLeavesDoubtfulOnesAlone: only who is asked for by number is edited
// against doubts.
func TestAllFacesLeavesDoubtfulOnesAlone(t *testing.T) {
	s, m := newStudio(t)
	sure, doubted := fakeFace(60, 90, 12), fakeFace(180, 90, 12)
	doubted.Doubt = face.DoubtHidden
	m.faces = []face.Face{sure, doubted}
	if _, err := s.Open(t.Context(), 1, Source{Path: writePhoto(t)}, nil, quiet); err != nil {
		t.Fatal(err)
	}
	r := smile(1)
	for f, want := range map[int]int{AllFaces: 1, 0: 1, 1: 1} {
		r.Face = f
		faces, err := s.table.faces(r)
		if err != nil || len(faces) != want || f == AllFaces && faces[0] != s.table.portraits[0] {
			t.Errorf("face %d: %d faces, %v", f, len(faces), err)
		}
	}
}
