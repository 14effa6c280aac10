package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/measure"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// autoHealth is doctor's report on the provider that is used when none is requested.
type autoHealth struct {
	Pack string `json:"pack"`
	// Decided is false when the providers have not been measured yet; the next start
	// does it.
	Decided bool `json:"decided"`
	measure.Decision
	Error string `json:"error,omitempty"`
}

// decide reports which provider is used with a pack, and measures if again is set. The
// error of an unusable pack is left to the list of packs, unless the pack was named or
// measuring was requested.
func decide(ctx context.Context, h *health, name string, again, software bool, progress engine.ProgressFunc) (*autoHealth, error) {
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
		if err := onnx.Check(p); err != nil { // names the error in the models
			return nil, err
		}
		a.Decision, err = chooser.Choose(ctx, true, func(fraction float64) { progress(engine.Task{Kind: engine.TaskMeasure}, fraction) })
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
		if onnx.NoGPU(a.Notice) { // the list above gives the reason
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
