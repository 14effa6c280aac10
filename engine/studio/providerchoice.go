package studio

import (
	"context"
	"fmt"
	"log/slog"

	"deltaedit/engine"
	"deltaedit/engine/measure"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// providerChoice is the provider of the large models.
type providerChoice struct {
	provider string
	notice   string
	decision *engine.Decision // nil when the provider was given by name
	failed   func(string)     // onnx.Options.Instead; nil when no other provider may be used
	opening  func() func()    // measure.Chooser.Attempt; nil when no other provider may be used
}

// open calls f, which opens models on the provider. When that crashes the program, the
// next start knows it.
func (c providerChoice) open(f func() error) error {
	if c.opening != nil {
		defer c.opening()()
	}
	return f()
}

// choose chooses the provider of the large models. onnx.Init has succeeded.
func choose(ctx context.Context, p *pack.Pack, o engine.Options, progress engine.ProgressFunc) (providerChoice, error) {
	named := o.Provider != engine.Auto && o.Provider != ""
	if named && !o.Preferred {
		return providerChoice{provider: o.Provider}, nil
	}
	if o.Brief && !named {
		return providerChoice{provider: measure.CPU}, nil
	}
	chooser, err := measure.New(p, false)
	if err != nil {
		return providerChoice{}, err
	}
	opening := func(provider string) func() func() {
		return func() func() { return chooser.Attempt(measure.Opening, provider) }
	}
	notice := ""
	if named {
		why := unusable(chooser, o.Provider)
		if why == "" {
			return providerChoice{provider: o.Provider, failed: func(string) {}, opening: opening(o.Provider)}, nil
		}
		notice = fmt.Sprintf("%s is preferred but cannot be used (%s)", o.Provider, why)
	}
	d, err := chooser.Choose(ctx, o.Measure, func(fraction float64) { progress(engine.Task{Kind: engine.TaskMeasure}, fraction) })
	if err != nil {
		return providerChoice{}, err
	}
	switch {
	case notice == "":
		notice = d.Notice
	case d.Notice == "":
		notice += fmt.Sprintf("; using %s", d.Provider)
	default:
		notice += "; " + d.Notice
	}
	return providerChoice{provider: d.Provider, notice: notice, decision: &d, opening: opening(d.Provider), failed: func(string) {
		// The model says what happened; the next start measures again.
		if err := chooser.Forget(); err != nil {
			slog.Warn("The choice of the execution provider cannot be forgotten", "error", err)
		}
	}}, nil
}

// unusable says why a provider cannot be used; "" when it can.
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
