package engine

import (
	"context"
	"fmt"
	"log/slog"

	"deltaedit/engine/measure"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// Auto is the provider's name that lets the program choose.
const Auto = "auto"

// TaskMeasure is the task in Progress while execution providers are measured.
const TaskMeasure = measure.Task

// Decision is a provider that was chosen by measuring.
type Decision = measure.Decision

// Providers are the names of the providers that auto chooses from on this system, the
// CPU last. Not all of them need work.
func Providers() []string { return onnx.AutoNames() }

// chosen is the provider of the heavy stages.
type chosen struct {
	provider string
	notice   string
	decision *Decision     // nil where the provider was given by name
	failed   func(string)  // onnx.Options.Instead; nil where nothing may take its place
	opening  func() func() // measure.Chooser.Attempt, for all that is opened; nil where nothing may take its place
}

// open calls f, which opens models on the provider: should that end the program, the
// next starts know.
func (c chosen) open(f func() error) error {
	if c.opening != nil {
		defer c.opening()()
	}
	return f()
}

// choose chooses the provider of the heavy stages. onnx.Init has succeeded.
func choose(ctx context.Context, p *pack.Pack, o Options, report Report) (chosen, error) {
	named := o.Provider != Auto && o.Provider != ""
	if named && !o.Preferred {
		return chosen{provider: o.Provider}, nil
	}
	chooser, err := measure.New(p, false)
	if err != nil {
		return chosen{}, err
	}
	opening := func(provider string) func() func() {
		return func() func() { return chooser.Attempt(measure.Opening, provider) }
	}
	notice := ""
	if named {
		why := unusable(chooser, o.Provider)
		if why == "" {
			return chosen{provider: o.Provider, failed: func(string) {}, opening: opening(o.Provider)}, nil
		}
		notice = fmt.Sprintf("%s is preferred but cannot be used (%s)", o.Provider, why)
	}
	d, err := chooser.Choose(ctx, o.Measure, measure.Report(report))
	if err != nil {
		return chosen{}, err
	}
	switch {
	case notice == "":
		notice = d.Notice
	case d.Notice == "":
		notice += fmt.Sprintf("; using %s", d.Provider)
	default:
		notice += "; " + d.Notice
	}
	return chosen{provider: d.Provider, notice: notice, decision: &d, opening: opening(d.Provider), failed: func(string) {
		// The session says what happened; the next start measures.
		if err := chooser.Forget(); err != nil {
			slog.Warn("The choice of the execution provider cannot be forgotten", "error", err)
		}
	}}, nil
}

// unusable says why a provider cannot be used, "" when it can.
func unusable(chooser *measure.Chooser, provider string) string {
	if why := chooser.Ended(provider); why != "" {
		return why
	}
	defer chooser.Attempt(measure.Probing, provider)()
	info := onnx.TryProvider(provider)
	if info.Usable {
		return ""
	}
	return info.Detail
}
