package cli

import (
	"github.com/spf13/cobra"

	"deltaedit/engine"
)

func (p *Program) randomCommand() *cobra.Command {
	var t target
	var seed int64
	truncation := number{value: engine.DefaultTruncation, min: 0, max: 2}
	cmd := &cobra.Command{
		Use:   "random --seed N --out OUT.png",
		Short: "Make a face that does not exist; the same seed makes the same picture",
		Args:  exactly(0, ""),
	}
	cmd.Flags().Int64Var(&seed, "seed", 0, "any whole number (required)")
	cmd.Flags().Var(&truncation, "truncation", "0 is the mean face, 1 the generator's whole range")
	t.register(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if !cmd.Flags().Changed("seed") {
			return usagef("missing --seed: give any whole number")
		}
		if err := t.check(""); err != nil {
			return err
		}
		ctx := cmd.Context()
		return p.with(ctx, engine.Options{Pack: t.pack, Provider: string(t.provider)}, func(s *session) error {
			subject, err := s.Generate(ctx, photoID, seed, truncation.value, s.timings, s.report)
			if err != nil {
				return err
			}
			r := t.request()
			if err := s.Export(ctx, r, t.out, s.timings, s.report); err != nil {
				return err
			}
			res, err := s.result(&t, r, subject, nil)
			if err != nil {
				return err
			}
			return p.tell(res, &t)
		})
	}
	return cmd
}
