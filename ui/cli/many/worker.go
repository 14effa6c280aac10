package many

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"deltaedit/engine"
	"deltaedit/engine/batch"
	"deltaedit/engine/queue"
	"deltaedit/engine/queue/metrics"
	"deltaedit/engine/queue/work"
)

// workerFlags are the flags of the command worker.
type workerFlags struct {
	Flags
	jobs, ahead int
	metrics     string
}

// WorkerCommand returns the command worker.
func (e Env) WorkerCommand() *cobra.Command {
	f := workerFlags{jobs: 2, ahead: work.DefaultAhead}
	cmd := &cobra.Command{
		Use:   "worker --queue nats://HOST:PORT",
		Short: "Do edits of batches on other machines",
		Long: `Takes edits from a NATS server, to which "batch --queue" gives them, does them, and
gives the results back, until it is stopped. Any number of workers may share a queue.
A worker takes the edits that want its own version and pack; others are left to others.

A request to terminate (SIGTERM, Ctrl-C) lets it finish the edit in work and give the
others back; it then ends with status 0. A worker that is killed loses nothing: the
server gives its edits to another half a minute later.

--metrics answers /healthz and /metrics (Prometheus), on 127.0.0.1 unless an address is
given. Without it no port is opened.`,
		Example: `  deltaedit worker --queue tls://queue.example:4222 --queue-creds worker.creds
  srun deltaedit worker --queue tls://queue.example:4222 --provider cuda`,
		Args: e.NoArguments,
	}
	f.register(cmd, "the NATS server, nats://HOST:PORT or tls://HOST:PORT (required)")
	cmd.Flags().Var(e.Whole(&f.jobs), "jobs", fmt.Sprintf("photos decoded and encoded at a time, 1 to %d", batch.MaxJobs))
	cmd.Flags().Var(e.Whole(&f.ahead), "ahead", fmt.Sprintf("edits taken at a time, 1 to %d", work.MaxAhead))
	cmd.Flags().StringVar(&f.metrics, "metrics", "", "PORT or HOST:PORT for health and metrics (default: none)")
	options := e.ModelFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return e.worker(cmd.Context(), f, options()) }
	return cmd
}

// worker makes all checks before it loads the models.
func (e Env) worker(ctx context.Context, f workerFlags, o engine.Options) (err error) {
	switch {
	case !f.Given():
		return e.usagef("missing --queue: name the NATS server, such as nats://HOST:4222")
	case f.Embedded():
		return e.usagef("--queue embedded is for batch, which brings its own worker: name a NATS server")
	case f.jobs < 1 || f.jobs > batch.MaxJobs:
		return e.usagef("--jobs: want a number from 1 to %d, got %d", batch.MaxJobs, f.jobs)
	case f.ahead < 1 || f.ahead > work.MaxAhead:
		return e.usagef("--ahead: want a number from 1 to %d, got %d", work.MaxAhead, f.ahead)
	}
	if err := f.Check(); err != nil {
		return e.Usage(err)
	}
	name := unique("worker")
	q, err := queue.Connect(ctx, f.options(name))
	if err != nil {
		return err
	}
	defer q.Close()
	counts := metrics.New()
	if f.metrics != "" {
		serving, stop := context.WithCancel(context.WithoutCancel(ctx))
		address, wait, serr := metrics.Serve(serving, f.metrics, counts, q.Healthy)
		if serr != nil {
			stop()
			return serr
		}
		defer func() {
			stop()
			err = errors.Join(err, wait())
		}()
		e.notice("health and metrics at " + address)
	}
	return e.WithModels(ctx, o, func(s Studio, progress engine.ProgressFunc) error {
		if err := s.Warm(ctx, progress); err != nil {
			return err
		}
		fit := queue.Fit{Program: engine.Program, Pack: s.Pack()}
		e.notice(fmt.Sprintf("the worker %s takes edits for %s from the consumer %s of the stream %s", name, fit, fit.Consumer(), queue.TaskStream))
		return work.Run(context.WithoutCancel(ctx), ctx.Done(), q, work.Config{
			Name: name, Studio: s, Fit: fit, Jobs: f.jobs, Ahead: f.ahead,
			AckWait: queue.AckWait, Notice: e.notice, Metrics: counts,
		})
	})
}
