package engine

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"deltaedit/engine/mask"
	"deltaedit/engine/recipe"
)

// PackResult identifies the model pack in the command line's JSON.
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

// Edited returns the indices of the faces that AllFaces edits, in order.
func (s Subject) Edited() []int {
	clear := slices.ContainsFunc(s.Faces, func(f FaceBox) bool { return f.Doubt == "" })
	var out []int
	for i, f := range s.Faces {
		if f.Doubt == "" || !clear {
			out = append(out, i)
		}
	}
	return out
}

// Chosen returns the Face of a request for a face that was chosen before the photo was
// opened: an index, AllFaces or MarkedFace.
func (s Subject) Chosen(face int) int {
	if face == MarkedFace && len(s.Marked) > 0 {
		return s.Marked[0]
	}
	return face
}

// Doubts says which of the faces are edited although the edit may look wrong, and
// which are not edited for that reason: sentences without a full stop. face is
// Request.Face.
func (s Subject) Doubts(face int) []string {
	var out []string
	edited := s.Edited()
	for i, f := range s.Faces {
		switch {
		case f.Doubt == "" || face != AllFaces && face != i:
		case face == AllFaces && !slices.Contains(edited, i):
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
	// Mask is that of the edit; the zero mask is left out.
	Mask mask.Mask `json:"mask,omitzero"`
}

// PromptResults joins the reports on edits with their strengths; never nil.
func PromptResults(edits []Edit, reports []PromptReport) []PromptResult {
	out := make([]PromptResult, 0, len(reports))
	for i, r := range reports {
		out = append(out, PromptResult{r, edits[i].Strength, edits[i].Mask})
	}
	return out
}

// Hints says how the prompts may have been meant and how they were read, in sentences
// without a full stop, in addition to Message. Most reports have none.
func (r PromptReport) Hints() []string {
	var out []string
	if s := r.Suggestion; s != nil && s.Any() {
		var meant, typed []string
		for _, text := range []string{s.Source, s.Target} {
			if text != "" {
				meant = append(meant, strconv.Quote(text))
			}
		}
		for _, c := range s.Words {
			typed = append(typed, strconv.Quote(c.Word))
		}
		verb := "looks"
		if len(typed) > 1 {
			verb = "look"
		}
		out = append(out, fmt.Sprintf("did you mean %s? %s %s misspelt", strings.Join(meant, " and "), strings.Join(typed, ", "), verb))
	}
	for _, n := range r.Notices {
		out = append(out, n.String())
	}
	return out
}

// UsedThreshold returns the relevance threshold that the edits of a request are made
// with: the one that it asks for, or when that is negative the edits' own. It is false
// when the edits' own differ; then there is no single one.
func UsedThreshold(asked float64, reports []PromptReport) (float64, bool) {
	if asked >= 0 {
		return asked, true
	}
	if len(reports) == 0 {
		return 0, false
	}
	for _, r := range reports[1:] {
		if r.Threshold != reports[0].Threshold {
			return 0, false
		}
	}
	return reports[0].Threshold, true
}

// Contract returns the timings as the command line's timings_ms object. It has every
// name of TimingNames, 0 for what was not done.
func (t Timings) Contract() map[string]float64 {
	out := t.Milliseconds()
	for _, name := range TimingNames() {
		if _, ok := out[name]; !ok {
			out[name] = 0
		}
	}
	return out
}
