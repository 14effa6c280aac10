// Package cli is the command line: it reads flags, drives the engine's pipeline
// without a window, and prints.
//
// Exit status: 0 when the work was done, 1 when it failed, 2 on wrong usage.
// With --json one object goes to stdout and nothing else; progress, messages
// and errors go to stderr.
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
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// Window says what the window is to start with.
type Window struct {
	Photo    string // file to open, "" for none
	Pack     string // as --pack, "" for the built-in pack
	Provider string // as --provider, "" where the person's preference decides
	// Moments asks for a start that is only measured: the names of the moments
	// that are reached ([MomentWindow], [MomentReady]) go to stdout, a line each,
	// and then the window closes.
	Moments bool
}

// Studio is what the commands ask of the engine; *engine.Studio is one.
type Studio interface {
	engine.Pipeline
	Warm(ctx context.Context, report engine.Report) error
	Pack() recipe.Pack
	Loading() time.Duration
	Size(r engine.Request) (image.Point, error)
	OpenDecoded(ctx context.Context, id uint64, d *engine.Decoded, t engine.Timings, report engine.Report) (engine.Subject, error)
	Render(ctx context.Context, r engine.Request, t engine.Timings, report engine.Report) (*engine.Rendered, error)
	Generate(ctx context.Context, id uint64, seed int64, truncation float64, t engine.Timings, report engine.Report) (engine.Subject, error)
	ExportReconstruction(ctx context.Context, r engine.Request, path string, t engine.Timings, report engine.Report) error
	TextVector(ctx context.Context, text string) ([]float32, error)
	ImageVector(ctx context.Context, r engine.Request) ([]float32, error)
}

// Program is the command line with its surroundings. The zero value lacks
// streams; Load and Window may stay nil.
type Program struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Window opens the window and returns when it is closed; nil is a program
	// without one.
	Window func(Window) error
	// Executable is the program's file, which bench starts to measure its start;
	// "" measures none.
	Executable string
	// Load opens a model pack; nil is engine.LoadPack.
	Load func(context.Context, engine.Options, engine.Report) (Studio, error)
}

// Run runs the command line without a window and returns the exit status. args
// are those after the program's name.
func Run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := Program{Stdin: stdin, Stdout: stdout, Stderr: stderr}
	return p.Run(context.Background(), args)
}

// Run runs the command line and returns the exit status. It stops soon after
// ctx ends.
func (p Program) Run(ctx context.Context, args []string) int {
	if p.Load == nil {
		p.Load = func(ctx context.Context, o engine.Options, r engine.Report) (Studio, error) {
			return engine.LoadPack(ctx, o, r)
		}
	}
	p.Stderr = &shared{w: p.Stderr}
	root := p.root()
	root.SetArgs(args)
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	cmd, err := root.ExecuteContextC(ctx)
	var usage *usageError
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(p.Stderr, "deltaedit: cancelled")
		return exitFailed
	case errors.As(err, &usage):
		fmt.Fprintf(p.Stderr, "deltaedit: %v\nTry '%s --help'.\n", err, cmd.CommandPath())
		return exitUsage
	default:
		fmt.Fprintf(p.Stderr, "deltaedit: %v\n", err)
		return exitFailed
	}
}

// root assembles the commands.
func (p *Program) root() *cobra.Command {
	root := p.windowCommand()
	root.AddCommand(
		p.editCommand(), p.invertCommand(), p.randomCommand(), p.embedCommand(),
		p.batchCommand(), p.benchCommand(), p.doctorCommand(), p.packCommand(),
	)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	return root
}
