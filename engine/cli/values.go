package cli

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"deltaedit/engine"
	"deltaedit/engine/onnx"
)

// number is a flag for a finite number in a range.
type number struct {
	value    float64
	min, max float64
	set      bool
}

func (n *number) String() string { return strconv.FormatFloat(n.value, 'g', -1, 64) }
func (n *number) Type() string   { return "number" }

// Set is for pflag.
func (n *number) Set(s string) error {
	v, err := parseNumber(s, n.min, n.max)
	if err != nil {
		return err
	}
	n.value, n.set = v, true
	return nil
}

func parseNumber(s string, lo, hi float64) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("want a number, got %q", s)
	}
	if v < lo || v > hi {
		return 0, fmt.Errorf("want a number from %g to %g, got %s", lo, hi, s)
	}
	return v, nil
}

// strengths is the repeated --strength.
type strengths []float64

func (s *strengths) String() string { return "" }
func (s *strengths) Type() string   { return "number" }

// Set is for pflag.
func (s *strengths) Set(text string) error {
	v, err := parseNumber(text, -engine.MaxStrength, engine.MaxStrength)
	if err != nil {
		return err
	}
	*s = append(*s, v)
	return nil
}

// faceValue is --face: people count from 1, requests from 0.
type faceValue int

func (f *faceValue) String() string {
	if *f == engine.AllFaces {
		return "all"
	}
	return strconv.Itoa(int(*f) + 1)
}

func (f *faceValue) Type() string { return "N|all" }

// Set is for pflag.
func (f *faceValue) Set(s string) error {
	if s == "all" {
		*f = engine.AllFaces
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return fmt.Errorf("want a number from 1, the largest clear face, or \"all\"; got %q", s)
	}
	*f = faceValue(n - 1)
	return nil
}

func (f *faceValue) register(cmd *cobra.Command) {
	cmd.Flags().Var(f, "face", "which face to edit: 1 is the largest clear one; or all that are clear")
}

// choice is a flag with a fixed set of words.
type choice struct {
	value string
	words []string
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return strings.Join(c.words, "|") }

// Set is for pflag.
func (c *choice) Set(s string) error {
	if !slices.Contains(c.words, s) {
		return fmt.Errorf("want one of %s, got %q", strings.Join(c.words, ", "), s)
	}
	c.value = s
	return nil
}

// engineFlags are --engine and --steps.
type engineFlags struct {
	kind  choice
	steps int // 0 is the pack's own
}

func (e *engineFlags) register(cmd *cobra.Command, usage string) {
	e.kind.words = []string{engine.GAN.String(), engine.Diffusion.String()}
	cmd.Flags().Var(&e.kind, "engine", usage)
	cmd.Flags().IntVar(&e.steps, "steps", 0, fmt.Sprintf("steps of the diffusion, %d to %d (default the pack's own)", engine.MinSteps, engine.MaxSteps))
}

// check finds mistakes in the flags.
func (e *engineFlags) check(cmd *cobra.Command) error {
	switch {
	case !cmd.Flags().Changed("steps"):
		return nil
	case e.steps < engine.MinSteps || e.steps > engine.MaxSteps:
		return usagef("--steps is %d: want %d to %d", e.steps, engine.MinSteps, engine.MaxSteps)
	case e.kind.value == engine.GAN.String():
		return usagef("--steps is for the diffusion: add --engine diffusion")
	}
	return nil
}

// set puts the flags into a request.
func (e *engineFlags) set(r *engine.Request) {
	r.Engine, _ = engine.ParseKind(e.kind.value) // "" is the GAN; others were refused
	if r.Engine == engine.Diffusion {
		r.Steps = e.steps
	}
}

// providerValue is --provider.
type providerValue string

var providers = append([]string{engine.Auto}, onnx.Names()...)

func (p *providerValue) String() string { return string(*p) }
func (p *providerValue) Type() string   { return "name" }

// Set is for pflag.
func (p *providerValue) Set(s string) error {
	if s = strings.ToLower(s); !slices.Contains(providers, s) {
		return fmt.Errorf("want one of %s, got %q", strings.Join(providers, ", "), s)
	}
	*p = providerValue(s)
	return nil
}

func (p *providerValue) register(cmd *cobra.Command) {
	cmd.Flags().Var(p, "provider", "what runs the models: "+strings.Join(providers, ", ")+"; auto is the fastest, as measured (see doctor)")
}

func packFlag(cmd *cobra.Command, to *string) {
	cmd.Flags().StringVar(to, "pack", "", "model pack: a name or a folder (default the built-in pack)")
}
