// Package many has the commands for batches on many machines: the flags that lead to a
// queue, giving a batch away, the worker, and the merging of shards.
package many

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"deltaedit/engine"
	"deltaedit/engine/batch"
)

// Studio is what a worker needs of the engine; *studio.Studio implements it.
type Studio interface {
	batch.Studio
	Warm(ctx context.Context, progress engine.ProgressFunc) error
}

// Env is what the commands need of the command line that they are part of.
type Env struct {
	Stderr io.Writer
	// Usage marks an error as a mistake in the arguments.
	Usage func(error) error
	// NoArguments refuses arguments.
	NoArguments cobra.PositionalArgs
	// Whole is the value of a flag for a whole number.
	Whole func(*int) pflag.Value
	// ModelFlags adds the flags that choose pack and provider, and returns a function
	// that reads them.
	ModelFlags func(*cobra.Command) func() engine.Options
	// WithModels loads the models, runs work, and closes them.
	WithModels func(ctx context.Context, o engine.Options, work func(Studio, engine.ProgressFunc) error) error
}

func (e Env) usagef(format string, args ...any) error { return e.Usage(fmt.Errorf(format, args...)) }

func (e Env) notice(text string) { fmt.Fprintf(e.Stderr, "note: %s\n", text) }

// unique returns a name that no other process has: lists of workers show it.
func unique(what string) string {
	host, err := os.Hostname()
	if err != nil {
		host = what
	}
	return fmt.Sprintf("%s-%d-%s", host, os.Getpid(), random())
}
