package batch

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"deltaedit/engine"
	"deltaedit/engine/recipe"
)

// Statuses of a result.
const (
	StatusOK     = "ok"
	StatusFailed = "failed"
)

// Result is one line of the journal and of standard output. The objects in it
// are those of edit --json.
type Result struct {
	Status string `json:"status"` // StatusOK or StatusFailed
	ID     string `json:"id"`
	Line   int    `json:"line"` // in the plan, from 1
	In     string `json:"in"`   // as the plan names it
	// Photo is the SHA-256 of the photo's file, "" when it could not be read.
	Photo string `json:"in_sha256,omitempty"`
	Out   string `json:"out"` // file name inside the batch's folder
	// Error says why it failed, "" when it did not.
	Error    string    `json:"error,omitempty"`
	Provider string    `json:"provider"`
	Pack     Pack      `json:"pack"`
	Engine   string    `json:"engine"`
	Faces    []Face    `json:"faces"` // all that were found, the largest first
	Face     string    `json:"face"`  // the edited one, from 1, or "all"
	Prompts  []Prompt  `json:"prompts"`
	Aligned  bool      `json:"aligned"`
	Timings  timingsMS `json:"timings_ms"`
	// Threshold that was used; nil when it failed before that was known.
	Threshold *float64 `json:"threshold,omitempty"`
	// Size is the picture's width and height in pixels; nil when it failed.
	Size *[2]int `json:"size,omitempty"`
	// SHA256 is the hash of the picture's file, "" when it failed.
	SHA256 string `json:"sha256,omitempty"`
	// Plan is the line's Fingerprint.
	Plan string `json:"plan_sha256"`
}

// timingsMS are milliseconds by stage.
type timingsMS map[string]float64

// Pack names and pins the model pack.
type Pack struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Manifest string `json:"manifest_sha256"`
}

// Face is where a face was found, in pixels of the photo.
type Face struct {
	X      int     `json:"x"`
	Y      int     `json:"y"`
	Width  int     `json:"width"`
	Height int     `json:"height"`
	Score  float64 `json:"score"` // the detector's probability
}

// Prompt reports on one edit.
type Prompt struct {
	engine.PromptReport
	Strength float64 `json:"strength"`
}

// newResult returns what is known of a line before any work, as failed.
func newResult(l Line, pk recipe.Pack) Result {
	r := Result{
		Status: StatusFailed, ID: l.ID, Line: l.Number, In: l.In, Out: l.Out,
		Pack: Pack{pk.Name, pk.Version, pk.Manifest}, Engine: "gan",
		Faces: []Face{}, Face: "all", Prompts: []Prompt{}, Aligned: l.Aligned,
		Plan: l.Fingerprint(),
	}
	if l.Face != engine.AllFaces {
		r.Face = strconv.Itoa(l.Face + 1)
	}
	return r
}

// found notes the photo's faces.
func (r *Result) found(s engine.Subject) {
	r.Faces = []Face{}
	for _, f := range s.Faces {
		b := f.Box
		r.Faces = append(r.Faces, Face{b.Min.X, b.Min.Y, b.Dx(), b.Dy(), math.Round(f.Score*1e4) / 1e4})
	}
}

// read notes what the pack makes of the prompts.
func (r *Result) read(l Line, reports []engine.PromptReport) {
	r.Prompts = []Prompt{}
	for i, p := range reports {
		r.Prompts = append(r.Prompts, Prompt{p, l.Edits[i].Strength})
	}
}

// timed notes durations; every name of the contract is there, 0 for what was
// not needed or not reached.
func (r *Result) timed(t engine.Timings) {
	r.Timings = t.Milliseconds()
	for _, name := range engine.TimingNames() {
		if _, ok := r.Timings[name]; !ok {
			r.Timings[name] = 0
		}
	}
}

// marshal returns the result as one line, with its end.
func (r Result) marshal() ([]byte, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("result of %q: %w", r.ID, err)
	}
	return append(data, '\n'), nil
}

// parseResult reads a journal's line. Fields that a later version may add are
// passed over.
func parseResult(line []byte) (Result, error) {
	var r Result
	if err := json.Unmarshal(line, &r); err != nil {
		return Result{}, err
	}
	switch {
	case r.ID == "":
		return Result{}, errors.New("it has no id")
	case r.Status != StatusOK && r.Status != StatusFailed:
		return Result{}, fmt.Errorf("its status is %q, want ok or failed", r.Status)
	case r.Plan == "":
		return Result{}, errors.New("it has no plan_sha256")
	}
	return r, nil
}
