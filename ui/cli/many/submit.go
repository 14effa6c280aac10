package many

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"

	"deltaedit/engine"
	"deltaedit/engine/batch"
	"deltaedit/engine/queue"
	"deltaedit/engine/queue/server"
	"deltaedit/engine/queue/submit"
	"deltaedit/engine/queue/work"
	"deltaedit/engine/recipe"
	"deltaedit/ui/savedstate"
)

// Batch is a batch that is given to a queue.
type Batch struct {
	Dir     string // its folder, locked
	Work    *batch.Work
	Options batch.Options
	Pack    recipe.Pack
	// Studio is what the worker in this process works with, for an embedded server.
	Studio batch.Studio
}

// Submit gives a batch to the queue and returns when every edit has a result.
func (e Env) Submit(ctx context.Context, f *Flags, b Batch) (batch.Counts, error) {
	c, err := batch.Collect(b.Work, b.Pack, b.Options)
	if err != nil {
		return c.Counts(), err
	}
	defer c.Close()
	if b.Work.Left() == 0 && !submit.Named(b.Dir) {
		return c.Counts(), nil
	}
	name, err := submit.Name(b.Dir)
	if err != nil {
		return c.Counts(), err
	}
	config := submit.Config{
		Batch: name, Fit: queue.Fit{Program: engine.Program, Pack: b.Pack}, Lines: b.Work.Todo(),
		Collector: c, SharedFiles: f.shared, Notice: e.notice,
	}
	if f.Embedded() {
		err = e.embedded(ctx, f, b, config)
	} else {
		err = elsewhere(ctx, f, config)
	}
	// What is no more on the queue needs no name there.
	if err == nil || ctx.Err() != nil && !errors.Is(err, submit.ErrLeft) {
		err = errors.Join(err, submit.Forget(b.Dir))
	}
	return c.Counts(), err
}

// elsewhere gives the batch to a server that runs already.
func elsewhere(ctx context.Context, f *Flags, c submit.Config) error {
	q, err := queue.Connect(ctx, f.options(unique("batch")))
	if err != nil {
		return err
	}
	defer q.Close()
	return submit.Run(ctx, q, c)
}

// embedded gives the batch to a server in this process, with a worker on the calling
// goroutine. The store is removed when the batch is over.
func (e Env) embedded(ctx context.Context, f *Flags, b Batch, c submit.Config) error {
	dir, err := storeDir(b.Dir)
	if err != nil {
		return err
	}
	s, err := server.Start(f.server(dir))
	if err != nil {
		return err
	}
	defer s.Close()
	if f.listen != "" {
		e.notice("workers reach this batch at " + s.ClientURL())
	}
	connect := func() (*queue.Queue, error) {
		return queue.Connect(ctx, queue.Options{Server: s, Name: unique("batch"), Login: f.login})
	}
	mine, err := connect()
	if err != nil {
		return err
	}
	defer mine.Close()
	workers, err := connect()
	if err != nil {
		return err
	}
	defer workers.Close()
	// The worker is stopped, and what it holds dropped, when all have a result.
	working, stop := context.WithCancel(ctx)
	defer stop()
	giving, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := make(chan error, 1)
	go func() {
		defer stop()
		ended <- submit.Run(giving, mine, c)
	}()
	werr := work.Run(working, nil, workers, work.Config{
		Name: unique("embedded"), Studio: b.Studio, Fit: c.Fit, Jobs: b.Options.Jobs,
		Ahead: work.DefaultAhead, AckWait: queue.AckWait, Notice: e.notice,
	})
	if working.Err() == nil { // the worker gave up by itself
		cancel(werr)
	}
	err = <-ended
	if err == nil || ctx.Err() != nil {
		s.Close()
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

// storeDir returns the folder of the embedded server's store for a batch, in the folder of
// saved states: batches in two folders have two stores.
func storeDir(out string) (string, error) {
	state, err := savedstate.Dir()
	if err != nil {
		return "", err
	}
	abs, err := filepath.Abs(out)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(abs))
	return filepath.Join(state, "queue", hex.EncodeToString(sum[:8])), nil
}
