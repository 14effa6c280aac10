// Command fakewindow opens the real window on an engine that only pretends:
// it paints the strength as a grey level, with a delay, and logs every frame
// that was put on the canvas as a JSON line. The tests of the window drive it
// with real input.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"deltaedit/engine"
	"deltaedit/ui"
)

// Painted is a line of the log.
type Painted struct {
	Generation uint64
	// Newest is the generation of the newest request at that time.
	Newest   uint64
	Stage    engine.Stage
	Strength float64
	Width    int
	Height   int
}

func main() {
	log := flag.String("log", "", "file for a JSON line per painted frame")
	delay := flag.Duration("delay", 20*time.Millisecond, "time that a preview takes; a full picture takes three times as long")
	flag.Parse()
	if err := run(*log, *delay, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(log string, delay time.Duration, photo string) error {
	out := os.Stdout
	if log != "" {
		f, err := os.Create(log)
		if err != nil {
			return err
		}
		defer f.Close()
		out = f
	}
	lines := json.NewEncoder(out)
	var fake *backend
	return ui.Run(ui.Options{
		Photo: photo,
		Pack:  "faces",
		NewBackend: func(_ engine.Options, l engine.Listener, post func(func())) ui.Backend {
			fake = newBackend(l, post, delay)
			return fake
		},
		Painted: func(f engine.Frame) {
			_ = lines.Encode(Painted{
				Generation: f.Generation, Newest: fake.Generation(), Stage: f.Stage,
				Strength: fake.strengthOf(f.Generation),
				Width:    f.Image.Rect.Dx(), Height: f.Image.Rect.Dy(),
			})
		},
	})
}
