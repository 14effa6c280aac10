package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"deltaedit/engine"
	"deltaedit/engine/face"
	"deltaedit/engine/photo"
	"deltaedit/ui/cli/progress"
)

// photoID is the id under which a command opens its only photo.
const photoID = 1

// outputFlags are the flags of a command that writes an image.
type outputFlags struct {
	out      target
	pack     string
	provider providerValue
	face     faceValue
	faceFlag *pflag.Flag // --face, which --box replaces where it is not given
	box      boxValue
	aligned  bool
	private  bool // omit private metadata
	json     bool
	noCache  bool
	refine   int // number of steps, 0 for no refining
	engine   engineFlags
	file     photo.Encoding // of the file that is written
}

func (f *outputFlags) register(cmd *cobra.Command) {
	f.provider = "auto"
	cmd.Flags().StringVar((*string)(&f.out), "out", "", "PNG, JPEG or WebP file to write, by the ending of its name; - for a PNG on standard output (required)")
	cmd.Flags().Var(whole[int]{&f.file.Quality}, "quality", fmt.Sprintf("quality of a JPEG or WebP, %d to %d (default %d)", photo.MinQuality, photo.MaxQuality, photo.DefaultQuality))
	cmd.Flags().BoolVar(&f.file.Lossless, "lossless", false, "write a WebP without loss: smaller than a PNG, and slower")
	cmd.Flags().Var(whole[int]{&f.file.Longest}, "longest", "reduce the picture so that its longer side has so many pixels (default: its own size)")
	packFlag(cmd, &f.pack)
	f.provider.register(cmd)
	cmd.Flags().BoolVar(&f.json, "json", false, "print one JSON object on stdout")
}

func (f *outputFlags) registerFace(cmd *cobra.Command) {
	f.face.register(cmd, "which face to edit: 1 is the largest clear one; all edits every clear one")
	f.faceFlag = cmd.Flags().Lookup("face")
	cmd.Flags().Var(&f.box, "box", "draw a box around a face that is not found without it, in pixels of the upright photo; that face is edited unless --face names another")
	noCacheFlag(cmd, &f.noCache)
	cmd.Flags().BoolVar(&f.aligned, "aligned", false, "write the aligned square face instead of the whole photo")
	cmd.Flags().BoolVar(&f.private, "strip-private", false, "leave the place, serial numbers, names and comments of the photo out of the file")
}

// noCacheFlag adds the flag --no-cache.
func noCacheFlag(cmd *cobra.Command, to *bool) {
	cmd.Flags().BoolVar(to, "no-cache", false, "neither use nor keep the reconstruction of a face in the cache folder")
}

// maxRefine is the maximum of --refine, far more than the number of steps that still
// improve the result.
const maxRefine = 2000

func (f *outputFlags) registerRefine(cmd *cobra.Command) {
	cmd.Flags().Var(whole[int]{&f.refine}, "refine", fmt.Sprintf("refine the reconstruction in so many steps, 0 to %d, about half a second each; 60 are enough", maxRefine))
}

func (f *outputFlags) registerEngine(cmd *cobra.Command) {
	f.engine.kind.value = engine.GAN.String()
	f.engine.register(cmd, "what draws the face: gan is fast, diffusion keeps more of the photo")
}

// check finds mistakes in the flags and file names before any work is done.
func (f *outputFlags) check(in string) error {
	if f.box.box != nil && !f.faceFlag.Changed {
		f.face = engine.MarkedFace
	}
	switch {
	case f.refine < 0 || f.refine > maxRefine:
		return usagef("--refine is %d: want 0 to %d steps", f.refine, maxRefine)
	case f.aligned && f.face == engine.AllFaces:
		return usagef("--aligned shows one face: choose it with --face N")
	}
	if err := f.checkFile(); err != nil {
		return err
	}
	return f.out.check(in, f.json)
}

