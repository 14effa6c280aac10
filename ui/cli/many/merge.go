package many

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"deltaedit/engine/batch"
)

// MergeCommand returns the command merge.
func (e Env) MergeCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "merge --out DIR",
		Short: "Put the shards of a batch together",
		Long: `Moves the pictures and results that "batch --out DIR --shard I/N" has put into folders
inside DIR into DIR itself. Every picture is checked. The command can be killed and
repeated, and run again when more shards are done. After it,
"batch --plan PLAN.jsonl --out DIR --resume" does what is missing or has failed.

Exit status: 0 merged and nothing failed, 1 something failed, 2 wrong usage.`,
		Args: e.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if dir == "" {
				return e.usagef("missing --out: name the folder that holds those of the shards")
			}
			folder, err := batch.OpenFolder(dir, true)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, folder.Close()) }()
			ok, failed, err := folder.Merge(cmd.Context(), e.notice)
			switch {
			case errors.Is(err, batch.ErrNoShards):
				return e.Usage(err)
			case err != nil:
				return err
			case failed > 0:
				return fmt.Errorf("%d of %d edits failed: batch --resume tries them again", failed, ok+failed)
			}
			fmt.Fprintf(e.Stderr, "%d edits in %s\n", ok, dir)
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "out", "", "folder of the batch, which holds those of the shards (required)")
	return cmd
}
