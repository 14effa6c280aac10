package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"deltaedit/assets"
	"deltaedit/engine"
	"deltaedit/ui/cli/bench"
	"deltaedit/ui/cli/progress"
)

func (p *Program) benchCommand() *cobra.Command {
	var asJSON bool
	var pack string
	runs := 5
	var soak time.Duration
	var eng engineFlags
	provider := providerValue("auto")
	cmd := &cobra.Command{
		Use:   "bench [IN]",
		Short: "Measure each part of an edit on this machine",
		Long: `Measures each part of an edit on this machine and prints medians and 95th percentiles
in milliseconds. Without a photo the first built-in sample is used. Every run starts
with the file and uses new prompts. Then the slider is dragged for three seconds.
Before all this the program's window is opened and closed a few times: cold_window is
the time until it is shown, cold_ready the time until the models are loaded. Without a
display this is left out. cold_edit is the time that the command edit takes for the photo,
cold_edit_again that of the same once more, when its reconstruction is kept.

If the pack has a diffusion, it is measured too: once from the photo to noise and back,
then at most three edits with the pack's number of steps or --steps, drawn step by
step. --engine gan leaves the diffusion out; --engine diffusion requires it.

--soak runs a soak test of that length instead. It changes photos (all samples when
none is named), prompts and the slider. It fails when memory has grown by more than 5 %
since the first minute, or when the number of goroutines, threads or open files has
grown. With --engine diffusion the diffusion draws each picture of a resting slider.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("too many arguments: %q; one photo is measured", args[1:])
			}
			if runs < 1 || runs > 100 {
				return usagef("--runs is %d: want 1 to 100", runs)
			}
			if err := eng.check(cmd); err != nil {
				return err
			}
			ctx, o := cmd.Context(), engine.Options{Pack: pack, Provider: string(provider)}
			if soak != 0 {
				return p.soak(ctx, o, &eng, args, soak, asJSON)
			}
			src, err := p.benchPhoto(args)
			if err != nil {
				return err
			}
			cold, coldErr := bench.ColdStart(ctx, p.Executable, o, runs)
			if coldErr != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				fmt.Fprintf(p.Stderr, "deltaedit: %v\n", coldErr)
			}
			edit, editErr := bench.ColdEdit(ctx, p.Executable, o, src, runs)
			if editErr != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				fmt.Fprintf(p.Stderr, "deltaedit: %v\n", editErr)
			}
			start := time.Now()
			return p.withModels(ctx, o, func(j *job) error {
				if err := j.Warm(ctx, j.progress); err != nil {
					return err
				}
				load := time.Since(start)
				res, err := bench.Run(ctx, j, src, runs, j.say)
				if err == nil && (eng.kind.value == engine.Diffusion.String() || eng.kind.value == "" && j.Status().DiffusionSteps > 0) {
					err = res.AddDiffusion(ctx, j, eng.steps, runs, j.say)
				}
				if err != nil {
					return err
				}
				res.Extra["load"] = bench.Milliseconds(load)
				if coldErr == nil {
					res.Extra["cold_window"], res.Extra["cold_ready"] = bench.Milliseconds(cold.Window), bench.Milliseconds(cold.Ready)
				}
				if editErr == nil {
					res.Extra["cold_edit"], res.Extra["cold_edit_again"] = bench.Milliseconds(edit.First), bench.Milliseconds(edit.Again)
				}
				if asJSON {
					return printJSON(p.Stdout, res)
				}
				return res.Print(p.Stdout)
			})
		},
	}
	packFlag(cmd, &pack)
	provider.register(cmd)
	eng.register(cmd, "what to measure: gan, diffusion (with the gan); by default what the pack has")
	cmd.Flags().Var(whole[int]{&runs}, "runs", "number of runs, 1 to 100")
	cmd.Flags().DurationVar(&soak, "soak", 0, "run a soak test of this length, such as 10m, which looks for leaks")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on stdout")
	return cmd
}

// soak runs the soak test, which looks for growing resources.
func (p *Program) soak(ctx context.Context, o engine.Options, e *engineFlags, args []string, long time.Duration, asJSON bool) error {
	if long < time.Second {
		return usagef("--soak is %v: want a second or more", long)
	}
	photos, err := p.soakPhotos(args)
	if err != nil {
		return err
	}
	pr := progress.New(p.Stderr)
	defer pr.End()
	load := func(ctx context.Context, progress engine.ProgressFunc) (bench.Studio, error) {
		return p.Load(ctx, o, progress)
	}
	var like engine.Request
	e.set(&like)
	r, err := bench.Soak(ctx, load, like.Renderer, like.Steps, photos, long, pr.Say)
	pr.End()
	if err != nil {
		return err
	}
	if asJSON {
		err = printJSON(p.Stdout, r)
	} else {
		err = r.Print(p.Stdout)
	}
	return errors.Join(err, r.Grown())
}

// benchPhoto returns the named photo, or else a sample, or (without samples) an empty
// source, for which a face is generated.
func (p *Program) benchPhoto(args []string) (engine.Source, error) {
	if len(args) == 1 {
		return p.source(args[0])
	}
	samples, err := assets.Samples()
	if err != nil || len(samples) == 0 {
		return engine.Source{}, err
	}
	return engine.Source{Name: samples[0].Name, Data: samples[0].Data}, nil
}

// soakPhotos returns the named photo, or all samples.
func (p *Program) soakPhotos(args []string) ([]engine.Source, error) {
	if len(args) == 1 {
		src, err := p.source(args[0])
		if err == nil && src.Path != "" {
			src.Name = src.Path
			src.Data, err = os.ReadFile(src.Path)
		}
		return []engine.Source{src}, err
	}
	samples, err := assets.Samples()
	var out []engine.Source
	for _, s := range samples {
		out = append(out, engine.Source{Name: s.Name, Data: s.Data})
	}
	return out, err
}
