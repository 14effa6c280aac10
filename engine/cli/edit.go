package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"deltaedit/engine"
	"deltaedit/engine/prompt"
)

func (p *Program) editCommand() *cobra.Command {
	var t target
	var sources, targets []string
	var ss strengths
	threshold := number{value: -1, min: 0, max: 1}
	cmd := &cobra.Command{
		Use:   "edit --source S --target T --out OUT.png IN",
		Short: "Edit a photo with words",
		Long: `Edits one photo. --source says what it shows, --target what it should show, both
in words. Repeat --source, --target and --strength to stack edits; the n-th of
each belong together.

The whole photo is written as a PNG in its own colour space and depth, with its
colour profile and camera data; --strip-private leaves out of these what tells of
place, people and devices.

--engine diffusion starts from the photo itself instead of the generator's idea of
it: slower, and nearer to this person. It draws at 256² pixels; finer detail stays
the photo's, also with --aligned.`,
		Example: `  deltaedit edit --source face --target "smiling face" --out smile.png photo.jpg
  deltaedit edit --source face --target "old face" --strength -1 \
      --source face --target "face with a beard" --out out.png photo.jpg`,
		Args: exactly(1, "IN, the photo to edit (- for standard input)"),
	}
	cmd.Flags().StringArrayVar(&sources, "source", nil, "what the photo shows; repeatable (required)")
	cmd.Flags().StringArrayVar(&targets, "target", nil, "what it should show; repeatable (required)")
	cmd.Flags().Var(&ss, "strength", "1 is plainly visible, 0 nothing, negative the other way; repeatable (default 1 for each edit)")
	cmd.Flags().Var(&threshold, "threshold", "relevance threshold, 0 to 1: higher touches less (default the pack's own)")
	t.register(cmd)
	t.registerEngine(cmd)
	t.registerFace(cmd)
	t.registerRefine(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		edits, err := pair(sources, targets, ss)
		if err != nil {
			return err
		}
		if err := t.check(args[0]); err != nil {
			return err
		}
		if err := t.engine.check(cmd); err != nil {
			return err
		}
		if err := filled(edits); err != nil {
			return err
		}
		src, err := p.source(args[0])
		if err != nil {
			return err
		}
		r := t.request()
		r.Edits = edits
		if threshold.set {
			r.Threshold = threshold.value
		}
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
			s.report("Reading the prompts", -1)
			prompts, err := s.Directions(ctx, r, s.timings)
			if err != nil {
				return err
			}
			if err := s.Export(ctx, r, t.out, s.timings, s.report); err != nil {
				return err
			}
			res, err := s.result(&t, r, subject, prompts)
			if err != nil {
				return err
			}
			res.Refine = refined
			return p.tell(res, &t)
		})
	}
	return cmd
}

// pair joins the repeated flags; an edit without a strength has 1.
func pair(sources, targets []string, ss []float64) ([]engine.Edit, error) {
	switch {
	case len(sources) == 0 && len(targets) == 0:
		return nil, usagef("missing --source and --target: say what the photo shows and what it should show")
	case len(sources) != len(targets):
		return nil, usagef("%d --source and %d --target: want one of each for every edit", len(sources), len(targets))
	case len(ss) > len(sources):
		return nil, usagef("%d --strength for %d edits: want at most one for every edit", len(ss), len(sources))
	}
	edits := make([]engine.Edit, len(sources))
	for i := range edits {
		edits[i] = engine.Edit{Source: sources[i], Target: targets[i], Strength: 1}
		if i < len(ss) {
			edits[i].Strength = ss[i]
		}
	}
	return edits, nil
}

// filled refuses empty prompts before any model is loaded.
func filled(edits []engine.Edit) error {
	for i, e := range edits {
		for _, side := range []struct{ flag, text string }{{"source", e.Source}, {"target", e.Target}} {
			if strings.TrimSpace(side.text) == "" {
				return fmt.Errorf("--%s of edit %d: %w", side.flag, i+1, prompt.ErrEmptyPrompt)
			}
		}
	}
	return nil
}
