package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"deltaedit/engine"
	"deltaedit/engine/photo"
)

// photoID is the id under which a command's only photo is opened.
const photoID = 1

// target is the set of flags of a command that writes a picture.
type target struct {
	out      string
	pack     string
	provider providerValue
	face     faceValue
	aligned  bool
	private  bool // leave private data out
	json     bool
	refine   int // steps, 0 for none
	engine   engineFlags
}

func (t *target) register(cmd *cobra.Command) {
	t.provider = "auto"
	cmd.Flags().StringVar(&t.out, "out", "", "PNG file to write (required)")
	packFlag(cmd, &t.pack)
	t.provider.register(cmd)
	cmd.Flags().BoolVar(&t.json, "json", false, "print one JSON object on stdout")
}

func (t *target) registerFace(cmd *cobra.Command) {
	t.face.register(cmd)
	cmd.Flags().BoolVar(&t.aligned, "aligned", false, "write the aligned square face instead of the whole photo")
	cmd.Flags().BoolVar(&t.private, "strip-private", false, "leave place, serial numbers, names and comments of the photo out of the file")
}

// maxRefine bounds --refine: far beyond what still makes a difference.
const maxRefine = 2000

func (t *target) registerRefine(cmd *cobra.Command) {
	cmd.Flags().IntVar(&t.refine, "refine", 0, "steps that fit the reconstruction to this photo, about half a second each; 60 are plenty")
}

func (t *target) registerEngine(cmd *cobra.Command) {
	t.engine.kind.value = engine.GAN.String()
	t.engine.register(cmd, "what draws the face: gan is fast, diffusion more faithful")
}

// check finds mistakes in the flags and in the names of files before any work.
func (t *target) check(in string) error {
	switch ext := strings.ToLower(filepath.Ext(t.out)); {
	case t.out == "":
		return usagef("missing --out: name the PNG file to write")
	case slices.Contains([]string{".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"}, ext):
		return usagef("--out is %s, but a PNG is written: let the name end in .png", t.out)
	case t.refine < 0 || t.refine > maxRefine:
		return usagef("--refine is %d: want 0 to %d steps", t.refine, maxRefine)
	case t.aligned && t.face == engine.AllFaces:
		return usagef("--aligned shows one face: choose it with --face N")
	}
	err := photo.CheckTarget(t.out, in)
	if errors.Is(err, photo.ErrWouldOverwriteSource) {
		return usagef("--out: %w", photo.ErrWouldOverwriteSource)
	}
	return err
}

// request is the whole-photo or aligned request that the flags describe.
func (t *target) request() engine.Request {
	r := engine.Request{Photo: photoID, Face: int(t.face), Aligned: t.aligned, Threshold: -1, Quality: engine.QualityRest, StripPrivate: t.private}
	t.engine.set(&r)
	return r
}

// session is a loaded pack with the clock of a command.
type session struct {
	Studio
	start   time.Time
	verify  time.Duration // of finding and checking the pack
	timings engine.Timings
	report  engine.Report
}

// reconstruct inverts the request's faces, and refines them where --refine asks
// for it. The result is nil where it does not.
func (s *session) reconstruct(ctx context.Context, t *target, r engine.Request) (*refineResult, error) {
	s.report("Reconstructing the face", -1)
	if err := s.Invert(ctx, r, s.timings); err != nil || t.refine == 0 {
		return nil, err
	}
	faces, err := s.Refine(ctx, r, t.refine, s.timings, s.report)
	if err != nil {
		return nil, err
	}
	return newRefineResult(faces), nil
}

// with loads the pack, runs the work with progress on stderr, and closes it.
func (p *Program) with(ctx context.Context, o engine.Options, work func(*session) error) error {
	pr := newProgress(p.Stderr)
	defer pr.end()
	pr.report("Loading the models", -1)
	start := time.Now()
	s, err := p.Load(ctx, o, pr.report)
	if err != nil {
		return err
	}
	err = work(&session{Studio: s, start: start, verify: time.Since(start), timings: engine.Timings{}, report: pr.report})
	return errors.Join(err, s.Close())
}

// source is the photo that an argument names: "-" is standard input.
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
