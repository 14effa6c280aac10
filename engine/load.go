package engine

import (
	"context"
)

// Options choose a model pack and where it runs.
type Options struct {
	// Pack is a pack's name or folder; "" is the built-in pack.
	Pack string
	// Provider is an execution provider: auto, cpu, webgpu, cuda, ... "" is
	// auto.
	Provider string
}

// Loader returns a Config.Load that opens the pack's models with LoadPack.
func Loader(o Options) func(context.Context, func(Progress)) (Pipeline, error) {
	return func(ctx context.Context, progress func(Progress)) (Pipeline, error) {
		return LoadPack(ctx, o, func(task string, fraction float64) {
			progress(Progress{Task: task, Fraction: fraction})
		})
	}
}
