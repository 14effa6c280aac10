package engine

import (
	"fmt"
	"math"
	"slices"

	"deltaedit/engine/recipe"
)

// PackResult names and pins the model pack in the command line's JSON.
type PackResult struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Manifest string `json:"manifest_sha256"`
}

// PackResultOf returns the JSON object of a pack.
func PackResultOf(p recipe.Pack) PackResult { return PackResult{p.Name, p.Version, p.Manifest} }

// FaceResult is where a face was found, in pixels of the photo, and whether it
// can be edited well, in the command line's JSON.
type FaceResult struct {
	X      int     `json:"x"`
	Y      int     `json:"y"`
	Width  int     `json:"width"`
	Height int     `json:"height"`
	Score  float64 `json:"score"` // the detector's probability, to four places
	// Reliable is false when an edit of the face may go wrong; Reason then says
	// why, in a sentence without its full stop.
	Reliable bool   `json:"reliable"`
	Reason   string `json:"reason,omitempty"`
}

// FaceResults returns the JSON objects of the photo's faces, in their order;
// never nil.
func (s Subject) FaceResults() []FaceResult {
	out := make([]FaceResult, 0, len(s.Faces))
	for _, f := range s.Faces {
		b := f.Box
		r := FaceResult{
			X: b.Min.X, Y: b.Min.Y, Width: b.Dx(), Height: b.Dy(),
			Score: math.Round(f.Score*1e4) / 1e4, Reliable: f.Doubt == "",
		}
		if !r.Reliable {
			r.Reason = "the face " + string(f.Doubt)
		}
		out = append(out, r)
	}
	return out
}

// edited returns how many of the faces AllFaces stands for: the first ones,
// since those with a doubt come last; all, where none is without.
func (s Subject) edited() int {
	clear := slices.IndexFunc(s.Faces, func(f FaceBox) bool { return f.Doubt != "" })
	if clear <= 0 {
		return len(s.Faces)
	}
	return clear
}

// Doubts says in sentences without their full stops which of a request's faces
// are edited though it may go wrong, and which are left alone for that reason.
// face is a Request's Face.
func (s Subject) Doubts(face int) []string {
	var out []string
	for i, f := range s.Faces {
		switch {
		case f.Doubt == "" || face != AllFaces && face != i:
		case face == AllFaces && i >= s.edited():
			out = append(out, fmt.Sprintf("face %d %s and is left as it is: choose it alone to edit it nevertheless", i+1, f.Doubt))
		default:
			out = append(out, fmt.Sprintf("face %d %s: the edit may look wrong", i+1, f.Doubt))
		}
	}
	return out
}

// PromptResult reports on one edit in the command line's JSON.
type PromptResult struct {
	PromptReport
	Strength float64 `json:"strength"`
}

// PromptResults joins reports with the strengths of the edits that they are of;
// never nil.
func PromptResults(edits []Edit, reports []PromptReport) []PromptResult {
	out := make([]PromptResult, 0, len(reports))
	for i, r := range reports {
		out = append(out, PromptResult{r, edits[i].Strength})
	}
	return out
}

// Contract returns the timings as the command line's timings_ms object with
// every name of TimingNames, 0 for what was not needed or not reached.
func (t Timings) Contract() map[string]float64 {
	out := t.Milliseconds()
	for _, name := range TimingNames() {
		if _, ok := out[name]; !ok {
			out[name] = 0
		}
	}
	return out
}
