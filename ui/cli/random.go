package cli

import (
	"github.com/spf13/cobra"

	"deltaedit/engine"
)

func (p *Program) randomCommand() *cobra.Command {
	var f outputFlags
	var seed int64
	truncation := number{value: engine.DefaultTruncation, min: 0, max: 2}
	cmd := &cobra.Command{
		Use:   "random --seed N --out OUT.png",
		Short: "Make a face that does not exist; the same seed makes the same picture",
		Args:  exactly(0, ""),
	}
	cmd.Flags().Var(whole[int64]{&seed}, "seed", "any whole number (required)")
	cmd.Flags().Var(&truncation, "truncation", "0 to 2: 0 is the mean face, 1 the generator's whole range")
	f.register(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if !cmd.Flags().Changed("seed") {
			return usagef("missing --seed: give any whole number")
		}
		if err := f.check(""); err != nil {
			return err
		}
		ctx, o := cmd.Context(), f.options()
		o.Brief = false // it inverts nothing, so the fastest provider is worth its start
		return p.withModels(ctx, o, func(j *job) error {
			subject, err := j.Generate(ctx, photoID, seed, truncation.value, j.timings, j.progress)
			if err != nil {
				return err
			}
			r := f.request()
			err = p.writeTo(ctx, f.out, func(path string) error {
				return j.Export(ctx, r, path, j.timings, j.progress)
			})
			if err != nil {
				return err
			}
			res, err := j.result(&f, r, subject, nil)
			if err != nil {
				return err
			}
			return p.printResult(res, &f)
		})
	}
	return cmd
}
