package engine

import "testing"

// edit is an edit of a strength.
func edit(strength float64) []Edit {
	return []Edit{{Source: "face", Target: "old face", Strength: strength}}
}

func TestRequestsOfSeveralFaces(t *testing.T) {
	for name, c := range map[string]struct {
		request             Request
		untouched, unedited bool
	}{
		"nothing":               {Request{}, true, true},
		"strength 0":            {Request{Edits: edit(0)}, true, false},
		"an edit":               {Request{Edits: edit(1)}, false, false},
		"another's":             {Request{Others: []FaceEdits{{Face: 1, Edits: edit(1)}}}, false, false},
		"another's, strength 0": {Request{Others: []FaceEdits{{Face: 1, Edits: edit(0)}}}, true, false},
		"another's nothing":     {Request{Others: []FaceEdits{{Face: 1}}}, true, true},
		"another's, aligned":    {Request{Aligned: true, Others: []FaceEdits{{Face: 1, Edits: edit(1)}}}, true, true},
	} {
		if c.request.Untouched() != c.untouched || c.request.Unedited() != c.unedited {
			t.Errorf("%s: untouched %t, unedited %t", name, c.request.Untouched(), c.request.Unedited())
		}
		if !c.request.WithoutEdits().Unedited() {
			t.Errorf("%s: edits are left", name)
		}
	}
	a := Request{Edits: edit(1), Others: []FaceEdits{{Face: 1, Edits: edit(1)}}}
	b, other := a, a
	b.Others = []FaceEdits{{Face: 1, Edits: edit(0.5)}}
	other.Others = []FaceEdits{{Face: 2, Edits: edit(1)}}
	if a.SamePicture(b) || !a.SamePrompts(b) || a.SamePrompts(other) || !a.SamePicture(a) {
		t.Error("further faces do not count")
	}
}
