package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"deltaedit/engine"
	"deltaedit/engine/batch"
)

// batchFlags are the flags of the command batch.
type batchFlags struct {
	plan, out string
	resume    bool
	jobs      int
	pack      string
	provider  providerValue
}

func (p *Program) batchCommand() *cobra.Command {
	f := batchFlags{provider: "auto"}
	cmd := &cobra.Command{
		Use:   "batch --plan PLAN.jsonl --out DIR",
		Short: "Many edits from a plan, safe to kill and resume",
		Long: `Works off a plan: one edit a line, each a JSON object with

  in         the photo; relative to the plan's folder (with --plan -, to this one)
  source, target, strength    what it shows, what it should show, how strongly; or
  edits      a list of {"source","target","strength"} to stack
  threshold, face, aligned, engine, steps
             as the flags of edit; face is a number or "all"
  id         a name for the results (default the line's number)
  out        file name inside DIR (default from the id)

Blank lines and lines that begin with # are skipped. The whole plan is checked
before any work. Every edit gives one JSON line, with its status, on standard
output and in DIR/results.jsonl; with more than one job the lines may come in
another order than the plan's. A photo that fails does not stop the others.

A run that was stopped, also by force, goes on with --resume: what is done is not
done again, as long as its line, photo and picture have not changed; what had
failed is tried again. Standard output then begins with the results that
are there. Successive lines about one photo share its reconstruction.

Exit status: 0 all done, 1 something failed or was stopped, 2 wrong usage or a
bad plan.`,
		Example: `  deltaedit batch --plan plan.jsonl --out edited
  deltaedit batch --plan plan.jsonl --out edited --resume`,
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.batch(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.plan, "plan", "", "edits, one JSON object a line; - for standard input (required)")
	cmd.Flags().StringVar(&f.out, "out", "", "folder for the pictures and results.jsonl (required)")
	cmd.Flags().BoolVar(&f.resume, "resume", false, "go on where a run was stopped")
	cmd.Flags().IntVar(&f.jobs, "jobs", min(runtime.GOMAXPROCS(0), 4), "photos decoded and encoded at a time, 1 to 64; the engine does one at a time, and the pictures are the same")
	packFlag(cmd, &f.pack)
	f.provider.register(cmd)
	return cmd
}

// batch checks everything that can be checked, and only then loads the models.
func (p *Program) batch(ctx context.Context, f batchFlags) error {
	switch {
	case f.plan == "":
		return usagef("missing --plan: name the file with the edits, or - for standard input")
	case f.out == "":
		return usagef("missing --out: name the folder for the pictures")
	case f.jobs < 1 || f.jobs > batch.MaxJobs:
		return usagef("--jobs: want a number from 1 to %d, got %d", batch.MaxJobs, f.jobs)
	}
	plan, err := p.readPlan(f.plan)
	if err != nil {
		return &usageError{err}
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

// batchUsage marks the errors that come from what was asked for.
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

// work loads the models and does what is left of the plan.
func (p *Program) work(ctx context.Context, f batchFlags, plan batch.Plan, folder *batch.Folder) error {
	return p.with(ctx, engine.Options{Pack: f.pack, Provider: string(f.provider)}, func(s *session) (err error) {
		notice := func(text string) { fmt.Fprintf(p.Stderr, "note: %s\n", text) }
		w, err := folder.Start(ctx, plan, s.Pack(), notice, s.report)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, w.Close()) }()
		if w.Left() > 0 {
			if err := s.Warm(ctx, s.report); err != nil {
				return err
			}
		}
		s.report("Working through the plan", -1)
		tell := func(before string) string {
			n := s.Status().Notice
			if n != before && unusual(n, string(f.provider)) {
				notice(n)
			}
			return n
		}
		before := tell("")
		m := newMeter(p.Stderr)
		counts, err := batch.Run(ctx, s, w, batch.Options{Jobs: f.jobs, Results: p.Stdout, Done: m.done})
		m.end(counts)
		tell(before) // a provider may have failed on the way
		left := counts.Total - counts.Before - counts.OK - counts.Failed
		if left > 0 {
			notice(fmt.Sprintf("%d of %d edits are left: go on with --resume", left, counts.Total))
		}
		switch {
		case err != nil:
			return err
		case counts.Failed > 0:
			return fmt.Errorf("%d of %d edits failed: %s says why; --resume tries them again",
				counts.Failed, counts.Total, filepath.Join(f.out, batch.JournalName))
		}
		return nil
	})
}
