// Package cli is the command line: it parses flags, uses the engine without a window,
// and prints results.
//
// Exit status: 0 on success, 1 on failure, 2 on wrong usage, and 130 or 143 when
// stopped by SIGINT or SIGTERM. With --json exactly one object goes to stdout;
// progress, messages and errors go to stderr.
package cli

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"time"

	"github.com/spf13/cobra"

	"deltaedit/engine"
	"deltaedit/engine/recipe"
	"deltaedit/engine/studio"
	"deltaedit/ui/cli/interrupt"
	"deltaedit/ui/cli/progress"
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// Window holds the values that the window starts with.
type Window struct {
	Photo    string // file to open, "" for none
	Pack     string // as --pack, "" for the built-in pack
	Provider string // as --provider, "" when the user's preference applies
	// Moments makes this a start that is only measured: the names of the moments
	// reached ([bench.MomentWindow], [bench.MomentReady]) are written to stdout, one
	// per line, and then the window closes.
	Moments bool
	// NoCache neither uses nor keeps inversions in the user's cache folder.
	NoCache bool
}

// Studio is the part of the engine that the commands use; *studio.Studio implements it.
type Studio interface {
	engine.Pipeline
	Warm(ctx context.Context, progress engine.ProgressFunc) error
	Expect(r engine.Request)
	Pack() recipe.Pack
	Loading() time.Duration
	Size(r engine.Request) (image.Point, error)
	OpenDecoded(ctx context.Context, id uint64, d *studio.Decoded, t engine.Timings, progress engine.ProgressFunc) (engine.Subject, error)
	Render(ctx context.Context, r engine.Request, t engine.Timings, progress engine.ProgressFunc) (*studio.Rendered, error)
	Generate(ctx context.Context, id uint64, seed int64, truncation float64, t engine.Timings, progress engine.ProgressFunc) (engine.Subject, error)
	ExportReconstruction(ctx context.Context, r engine.Request, path string, t engine.Timings, progress engine.ProgressFunc) error
	TextVector(ctx context.Context, text string) ([]float32, error)
	ImageVector(ctx context.Context, r engine.Request) ([]float32, error)
}

// Program is the command line with its environment. The zero value has no streams,
// which must be set; Load, Identify and Window may stay nil.
type Program struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Window opens the window and returns when it is closed; nil for a program without
	// a window.
	Window func(Window) error
	// Executable is the path of the program, which bench runs to measure its start;
	// with "" no start is measured.
	Executable string
	// Load opens a model pack; nil is studio.LoadPack.
	Load func(context.Context, engine.Options, engine.ProgressFunc) (Studio, error)
	// Identify says which pack a name stands for, without loading it; nil is
	// studio.Identify.
	Identify func(pack string) (recipe.Pack, error)
}

// Run runs the command line without a window until it is finished or a signal ends it,
// and returns the exit status. args are the arguments without the program's name.
func Run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := interrupt.Context(context.Background())
	defer stop()
	p := Program{Stdin: stdin, Stdout: stdout, Stderr: stderr}
	return p.Run(ctx, args)
}

// Run runs the command line and returns the exit status. It stops soon after ctx ends;
// interrupt.Context returns a context that signals end.
func (p Program) Run(ctx context.Context, args []string) int {
	if p.Load == nil {
		p.Load = func(ctx context.Context, o engine.Options, r engine.ProgressFunc) (Studio, error) {
			return studio.LoadPack(ctx, o, r)
		}
	}
	if p.Identify == nil {
		p.Identify = studio.Identify
	}
	p.Stderr = progress.Shared(p.Stderr)
	stdout := &checkedWriter{w: p.Stdout}
	p.Stdout = stdout
	root := p.root()
	root.SetArgs(args)
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil && stdout.err != nil {
		err = fmt.Errorf("write to standard output: %w", stdout.err)
	}
	failed := exitFailed
	if e, ok := interrupt.Of(ctx); ok {
		failed = e.Status()
	}
	var usage *usageError
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(p.Stderr, "deltaedit: cancelled")
		return failed
	case errors.As(err, &usage):
		fmt.Fprintf(p.Stderr, "deltaedit: %v\nTry '%s --help'.\n", err, cmd.CommandPath())
		return exitUsage
	default:
		fmt.Fprintf(p.Stderr, "deltaedit: %v\n", err)
		return failed
	}
}

// root builds the tree of commands.
func (p *Program) root() *cobra.Command {
	root := p.windowCommand()
	root.AddCommand(
		p.editCommand(), p.invertCommand(), p.randomCommand(), p.embedCommand(),
		p.sheetCommand(), p.batchCommand(), p.many().WorkerCommand(), p.many().MergeCommand(),
		p.benchCommand(), p.doctorCommand(), p.packCommand(), p.versionCommand(),
	)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	return root
}

// usageError is a mistake in the arguments, with exit status 2.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// exactly requires n arguments; what is their name in the message.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < n:
			return usagef("missing argument: %s", what)
		case len(args) > n:
			return usagef("too many arguments: %q; flags come with two dashes, names with blanks in quotes", args[n:])
		}
		return nil
	}
}

// group makes cmd a command that only has subcommands.
func group(cmd *cobra.Command) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usagef("unknown command %q for %q", args[0], cmd.CommandPath())
		}
		return usagef("%q needs a command", cmd.CommandPath())
	}
	return cmd
}
