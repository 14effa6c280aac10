package cli

import (
	"github.com/spf13/cobra"

	"deltaedit/engine"
)

func (p *Program) invertCommand() *cobra.Command {
	var f outputFlags
	cmd := &cobra.Command{
		Use:   "invert --out OUT.png IN",
		Short: "Write the reconstruction of a photo's face, without an edit",
		Args:  exactly(1, "IN, the photo (- for standard input)"),
	}
	f.register(cmd)
	f.registerEngine(cmd)
	f.registerFace(cmd)
	f.registerRefine(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := f.check(args[0]); err != nil {
			return err
		}
		if err := f.engine.check(cmd); err != nil {
			return err
		}
		r, ctx := f.request(), cmd.Context()
		return p.writePicture(ctx, args[0], &f, r, func(j *job, r engine.Request) ([]engine.PromptReport, error) {
			return nil, p.writeTo(ctx, f.out, func(path string) error {
				return j.ExportReconstruction(ctx, r, path, j.timings, j.progress)
			})
		})
	}
	return cmd
}
