package batch

import (
	"encoding/json"
	"errors"
	"fmt"
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
	Error    string                `json:"error,omitempty"`
	Provider string                `json:"provider"`
	Pack     engine.PackResult     `json:"pack"`
	Engine   string                `json:"engine"`
	Steps    int                   `json:"steps,omitempty"` // of the diffusion, each way
	Faces    []engine.FaceResult   `json:"faces"`           // all that were found, the clear ones first, each largest first
	Face     string                `json:"face"`            // the edited one, from 1, or "all"
	Prompts  []engine.PromptResult `json:"prompts"`
	Aligned  bool                  `json:"aligned"`
	Timings  map[string]float64    `json:"timings_ms"`
	// Threshold that was used; nil when it failed before that was known.
	Threshold *float64 `json:"threshold,omitempty"`
	// Size is the picture's width and height in pixels; nil when it failed.
	Size *[2]int `json:"size,omitempty"`
	// SHA256 is the hash of the picture's file, "" when it failed.
	SHA256 string `json:"sha256,omitempty"`
	// Plan is the line's Fingerprint.
	Plan string `json:"plan_sha256"`
}

// newResult returns what is known of a line before any work, as failed.
func newResult(l Line, pk recipe.Pack) Result {
	r := Result{
		Status: StatusFailed, ID: l.ID, Line: l.Number, In: l.In, Out: l.Out,
		Pack: engine.PackResultOf(pk), Engine: l.Engine.String(), Steps: l.Steps,
		Faces: []engine.FaceResult{}, Face: "all", Prompts: []engine.PromptResult{}, Aligned: l.Aligned,
		Plan: l.Fingerprint(),
	}
	if l.Face != engine.AllFaces {
		r.Face = strconv.Itoa(l.Face + 1)
	}
	return r
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
