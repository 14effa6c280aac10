package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/onnx"
	"deltaedit/engine/photo"
)

// result is the JSON object of the commands that write a picture.
type result struct {
	Out       string                `json:"out"`
	Pack      engine.PackResult     `json:"pack"`
	Engine    string                `json:"engine"`
	Steps     int                   `json:"steps,omitempty"` // of the diffusion, each way
	Provider  string                `json:"provider"`
	Notice    string                `json:"notice,omitempty"`
	Photo     []photo.Notice        `json:"photo_notices,omitempty"` // what of the photo could not be taken as it is
	Faces     []engine.FaceResult   `json:"faces"`
	Face      string                `json:"face"` // the edited one, from 1, or "all"
	Seed      *int64                `json:"seed,omitempty"`
	Prompts   []engine.PromptResult `json:"prompts"`
	Threshold *float64              `json:"threshold,omitempty"`
	Refine    *refineResult         `json:"refine,omitempty"`
	Aligned   bool                  `json:"aligned"`
	Timings   map[string]float64    `json:"timings_ms"`
	Size      [2]int                `json:"size"` // width and height in pixels

	doubts []string // about the edited faces
}

// refineResult is what --refine came to: of one face, or the mean over several.
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

// result describes the picture that was written for a request.
func (s *session) result(t *target, r engine.Request, subject engine.Subject, prompts []engine.PromptReport) (result, error) {
	size, err := s.Size(r)
	if err != nil {
		return result{}, err
	}
	s.timings["load"] = s.verify + s.Loading()
	s.timings["total"] = time.Since(s.start)
	st := s.Status()
	out := result{
		Out:  t.out,
		Pack: engine.PackResultOf(s.Pack()), Engine: r.Engine.String(),
		Provider: st.Provider, Notice: st.Notice, Photo: subject.Notices,
		Faces: subject.FaceResults(), Face: t.face.String(),
		Prompts: engine.PromptResults(r.Edits, prompts), Aligned: r.Aligned,
		Timings: s.timings.Contract(), Size: [2]int{size.X, size.Y},
		doubts: subject.Doubts(r.Face),
	}
	if r.Engine == engine.Diffusion {
		out.Steps = cmp.Or(r.Steps, st.DiffusionSteps)
		out.Provider = cmp.Or(st.DiffusionProvider, st.Provider)
	}
	if r.Threshold < 0 {
		r.Threshold = st.Threshold
	}
	if len(prompts) > 0 {
		out.Threshold = &r.Threshold
	}
	if subject.Random {
		out.Seed = &subject.Seed
	}
	return out, nil
}

// unusual reports whether a provider's notice is worth a line: not that a machine
// has no GPU, where none was asked for.
func unusual(notice, asked string) bool {
	return notice != "" && (asked != "auto" || !onnx.NoGPU(notice))
}

func round(v float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(v*p) / p
}

// tell prints the result: as JSON on stdout, or in words on stderr.
func (p *Program) tell(r result, t *target) error {
	for _, pr := range r.Prompts {
		switch {
		case pr.Message != "" && !pr.Known:
			fmt.Fprintf(p.Stderr, "note: %s (confidence %.2f); that edit is weakened\n", pr.Message, pr.Confidence)
		case pr.Message != "":
			fmt.Fprintf(p.Stderr, "note: %s\n", pr.Message)
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
	if unusual(r.Notice, string(t.provider)) {
		fmt.Fprintf(p.Stderr, "note: %s\n", r.Notice)
	}
	if t.json {
		return printJSON(p.Stdout, r)
	}
	fmt.Fprintf(p.Stderr, "%s: %d×%d pixels, %s, %.0f ms\n", r.Out, r.Size[0], r.Size[1], r.Provider, r.Timings["total"])
	return nil
}

func printJSON(w io.Writer, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", data)
	return err
}
