package cli

import (
	"fmt"
	"image"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"deltaedit/engine"
	"deltaedit/engine/mask"
	"deltaedit/engine/onnx"
	"deltaedit/engine/recipe"
)

// number is a flag for a finite number in a range.
type number struct {
	value    float64
	min, max float64
}

func (n *number) String() string { return strconv.FormatFloat(n.value, 'g', -1, 64) }
func (n *number) Type() string   { return "number" }

// Set implements pflag.Value.
func (n *number) Set(s string) error {
	v, err := parseNumber(s, n.min, n.max)
	if err != nil {
		return err
	}
	n.value = v
	return nil
}

func parseNumber(s string, lo, hi float64) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || strings.ContainsAny(s, "xX_") { // rejects 0x1p1 and 1_000
		return 0, fmt.Errorf("want a number, got %q", s)
	}
	if v < lo || v > hi {
		return 0, fmt.Errorf("want a number from %g to %g, got %s", lo, hi, s)
	}
	return v, nil
}

// ownThreshold is the value of --threshold that selects the threshold that suits the
// edit.
const ownThreshold = -1

// thresholdValue is the value of --threshold: a number from 0 to 1, or ownThreshold.
type thresholdValue float64

func (t *thresholdValue) String() string { return strconv.FormatFloat(float64(*t), 'g', -1, 64) }
func (t *thresholdValue) Type() string   { return "number" }

// Set implements pflag.Value.
func (t *thresholdValue) Set(s string) error {
	v, err := parseNumber(s, ownThreshold, 1)
	if err != nil || v < 0 && v != ownThreshold {
		return fmt.Errorf("want a number from 0 to 1, or %d for what suits the edit; got %q", ownThreshold, s)
	}
	*t = thresholdValue(v)
	return nil
}

// whole is a flag for a whole number in decimal digits: 010 is ten.
type whole[T int | int64] struct{ to *T }

func (w whole[T]) String() string {
	if w.to == nil { // pflag calls it on a zero value
		return "0"
	}
	return strconv.FormatInt(int64(*w.to), 10)
}

func (w whole[T]) Type() string { return "number" }

// Set implements pflag.Value.
func (w whole[T]) Set(s string) error {
	v, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || int64(T(v)) != v {
		return fmt.Errorf("want a whole number, got %q", s)
	}
	*w.to = T(v)
	return nil
}

// strengths is the value of the repeated --strength.
type strengths []float64

func (s *strengths) String() string { return "" }
func (s *strengths) Type() string   { return "number" }

// Set implements pflag.Value.
func (s *strengths) Set(text string) error {
	v, err := parseNumber(text, -engine.MaxStrength, engine.MaxStrength)
	if err != nil {
		return err
	}
	*s = append(*s, v)
	return nil
}

// regions is the value of the repeated --region.
type regions []mask.Mask

func (r *regions) String() string { return "" }
func (r *regions) Type() string   { return "names" }

// Set implements pflag.Value.
func (r *regions) Set(text string) error {
	m, err := mask.ParseRegions(text)
	if err != nil {
		return err
	}
	*r = append(*r, m)
	return nil
}

// faceValue is the value of --face, which counts from 1; requests count from 0.
type faceValue int

func (f *faceValue) String() string {
	if *f == engine.AllFaces {
		return "all"
	}
	return strconv.Itoa(int(*f) + 1)
}

func (f *faceValue) Type() string { return "N|all" }

// Set implements pflag.Value.
func (f *faceValue) Set(s string) error {
	if s == "all" {
		*f = engine.AllFaces
		return nil
	}
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 1 {
		return fmt.Errorf("want the number of a face, from 1, the largest clear one, or \"all\"; got %q", s)
	}
	*f = faceValue(n - 1)
	return nil
}

func (f *faceValue) register(cmd *cobra.Command, usage string) {
	cmd.Flags().Var(f, "face", usage)
}

// boxValue is the value of --box; nil when it is not given.
type boxValue struct{ box *recipe.Box }

func (b *boxValue) String() string { return "" }
func (b *boxValue) Type() string   { return "X,Y,W,H" }

// Set implements pflag.Value.
func (b *boxValue) Set(text string) error {
	var box recipe.Box
	parts := strings.Split(text, ",")
	if len(parts) != len(box) {
		return fmt.Errorf("want X,Y,W,H: four whole numbers with commas, got %q", text)
	}
	for i, part := range parts {
		if err := (whole[int]{&box[i]}).Set(part); err != nil {
			return err
		}
	}
	b.box = &box
	return box.Check()
}

// boxes returns the box as those of a photo's source.
func (b *boxValue) boxes() []image.Rectangle {
	if b.box == nil {
		return nil
	}
	return recipe.Rects(*b.box)
}

// choice is a flag with a fixed set of values.
type choice struct {
	value string
	words []string
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return strings.Join(c.words, "|") }

// Set implements pflag.Value.
func (c *choice) Set(s string) error {
	if !slices.Contains(c.words, s) {
		return fmt.Errorf("want one of %s, got %q", strings.Join(c.words, ", "), s)
	}
	c.value = s
	return nil
}

// engineFlags are the flags --engine and --steps.
type engineFlags struct {
	kind  choice
	steps int // 0 is the pack's default
}

func (e *engineFlags) register(cmd *cobra.Command, usage string) {
	e.kind.words = []string{engine.GAN.String(), engine.Diffusion.String()}
	cmd.Flags().Var(&e.kind, "engine", usage)
	cmd.Flags().Var(whole[int]{&e.steps}, "steps", fmt.Sprintf("steps of the diffusion, %d to %d (default the pack's own)", engine.MinSteps, engine.MaxSteps))
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

// set copies the flags into a request.
func (e *engineFlags) set(r *engine.Request) {
	r.Renderer, _ = engine.ParseRenderer(e.kind.value) // "" is the GAN; check has rejected unknown names
	if r.Renderer == engine.Diffusion {
		r.Steps = e.steps
	}
}

// providerValue is the value of --provider.
type providerValue string

var providers = append([]string{engine.Auto}, onnx.Names()...)

func (p *providerValue) String() string { return string(*p) }
func (p *providerValue) Type() string   { return "name" }

// Set implements pflag.Value.
func (p *providerValue) Set(s string) error {
	if s = strings.ToLower(s); !slices.Contains(providers, s) {
		return fmt.Errorf("want one of %s, got %q", strings.Join(providers, ", "), s)
	}
	*p = providerValue(s)
	return nil
}

func (p *providerValue) register(cmd *cobra.Command) {
	cmd.Flags().Var(p, "provider", "what runs the models: "+strings.Join(providers, ", ")+"; auto is the one measured to be fastest (see doctor)")
}

func packFlag(cmd *cobra.Command, to *string) {
	cmd.Flags().StringVar(to, "pack", "", "model pack: a name or a folder (default the built-in pack)")
}