// checkFile finds mistakes in the flags about the file that is written.
func (f *outputFlags) checkFile() error {
	if err := f.file.Check(); err != nil {
		return usagef("--%w", err)
	}
	format, _ := photo.FormatOf(string(f.out))
	switch {
	case f.file.Quality != 0 && format == photo.PNG:
		return usagef("--quality is for a JPEG or a WebP: let the name of --out end in .jpg or .webp, or leave --quality out")
	case f.file.Lossless && format != photo.WebP:
		return usagef("--lossless is for a WebP: let the name of --out end in .webp, or leave --lossless out")
	case f.file.Lossless && f.file.Quality != 0:
		return usagef("--lossless and --quality exclude each other: leave one out")
	}
	return nil
}

// request returns the request that the flags describe, for the whole photo or the
// aligned face.
func (f *outputFlags) request() engine.Request {
	r := engine.Request{Photo: photoID, Face: int(f.face), Aligned: f.aligned, Threshold: -1, Quality: engine.QualityRest, StripPrivate: f.private, File: f.file}
	f.engine.set(&r)
	return r
}

// options returns the pack and the provider that the flags name.
func (f *outputFlags) options() engine.Options {
	return engine.Options{Pack: f.pack, Provider: string(f.provider), Brief: true, KeepInversions: !f.noCache}
}

// writePicture opens the photo named by an argument, reconstructs the request's faces,
// calls draw with the request to write the image, and prints the result with the reports that draw
// returns.
func (p *Program) writePicture(ctx context.Context, in string, f *outputFlags, r engine.Request, draw func(*job, engine.Request) ([]engine.PromptReport, error)) error {
	src, err := p.source(in)
	if err != nil {
		return err
	}
	src.Boxes = f.box.boxes()
	o := f.options()
	o.Photo = src.Path
	return p.withModels(ctx, o, func(j *job) error {
		j.Expect(r)
		subject, err := j.Open(ctx, photoID, src, j.timings, j.progress)
		switch {
		case errors.Is(err, face.ErrBox):
			return &usageError{err}
		case err != nil:
			return err
		}
		r.Face = subject.Chosen(r.Face)
		f.face = faceValue(r.Face)
		refined, err := j.reconstruct(ctx, f, r)
		if err != nil {
			return err
		}
		prompts, err := draw(j, r)
		if err != nil {
			return err
		}
		res, err := j.result(f, r, subject, prompts)
		if err != nil {
			return err
		}
		res.Refine = refined
		return p.printResult(res, f)
	})
}

// job is a running command: its models and its times.
type job struct {
	Studio
	start    time.Time
	verify   time.Duration // time to find and check the pack
	timings  engine.Timings
	say      func(text string)
	progress engine.ProgressFunc
}

// reconstruct inverts the request's faces, and refines them if --refine is given;
// otherwise the result is nil.
func (j *job) reconstruct(ctx context.Context, f *outputFlags, r engine.Request) (*refineResult, error) {
	j.say("Reconstructing the face")
	if err := j.Invert(ctx, r, j.timings); err != nil || f.refine == 0 {
		return nil, err
	}
	faces, err := j.Refine(ctx, r, f.refine, j.timings, j.progress)
	if err != nil {
		return nil, err
	}
	return newRefineResult(faces), nil
}

// withModels loads the pack, runs work with progress on stderr, and closes the pack.
func (p *Program) withModels(ctx context.Context, o engine.Options, work func(*job) error) error {
	pr := progress.New(p.Stderr)
	defer pr.End()
	pr.Say("Loading the models")
	start := time.Now()
	s, err := p.Load(ctx, o, pr.Report)
	if err != nil {
		return err
	}
	err = work(&job{Studio: s, start: start, verify: time.Since(start), timings: engine.Timings{}, say: pr.Say, progress: pr.Report})
	return errors.Join(err, s.Close())
}

// source returns the photo named by an argument; "-" is standard input.
func (p *Program) source(arg string) (engine.Source, error) {
	if arg != "-" {
		return engine.Source{Path: arg}, nil
	}
	data, err := io.ReadAll(io.LimitReader(p.Stdin, photo.MaxBytes+1))
	if err != nil {
		return engine.Source{}, fmt.Errorf("read standard input: %w", err)
	}
	return engine.Source{Name: "standard input", Data: data}, nil
}
