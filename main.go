// Command deltaedit edits face photographs with words, in a window or from the
// command line.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"

	"deltaedit/engine"
	"deltaedit/engine/studio"
	"deltaedit/engine/worker"
	"deltaedit/ui"
	"deltaedit/ui/cli"
	"deltaedit/ui/cli/interrupt"
	_ "deltaedit/ui/cli/locale" // before the window's libraries
	"deltaedit/ui/savedstate"
	"deltaedit/ui/trace"
)

// gcPercent is by how much the heap grows between two collections, where GOGC does not say
// otherwise. Nearly all of it is pixels, which the collector does not look into: it costs
// little to collect often, and with Go's 100 a photo would take its memory twice.
const gcPercent = 20

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := interrupt.Context(context.Background())
	p := cli.Program{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Window: window}
	p.Executable, _ = os.Executable() // without it bench leaves the start out, and says so
	status := p.Run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

func window(w cli.Window) error {
	if err := ui.CheckDisplay(); err != nil {
		return err
	}
	log, err := trace.FromEnv()
	if err != nil {
		return err
	}
	state, err := savedstate.Dir()
	if err != nil {
		slog.Warn("The state is not kept", "error", err)
	}
	var e *worker.Worker
	var stalls *trace.Stalls
	var moment func(ui.Moment)
	if w.Moments {
		moment = func(m ui.Moment) { fmt.Println(m) }
	}
	err = ui.Run(ui.Options{
		Moment: moment,
		Photo:  w.Photo, Pack: w.Pack, Provider: w.Provider, State: state,
		KeepInversions: !w.NoCache,
		NewBackend: func(o engine.Options, l engine.Listener, post func(func())) ui.Backend {
			var fault error
			if stalls, fault = trace.StallsFromEnv(post); fault != nil {
				slog.Warn("Stalls are not written", "error", fault)
			}
			e = worker.New(worker.Config{Load: studio.Loader(o), Post: post, Listener: l})
			return backend{e}
		},
		Painted: func(f engine.Frame) { log.Painted(f, e.Generation()) },
	})
	return errors.Join(err, stalls.Close(), log.Close())
}

// backend is the engine as the window drives it.
type backend struct{ *worker.Worker }

// Use opens another pack, or the same on another provider.
func (b backend) Use(o engine.Options) { b.Worker.Use(studio.Loader(o)) }
