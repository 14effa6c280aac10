// Command deltaedit edits face photographs with words, in a window or from the
// command line.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"deltaedit/engine"
	"deltaedit/engine/cli"
	_ "deltaedit/engine/cli/locale" // before the window's libraries
	"deltaedit/ui"
	"deltaedit/ui/session"
	"deltaedit/ui/trace"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	p := cli.Program{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Window: window}
	p.Executable, _ = os.Executable() // without it bench leaves the start out, and says so
	status := p.Run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

func window(w cli.Window) error {
	log, err := trace.FromEnv()
	if err != nil {
		return err
	}
	state, err := session.Dir()
	if err != nil {
		slog.Warn("The session is not kept", "error", err)
	}
	var e *engine.Engine
	var moment func(ui.Moment)
	if w.Moments {
		moment = func(m ui.Moment) { fmt.Println(m) }
	}
	err = ui.Run(ui.Options{
		Moment: moment,
		Photo:  w.Photo, Pack: w.Pack, Provider: w.Provider, State: state,
		NewBackend: func(o engine.Options, l engine.Listener, post func(func())) ui.Backend {
			e = engine.New(engine.Config{Load: engine.Loader(o), Post: post, Listener: l})
			return backend{e}
		},
		Painted: func(f engine.Frame) { log.Painted(f, e.Generation()) },
	})
	return errors.Join(err, log.Close())
}

// backend is the engine as the window drives it.
type backend struct{ *engine.Engine }

// Use opens another pack, or the same on another provider.
func (b backend) Use(o engine.Options) { b.Engine.Use(engine.Loader(o)) }
