package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"deltaedit/engine"
	"deltaedit/engine/mask"
	"deltaedit/engine/prompt"
)

func (p *Program) editCommand() *cobra.Command {
	var f outputFlags
	var sources, targets []string
	var ss strengths
	var rs regions
	threshold := thresholdValue(ownThreshold)
	cmd := &cobra.Command{
		Use:   "edit --source S --target T --out OUT.png IN",
		Short: "Edit a photo with words",
		Long: `Edits one photo. --source says what it shows, --target what it should show, both
in words. Repeat --source, --target, --strength and --region to stack edits; the
n-th of each belong together.

--region limits an edit to regions of the face, such as hair,mouth; a - before one
leaves it out, as in person,-hair, or alone: -hair is everything but the hair. Outside
of them no pixel changes. The regions are ` + strings.Join(mask.Names(), ", ") + `;
lips and teeth are the mouth. A model pack without a parser tells no regions apart.

The whole photo is written as a PNG in its own colour space and depth, with its
colour profile and camera data. --strip-private leaves out what this data says about
place, people and devices.

--engine diffusion starts from the photo itself instead of its reconstruction by the
generator. It is slower and keeps more of the person. It draws at 256² pixels; finer
detail is that of the photo, also with --aligned.`,
		Example: `  deltaedit edit --source face --target "smiling face" --out smile.png photo.jpg
  deltaedit edit --source face --target "old face" --strength -1 \
      --source face --target "face with a beard" --out out.png photo.jpg
  deltaedit edit --source face --target "face with red hair" --region hair \
      --out out.png photo.jpg`,
		Args: exactly(1, "IN, the photo to edit (- for standard input)"),
	}
	cmd.Flags().StringArrayVar(&sources, "source", nil, "what the photo shows; repeatable (required)")
	cmd.Flags().StringArrayVar(&targets, "target", nil, "what it should show; repeatable (required)")
	cmd.Flags().Var(&ss, "strength", fmt.Sprintf("-%[1]d to %[1]d: 1 is clearly visible, 0 changes nothing, negative is the opposite edit; repeatable (default 1 for each edit)", engine.MaxStrength))
	cmd.Flags().Var(&rs, "region", "where the edit may change the picture, with commas: "+strings.Join(mask.Names(), ", ")+"; - before a name leaves it out; repeatable (default all, which is everywhere)")
	cmd.Flags().Var(&threshold, "threshold", "relevance threshold, 0 to 1: higher touches less; -1 is what suits the edit")
	f.register(cmd)
	f.registerEngine(cmd)
	f.registerFace(cmd)
	f.registerRefine(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		edits, err := joinEdits(sources, targets, ss, rs)
		if err != nil {
			return err
		}
		if err := f.check(args[0]); err != nil {
			return err
		}
		if err := f.engine.check(cmd); err != nil {
			return err
		}
		if err := checkPrompts(edits); err != nil {
			return err
		}
		r := f.request()
		r.Edits = edits
		r.Threshold = float64(threshold)
		ctx := cmd.Context()
		return p.writePicture(ctx, args[0], &f, r, func(j *job, r engine.Request) ([]engine.PromptReport, error) {
			j.say("Reading the prompts")
			prompts, err := j.Directions(ctx, r, j.timings)
			if err != nil {
				return nil, err
			}
			return prompts, p.writeTo(ctx, f.out, func(path string) error {
				return j.Export(ctx, r, path, j.timings, j.progress)
			})
		})
	}
	return cmd
}

// joinEdits combines the repeated flags. An edit without a strength gets 1, one without
// regions reaches everywhere.
func joinEdits(sources, targets []string, ss []float64, rs []mask.Mask) ([]engine.Edit, error) {
	switch {
	case len(sources) == 0 && len(targets) == 0:
		return nil, usagef("missing --source and --target: say what the photo shows and what it should show")
	case len(sources) != len(targets):
		return nil, usagef("%d --source and %d --target: want one of each for every edit", len(sources), len(targets))
	case len(ss) > len(sources):
		return nil, usagef("%d --strength for %d edits: want at most one for every edit", len(ss), len(sources))
	case len(rs) > len(sources):
		return nil, usagef("%d --region for %d edits: want at most one for every edit, with commas between regions", len(rs), len(sources))
	}
	edits := make([]engine.Edit, len(sources))
	for i := range edits {
		edits[i] = engine.Edit{Source: sources[i], Target: targets[i], Strength: 1}
		if i < len(ss) {
			edits[i].Strength = ss[i]
		}
		if i < len(rs) {
			edits[i].Mask = rs[i]
		}
	}
	return edits, nil
}

// checkPrompts rejects empty prompts before any model is loaded.
func checkPrompts(edits []engine.Edit) error {
	for i, e := range edits {
		for _, side := range []struct{ flag, text string }{{"source", e.Source}, {"target", e.Target}} {
			if strings.TrimSpace(side.text) == "" {
				return fmt.Errorf("--%s of edit %d: %w", side.flag, i+1, prompt.ErrEmptyPrompt)
			}
		}
	}
	return nil
}
