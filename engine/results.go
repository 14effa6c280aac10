package engine

import (
	"math"

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

// FaceResult is where a face was found, in pixels of the photo, in the command
// line's JSON.
type FaceResult struct {
	X      int     `json:"x"`
	Y      int     `json:"y"`
	Width  int     `json:"width"`
	Height int     `json:"height"`
	Score  float64 `json:"score"` // the detector's probability, to four places
}

// FaceResults returns the JSON objects of the photo's faces, in their order;
// never nil.
func (s Subject) FaceResults() []FaceResult {
	out := make([]FaceResult, 0, len(s.Faces))
	for _, f := range s.Faces {
		b := f.Box
		out = append(out, FaceResult{b.Min.X, b.Min.Y, b.Dx(), b.Dy(), math.Round(f.Score*1e4) / 1e4})
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
