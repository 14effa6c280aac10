package cli

import (
	"github.com/spf13/cobra"

	"deltaedit/engine"
)

func (p *Program) invertCommand() *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:   "invert --out OUT.png IN",
		Short: "Show how the generator reproduces a photo's face, without an edit",
		Args:  exactly(1, "IN, the photo (- for standard input)"),
	}
	t.register(cmd)
	t.registerEngine(cmd)
	t.registerFace(cmd)
	t.registerRefine(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := t.check(args[0]); err != nil {
			return err
		}
		if err := t.engine.check(cmd); err != nil {
			return err
		}
		src, err := p.source(args[0])
		if err != nil {
			return err
		}
		r := t.request()
		ctx := cmd.Context()
		return p.with(ctx, engine.Options{Pack: t.pack, Provider: string(t.provider)}, func(s *session) error {
			subject, err := s.Open(ctx, photoID, src, s.timings, s.report)
			if err != nil {
				return err
			}
			refined, err := s.reconstruct(ctx, &t, r)
			if err != nil {
				return err
			}
			if err := s.ExportReconstruction(ctx, r, t.out, s.timings, s.report); err != nil {
				return err
			}
			res, err := s.result(&t, r, subject, nil)
			if err != nil {
				return err
			}
			res.Refine = refined
			return p.tell(res, &t)
		})
	}
	return cmd
}
