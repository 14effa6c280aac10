package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/onnx"
	"deltaedit/engine/photo"
)

// result is the JSON object of the commands that write an image.
type result struct {
	Out       string                `json:"out"`
	Pack      engine.PackResult     `json:"pack"`
	Renderer  string                `json:"engine"`
	Steps     int                   `json:"steps,omitempty"` // diffusion steps in each direction
	Provider  string                `json:"provider"`
	Notice    string                `json:"notice,omitempty"`
	Photo     []photo.Notice        `json:"photo_notices,omitempty"` // properties of the photo that could not be used as they are
	Faces     []engine.FaceResult   `json:"faces"`
	Face      string                `json:"face"` // the edited face, counted from 1, or "all"
	Seed      *int64                `json:"seed,omitempty"`
	Prompts   []engine.PromptResult `json:"prompts"`
	Threshold *float64              `json:"threshold,omitempty"`
	Refine    *refineResult         `json:"refine,omitempty"`
	Aligned   bool                  `json:"aligned"`
	Timings   map[string]float64    `json:"timings_ms"`
	Size      [2]int                `json:"size"` // width and height in pixels

	// Of a contact sheet: the strengths of its columns, and the side of a picture.
	Strengths []float64 `json:"strengths,omitempty"`
	Cell      int       `json:"cell,omitempty"`

	doubts []string // about the edited faces
}

// refineResult is the result of --refine: for one face, or the mean over several.
type refineResult struct {
	Steps  int                 `json:"steps"`
	Before float64             `json:"loss_before"`
	After  float64             `json:"loss_after"`
	Faces  []engine.Refinement `json:"faces"`
}

func newRefineResult(faces []engine.Refinement) *refineResult {
	r := &refineResult{Faces: faces}
	for _, f := range faces {
		r.Steps = max(r.Steps, f.Steps)
		r.Before += f.Before / float64(len(faces))
		r.After += f.After / float64(len(faces))
	}
	return r
}

// result describes the image that was written for a request.
func (j *job) result(f *outputFlags, r engine.Request, subject engine.Subject, prompts []engine.PromptReport) (result, error) {
	size, err := j.Size(r)
	if err != nil {
		return result{}, err
	}
	j.timings["load"] = j.verify + j.Loading()
	j.timings["total"] = time.Since(j.start)
	st := j.Status()
	out := result{
		Out:  string(f.out),
		Pack: engine.PackResultOf(j.Pack()), Renderer: r.Renderer.String(),
		Provider: st.Provider, Notice: st.Notice, Photo: subject.Notices,
		Faces: subject.FaceResults(), Face: f.face.String(),
		Prompts: engine.PromptResults(r.Edits, prompts), Aligned: r.Aligned,
		Timings: j.timings.Contract(), Size: [2]int{size.X, size.Y},
		doubts: subject.Doubts(r.Face),
	}
	if r.Renderer == engine.Diffusion {
		out.Steps = cmp.Or(r.Steps, st.DiffusionSteps)
		out.Provider = cmp.Or(st.DiffusionProvider, st.Provider)
	}
	if used, one := engine.UsedThreshold(r.Threshold, prompts); one && len(prompts) > 0 {
		out.Threshold = &used
	}
	if subject.Random {
		out.Seed = &subject.Seed
	}
	return out, nil
}

// unusual reports whether a provider's notice is worth a line. That a machine has no
// GPU is not, unless a provider was requested.
func unusual(notice, asked string) bool {
	return notice != "" && (asked != "auto" || !onnx.NoGPU(notice))
}

// printResult prints the result as JSON on stdout, or as text on stderr.
func (p *Program) printResult(r result, f *outputFlags) error {
	for _, pr := range r.Prompts {
		switch {
		case pr.Message != "" && !pr.Known:
			fmt.Fprintf(p.Stderr, "note: %s (confidence %.2f); that edit is weakened\n", pr.Message, pr.Confidence)
		case pr.Message != "":
			fmt.Fprintf(p.Stderr, "note: %s\n", pr.Message)
		}
		for _, hint := range pr.Hints() {
			fmt.Fprintf(p.Stderr, "note: %s\n", hint)
		}
	}
	for _, d := range r.doubts {
		fmt.Fprintf(p.Stderr, "note: %s\n", d)
	}
	for _, n := range r.Photo {
		fmt.Fprintf(p.Stderr, "note: %s\n", n)
	}
	if r.Refine != nil {
		for _, f := range r.Refine.Faces {
			if f.Notice != "" {
				fmt.Fprintf(p.Stderr, "note: face %d: %s\n", f.Face, f.Notice)
			}
			fmt.Fprintf(p.Stderr, "face %d refined in %d steps: error %.4f, before %.4f\n", f.Face, f.Steps, f.After, f.Before)
		}
	}
	if unusual(r.Notice, string(f.provider)) {
		fmt.Fprintf(p.Stderr, "note: %s\n", r.Notice)
	}
	if f.json {
		return printJSON(p.Stdout, r)
	}
	fmt.Fprintf(p.Stderr, "%s: %d×%d pixels, %s, %.0f ms\n", f.out, r.Size[0], r.Size[1], r.Provider, r.Timings["total"])
	return nil
}

// checkedWriter remembers the first write error, for commands that print many lines
// without checking errors.
type checkedWriter struct {
	w   io.Writer
	err error // first error
}

func (c *checkedWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	if c.err == nil {
		c.err = err
	}
	return n, err
}

func printJSON(w io.Writer, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", data)
	return err
}
