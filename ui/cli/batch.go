package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"deltaedit/engine"
	"deltaedit/engine/batch"
	"deltaedit/engine/recipe"
	"deltaedit/ui/cli/many"
	"deltaedit/ui/cli/progress"
)

// batchFlags are the flags of the command batch.
type batchFlags struct {
	plan, out string
	resume    bool
	jobs      int
	noCache   bool
	pack      string
	provider  providerValue
	shard     string
	queue     many.Flags
}

func (p *Program) batchCommand() *cobra.Command {
	f := batchFlags{provider: "auto", jobs: min(runtime.GOMAXPROCS(0), 4)}
	cmd := &cobra.Command{
		Use:   "batch --plan PLAN.jsonl --out DIR",
		Short: "Many edits from a plan, safe to kill and resume",
		Long: `Runs the edits of a plan: one edit per line, each a JSON object with

  in         the photo; relative to the plan's folder (with --plan -, to the current one)
  source, target, strength    what it shows, what it should show, how strongly; or
  edits      a list of {"source","target","strength"}, applied together; each may
             have its own region, invert and mask
  region     where the edit may change the picture: a region or a list, such as
             ["hair","mouth"], with - before one to leave it out; see edit --help
  invert     true: everywhere but in the region
  mask       what edit writes into a PNG's recipe, instead of region: also strokes
  threshold, face, aligned, engine, steps
             like the flags of edit; face is a number or "all"
  id         a name for the result (default: the line's number)
  out        the file name inside DIR (default: from the id)

Blank lines and lines that begin with # are skipped. The whole plan is checked
before any work. Every edit writes one JSON line, with its status, to standard
output and to DIR/results.jsonl. With more than one job the lines may be in another
order than in the plan. An edit that fails does not stop the others.

--resume continues a run that was stopped or killed. An edit that was done is not
done again while its line, photo and picture are unchanged; one that failed is tried
again. Standard output then begins with the earlier results. Successive lines about
the same photo share its reconstruction.

--shard 3/8 does the third of eight parts of the plan, into a folder inside DIR; the
command merge puts them together. --queue gives the edits to workers on other machines
instead ("deltaedit worker"), and the results come into DIR as if they were made here.
Without it no connection is opened.

Exit status: 0 all done, 1 something failed, 2 wrong usage or a bad plan, 130 or 143
stopped by Ctrl-C or a request to terminate.`,
		Example: `  deltaedit batch --plan plan.jsonl --out edited
  deltaedit batch --plan plan.jsonl --out edited --resume`,
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.batch(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.plan, "plan", "", "edits, one JSON object a line; - for standard input (required)")
	cmd.Flags().StringVar(&f.out, "out", "", "folder for the pictures and results.jsonl (required)")
	cmd.Flags().BoolVar(&f.resume, "resume", false, "continue a run that was stopped")
	cmd.Flags().Var(whole[int]{&f.jobs}, "jobs", "photos decoded and encoded at a time, 1 to 64; the models edit one at a time, and the pictures do not depend on it")
	noCacheFlag(cmd, &f.noCache)
	packFlag(cmd, &f.pack)
	f.provider.register(cmd)
	cmd.Flags().StringVar(&f.shard, "shard", "", "I/N does the I-th of N parts of the plan, in a folder of its own inside DIR")
	f.queue.RegisterBatch(cmd)
	return cmd
}

// batch makes all checks before it loads the models.
func (p *Program) batch(ctx context.Context, f batchFlags) error {
	switch {
	case f.plan == "":
		return usagef("missing --plan: name the file with the edits, or - for standard input")
	case f.out == "":
		return usagef("missing --out: name the folder for the pictures")
	case f.jobs < 1 || f.jobs > batch.MaxJobs:
		return usagef("--jobs: want a number from 1 to %d, got %d", batch.MaxJobs, f.jobs)
	}
	if err := f.queue.Check(); err != nil {
		return &usageError{err}
	}
	var shard batch.Shard
	if f.shard != "" {
		var err error
		if shard, err = batch.ParseShard(f.shard); err != nil {
			return usagef("--shard: %w", err)
		}
	}
	plan, err := p.readPlan(f.plan)
	if err != nil {
		return &usageError{err}
	}
	plan, f.out = plan.Shard(shard), shard.Dir(f.out)
	if len(plan.Lines) == 0 {
		fmt.Fprintf(p.Stderr, "note: the plan has fewer photos than shards: there is nothing to do for %s\n", shard)
		return nil
	}
	folder, err := batch.OpenFolder(f.out, f.resume)
	if err != nil {
		return batchUsage(err)
	}
	err = folder.Check(plan)
	if err == nil {
		err = p.work(ctx, f, plan, folder)
	}
	return batchUsage(errors.Join(err, folder.Close()))
}

// batchUsage marks the errors that are mistakes in the arguments or in the plan.
func batchUsage(err error) error {
	if errors.Is(err, batch.ErrPlan) || errors.Is(err, batch.ErrEarlier) {
		return &usageError{err}
	}
	return err
}

// readPlan reads the plan from a file or from standard input.
func (p *Program) readPlan(name string) (batch.Plan, error) {
	if name == "-" {
		return batch.Parse(p.Stdin, "")
	}
	f, err := os.Open(name)
	if err != nil {
		return batch.Plan{}, fmt.Errorf("open the plan: %w", err)
	}
	defer f.Close()
	plan, err := batch.Parse(f, filepath.Dir(name))
	if err != nil {
		return batch.Plan{}, fmt.Errorf("%s: %w", name, err)
	}
	return plan, nil
}

// work does the edits of the plan that are left: with the models, or by giving them to
// workers elsewhere.
func (p *Program) work(ctx context.Context, f batchFlags, plan batch.Plan, folder *batch.Folder) error {
	if f.queue.Given() && !f.queue.Embedded() {
		pack, err := p.Identify(f.pack)
		if err != nil {
			return err
		}
		pr := progress.New(p.Stderr)
		defer pr.End()
		return p.startWork(ctx, f, plan, folder, pack, pr.Report, func(w *batch.Work, begin func() batch.Options) (batch.Counts, error) {
			pr.Say("Giving the plan to the workers")
			return p.many().Submit(ctx, &f.queue, many.Batch{Dir: f.out, Work: w, Options: begin(), Pack: pack})
		})
	}
	options := engine.Options{
		Pack: f.pack, Provider: string(f.provider), Brief: len(plan.Lines) == 1, KeepInversions: !f.noCache,
	}
	return p.withModels(ctx, options, func(j *job) error {
		return p.startWork(ctx, f, plan, folder, j.Pack(), j.progress, func(w *batch.Work, begin func() batch.Options) (batch.Counts, error) {
			if w.Left() > 0 {
				if err := j.Warm(ctx, j.progress); err != nil {
					return batch.Counts{}, err
				}
			}
			j.say("Working through the plan")
			tell := func(before string) string {
				n := j.Status().Notice
				if n != before && unusual(n, string(f.provider)) {
					p.note(n)
				}
				return n
			}
			before := tell("")
			defer tell(before) // the run may have switched to another provider
			if f.queue.Embedded() {
				return p.many().Submit(ctx, &f.queue, many.Batch{Dir: f.out, Work: w, Options: begin(), Pack: j.Pack(), Studio: j})
			}
			return batch.Run(ctx, j, w, begin())
		})
	})
}

// startWork compares the plan with the folder, has run do what is left, and says what
// came of it. run calls begin when the edits begin.
func (p *Program) startWork(ctx context.Context, f batchFlags, plan batch.Plan, folder *batch.Folder, pack recipe.Pack, report engine.ProgressFunc, run func(w *batch.Work, begin func() batch.Options) (batch.Counts, error)) (err error) {
	w, err := folder.Start(ctx, plan, pack, p.note, report)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	var m *progress.Meter
	counts, err := run(w, func() batch.Options {
		m = progress.NewMeter(p.Stderr)
		return batch.Options{Jobs: f.jobs, Results: p.Stdout, Done: m.Done}
	})
	if m != nil {
		m.End(counts)
	}
	if left := counts.Left(); left > 0 {
		p.note(fmt.Sprintf("%d of %d edits are left: go on with --resume", left, counts.Total))
	}
	switch {
	case err != nil:
		return err
	case counts.Failed > 0:
		return fmt.Errorf("%d of %d edits failed: %s says why; --resume tries them again",
			counts.Failed, counts.Total, filepath.Join(f.out, batch.JournalName))
	}
	return nil
}

func (p *Program) note(text string) { fmt.Fprintf(p.Stderr, "note: %s\n", text) }

// many returns the commands for many machines.
func (p *Program) many() many.Env {
	return many.Env{
		Stderr:      p.Stderr,
		Usage:       func(err error) error { return &usageError{err} },
		NoArguments: exactly(0, ""),
		Whole:       func(to *int) pflag.Value { return whole[int]{to} },
		ModelFlags: func(cmd *cobra.Command) func() engine.Options {
			var pack string
			provider := providerValue(engine.Auto)
			packFlag(cmd, &pack)
			provider.register(cmd)
			return func() engine.Options { return engine.Options{Pack: pack, Provider: string(provider)} }
		},
		WithModels: func(ctx context.Context, o engine.Options, work func(many.Studio, engine.ProgressFunc) error) error {
			return p.withModels(ctx, o, func(j *job) error { return work(j, j.progress) })
		},
	}
}
