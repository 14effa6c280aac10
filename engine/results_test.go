package engine

import (
	"image"
	"reflect"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine/face"
	"deltaedit/engine/prompt"
)

func TestChosenFace(t *testing.T) {
	s := Subject{Faces: make([]FaceBox, 3), Marked: []int{2, 0}}
	for face, want := range map[int]int{0: 0, 1: 1, AllFaces: AllFaces, MarkedFace: 2} {
		if got := s.Chosen(face); got != want {
			t.Errorf("%d became %d, want %d", face, got, want)
		}
	}
}

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
		{"all, with a clear one in a box", []FaceBox{clear, turned, clear}, AllFaces, 2, []string{"face 2 is turned too far away from the camera and is left as it is"}},
		{"all of which none is clear", []FaceBox{turned, turned}, AllFaces, 2, []string{"face 1 is turned", "face 2 is turned"}},
	} {
		s := Subject{Faces: tt.faces}
		if n := len(s.Edited()); n != tt.edited {
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

// TestHints: what the prompts' reading has to tell is a sentence each.
func TestHints(t *testing.T) {
	r := PromptReport{
		Suggestion: &prompt.Suggestion{Source: "face with glasses", Target: "smiling face", Words: []prompt.Correction{
			{Word: "glases", Meant: "glasses", Side: prompt.Source}, {Word: "smilling", Meant: "smiling", Side: prompt.Target},
		}},
		Notices: []prompt.Notice{{Kind: prompt.NoticeLeftOut, Words: []string{"85mm"}}},
	}
	want := []string{
		`did you mean "face with glasses" and "smiling face"? "glases", "smilling" look misspelt`,
		`left out, since it is about the picture and not the face: "85mm"`,
	}
	if got := r.Hints(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	r.Suggestion.Source, r.Suggestion.Words = "", r.Suggestion.Words[1:]
	if got := r.Hints()[0]; got != `did you mean "smiling face"? "smilling" looks misspelt` {
		t.Errorf("got %q", got)
	}
	if got := (PromptReport{Known: true, Suggestion: &prompt.Suggestion{}}).Hints(); got != nil {
		t.Errorf("got %q, want none", got)
	}
}
