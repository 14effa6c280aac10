package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"deltaedit/assets"
	"deltaedit/engine"
	"deltaedit/engine/photo"
	"deltaedit/ui/cli/sheet"
	"deltaedit/ui/contactsheet"
	"deltaedit/ui/variant"
)

// sheetFlags are the flags of the command sheet.
type sheetFlags struct {
	outputFlags
	sources, targets, presets []string
	strengths                 sheet.Strengths
	size                      int
	whole                     bool
}

func (p *Program) sheetCommand() *cobra.Command {
	f := &sheetFlags{size: 256, strengths: append(sheet.Strengths{0}, variant.Strengths...)}
	cmd := &cobra.Command{
		Use:   "sheet --source S --target T --out OUT.png IN",
		Short: "Draw several edits at several strengths on one picture",
		Long: `Draws a contact sheet of one photo: a row for each edit, a column for each strength,
with captions. Repeat --source and --target for more rows; the n-th of each belong
together. --preset adds the row of a preset of the window, the rows of a group of
them, or all, below the others.

The pictures show the face and its surroundings, or with --whole the whole photo.`,
		Example: `  deltaedit sheet --preset hair --out hair.png photo.jpg
  deltaedit sheet --source face --target "smiling face" --strengths -1,0,1 \
      --preset older --size 400 --out sheet.png photo.jpg`,
		Args: exactly(1, "IN, the photo to edit (- for standard input)"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.sheet(cmd, f, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.sources, "source", nil, "what the photo shows; repeatable")
	flags.StringArrayVar(&f.targets, "target", nil, "what it should show; repeatable")
	flags.StringArrayVar(&f.presets, "preset", nil, "a preset or a group of presets of the window, by its English name, or all; repeatable")
	flags.Var(&f.strengths, "strengths", fmt.Sprintf("strengths of the columns, -%[1]d to %[1]d, with commas between them", engine.MaxStrength))
	flags.Var(whole[int]{&f.size}, "size", fmt.Sprintf("side of a picture on the sheet in pixels, %d to %d", contactsheet.MinSide, contactsheet.MaxSide))
	flags.BoolVar(&f.whole, "whole", false, "show the whole photo and not the face alone")
	f.register(cmd)
	f.registerEngine(cmd)
	f.face.register(cmd, "which face to edit: 1 is the largest clear one; all edits every clear one, and wants --whole")
	return cmd
}

// sheet makes all checks before it loads the models.
func (p *Program) sheet(cmd *cobra.Command, f *sheetFlags, in string) error {
	rows, err := f.rows()
	if err != nil {
		return err
	}
	if f.face == engine.AllFaces && !f.whole {
		return usagef("--face all edits several faces: add --whole to see them")
	}
	if err := f.check(in); err != nil {
		return err
	}
	if err := f.engine.check(cmd); err != nil {
		return err
	}
	layout := f.layout(rows)
	format, _ := photo.FormatOf(string(f.out))
	if err := cmp.Or(layout.Check(), format.CheckSize(f.file.Size(layout.Size()))); err != nil {
		return &usageError{err}
	}
	src, err := p.source(in)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	return p.withModels(ctx, f.options(), func(j *job) error {
		subject, err := j.Open(ctx, photoID, src, j.timings, j.progress)
		if err != nil {
			return err
		}
		return p.drawSheet(ctx, j, f, subject, rows)
	})
}

// rows returns the rows that the flags ask for.
func (f *sheetFlags) rows() ([]contactsheet.Row, error) {
	var edits []engine.Edit
	if len(f.sources)+len(f.targets) > 0 || len(f.presets) == 0 {
		var err error
		if edits, err = joinEdits(f.sources, f.targets, nil, nil); err != nil {
			return nil, err
		}
		if err := checkPrompts(edits); err != nil {
			return nil, err
		}
	}
	groups, err := assets.Presets()
	if err != nil {
		return nil, err
	}
	rows, err := sheet.Rows(edits, f.presets, groups)
	if err != nil {
		return nil, usagef("--preset: %w", err)
	}
	return rows, nil
}

// layout returns the sheet as far as its size goes.
func (f *sheetFlags) layout(rows []contactsheet.Row) contactsheet.Sheet {
	return contactsheet.Sheet{Title: "-", Rows: make([]string, len(rows)), Columns: make([]string, len(f.strengths)), Side: f.size}
}

// drawSheet draws the sheet of an open photo, writes it and prints the result.
func (p *Program) drawSheet(ctx context.Context, j *job, f *sheetFlags, subject engine.Subject, rows []contactsheet.Row) error {
	r := f.request()
	for _, row := range rows {
		r.Edits = append(r.Edits, row.Edits...)
	}
	if _, err := j.reconstruct(ctx, &f.outputFlags, r); err != nil {
		return err
	}
	j.say("Reading the prompts")
	prompts, err := j.Directions(ctx, r, j.timings)
	if err != nil {
		return err
	}
	base := r.WithoutEdits()
	if face := max(r.Face, 0); !f.whole && face < len(subject.Faces) {
		base.Region = variant.Closeup(subject.Faces[face].Box, subject.Size)
	}
	pack := j.Pack()
	note := fmt.Sprintf("%s · %s %s · %s", engine.Program, pack.Name, pack.Version, r.Renderer)
	work, err := contactsheet.NewJob(subject.Name, note, base, rows, f.strengths, f.size)
	if err != nil {
		return err
	}
	j.say("Drawing the pictures")
	err = work.Run(ctx, j.drawFully, func(done, total int) {
		j.progress(engine.Task{Kind: engine.TaskSheet}, float64(done)/float64(total))
	})
	if err != nil {
		return err
	}
	img := work.Image()
	err = p.writeTo(ctx, f.out, func(path string) error {
		format, _ := photo.FormatOf(path)
		return photo.Write(path, img, format, f.file, photo.Metadata{Source: subject.Path, Text: map[string]string{"Software": engine.Program}})
	})
	if err != nil {
		return err
	}
	res, err := j.result(&f.outputFlags, r, subject, prompts)
	if err != nil {
		return err
	}
	size := f.file.Size(img.Rect.Size())
	res.Size, res.Strengths, res.Cell = [2]int{size.X, size.Y}, slices.Clone(f.strengths), f.size
	return p.printResult(res, &f.outputFlags)
}

// drawFully draws a request at full size.
func (j *job) drawFully(ctx context.Context, r engine.Request, c engine.FrameImage) error {
	if r.Renderer == engine.Diffusion && !r.Untouched() {
		if err := j.Diffuse(ctx, r, j.timings, func(engine.DiffusionStep) error { return nil }); err != nil {
			return err
		}
	}
	return j.Draw(ctx, r, engine.StageFinal, c, j.timings)
}
