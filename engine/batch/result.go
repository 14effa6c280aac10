package batch

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"deltaedit/engine"
	"deltaedit/engine/fault"
	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
)

// Values of Result.Status.
const (
	StatusOK     = "ok"
	StatusFailed = "failed"
)

// Result is one line of the journal and of standard output. Its objects are the same as
// in edit --json.
type Result struct {
	Status string `json:"status"` // StatusOK or StatusFailed
	ID     string `json:"id"`
	Line   int    `json:"line"` // line number in the plan, from 1
	In     string `json:"in"`   // as named in the plan
	// Photo is the SHA-256 of the photo's file, or "" when it could not be read.
	Photo string `json:"in_sha256,omitempty"`
	Out   string `json:"out"` // file name inside the batch's folder
	// Error says why the edit failed; "" on success.
	Error string `json:"error,omitempty"`
	// ErrorKind is the kind of that error; "" for one that has none.
	ErrorKind fault.Kind            `json:"error_kind,omitempty"`
	Provider  string                `json:"provider"`
	Pack      engine.PackResult     `json:"pack"`
	Renderer  string                `json:"engine"`
	Steps     int                   `json:"steps,omitempty"` // diffusion steps in each direction
	Faces     []engine.FaceResult   `json:"faces"`           // all detected faces: clear ones first, and each kind by decreasing size
	Face      string                `json:"face"`            // the edited face, counted from 1, or "all"; "box" where it failed before the face in the line's box was found
	Prompts   []engine.PromptResult `json:"prompts"`
	Aligned   bool                  `json:"aligned"`
	Timings   map[string]float64    `json:"timings_ms"`
	// Threshold is the one that was used. It is nil when the edit failed before that
	// was known, and when the edits have different thresholds of their own.
	Threshold *float64 `json:"threshold,omitempty"`
	// Notices say what of the photo's file could not be used as it is.
	Notices []photo.Notice `json:"photo_notices,omitempty"`
	// Size is the image's width and height in pixels; nil on failure.
	Size *[2]int `json:"size,omitempty"`
	// SHA256 is the hash of the image file; "" on failure.
	SHA256 string `json:"sha256,omitempty"`
	// Plan is the line's Fingerprint.
	Plan string `json:"plan_sha256"`
}

// newResult returns a failed result with what is known of a line before any work is
// done.
func newResult(l Line, pk recipe.Pack) Result {
	r := Result{
		Status: StatusFailed, ID: l.ID, Line: l.Number, In: l.In, Out: l.Out,
		Pack: engine.PackResultOf(pk), Renderer: l.Renderer.String(), Steps: l.Steps,
		Faces: []engine.FaceResult{}, Face: faceText(l.Face), Prompts: []engine.PromptResult{}, Aligned: l.Aligned,
		Plan: l.Fingerprint(),
	}
	return r
}

// faceText returns what Result.Face says of a line's or a request's Face.
func faceText(face int) string {
	switch face {
	case engine.AllFaces:
		return "all"
	case engine.MarkedFace:
		return "box"
	}
	return strconv.Itoa(face + 1)
}

// FailedResult returns the result of a line that was not tried, and why.
func FailedResult(l Line, pk recipe.Pack, err error) Result {
	r := newResult(l, pk)
	r.fail(err)
	r.Timings = engine.Timings{}.Contract()
	return r
}

// fail notes why an edit failed.
func (r *Result) fail(err error) {
	r.Status, r.Error, r.ErrorKind = StatusFailed, err.Error(), fault.Of(err)
}

// marshal returns the result as one line, including its end.
func (r Result) marshal() ([]byte, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("result of %q: %w", r.ID, err)
	}
	return append(data, '\n'), nil
}

// parseResult parses a line of the journal. It ignores unknown fields, which a later
// version may add.
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
