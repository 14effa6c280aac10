package cli

import (
	"errors"

	"github.com/spf13/cobra"
)

func (p *Program) batchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "batch --plan PLAN.jsonl --out DIR",
		Short: "Many edits (not available yet)",
		Args:  exactly(0, ""),
		RunE: func(*cobra.Command, []string) error {
			return errors.New("batch is not available yet: call edit once for each picture")
		},
	}
	cmd.Flags().String("plan", "", "edits, one JSON object a line")
	cmd.Flags().String("out", "", "folder for the pictures")
	cmd.Flags().Bool("resume", false, "go on where a run was stopped")
	return cmd
}
