package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/measure"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// autoHealth is what doctor says of the provider that is used where none is asked
// for.
type autoHealth struct {
	Pack string `json:"pack"`
	// Decided is false when it was never measured: the next start does it.
	Decided bool `json:"decided"`
	measure.Decision
	Error string `json:"error,omitempty"`
}

// decide says which provider is used with a pack, and measures when it is told to. A
// pack that cannot be used is what the list of packs tells of, unless it was named.
func decide(ctx context.Context, h *health, name string, again, software bool, report engine.Report) (*autoHealth, error) {
	if h.Runtime.Error != "" {
		return nil, nil
	}
	dir, err := pack.Find(name)
	var p *pack.Pack
	if err == nil {
		p, err = pack.Open(dir)
	}
	var chooser *measure.Chooser
	if err == nil {
		chooser, err = measure.New(p, software)
	}
	if err != nil {
		if name == "" && !again {
			return nil, nil
		}
		return nil, err
	}
	a := &autoHealth{Pack: p.Name()}
	if again {
		if err := onnx.Check(p); err != nil { // names what is wrong with the models
			return nil, err
		}
		a.Decision, err = chooser.Choose(ctx, true, measure.Report(report))
		a.Decided = err == nil
		return a, err
	}
	a.Decision, a.Decided = chooser.Look()
	return a, nil
}

func (a *autoHealth) print(w io.Writer) {
	fmt.Fprintf(w, "\nwithout --provider, for the pack %s: ", a.Pack)
	switch {
	case !a.Decided:
		fmt.Fprintln(w, "not measured yet; the first start does it, or doctor --measure")
	case a.Measured.IsZero():
		if onnx.NoGPU(a.Notice) { // the list above says why
			fmt.Fprintln(w, "cpu; nothing else can be used, so nothing is measured")
			return
		}
		fmt.Fprintln(w, a.Provider)
	default:
		fmt.Fprintf(w, "%s, as measured on %s\n", a.Provider, a.Measured.Local().Format(time.DateTime))
	}
	for _, c := range a.Candidates {
		fmt.Fprintf(w, "  %-9s %s\n", c.Provider, candidateLine(c))
	}
	if a.Decided && a.Notice != "" {
		fmt.Fprintf(w, "  note: %s\n", a.Notice)
	}
	if a.Decided && a.File != "" && !a.Measured.IsZero() {
		fmt.Fprintf(w, "  kept in %s\n", a.File)
	}
}

func candidateLine(c measure.Candidate) string {
	switch {
	case c.Refused != "":
		return "not used: " + c.Refused
	case c.TotalMS() > 0:
		return fmt.Sprintf("%s ms (preview %s, full picture %s more)",
			measure.Milliseconds(c.TotalMS()), measure.Milliseconds(c.PreviewMS), measure.Milliseconds(c.FinalMS))
	}
	return "not measured"
}

// decisionResult is the decision in the JSON of bench.
type decisionResult struct {
	Provider   string              `json:"provider"`
	Measured   time.Time           `json:"measured,omitzero"`
	Candidates []measure.Candidate `json:"candidates"`
}

// decisionOf returns nil where a provider was asked for by name.
func decisionOf(st engine.Status) *decisionResult {
	if st.Decision == nil {
		return nil
	}
	d := st.Decision
	return &decisionResult{Provider: d.Provider, Measured: d.Measured, Candidates: slices.Clone(d.Candidates)}
}

// decisionLine says how the provider was chosen.
func decisionLine(st engine.Status) string {
	switch d := st.Decision; {
	case d == nil:
		return "asked for"
	case d.Summary() == "":
		return "chosen, nothing else can be used"
	default:
		return fmt.Sprintf("chosen by measuring on %s: %s", d.Measured.Local().Format(time.DateOnly), d.Summary())
	}
}
