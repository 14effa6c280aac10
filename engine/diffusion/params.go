package diffusion

import (
	"fmt"
	"math"

	"deltaedit/engine/pack"
)

// Component is the name of the pack's component. A pack without it supports only the
// GAN.
const Component = "diffusion"

// Limits of the number of steps in one direction.
const (
	MinSteps = 10
	MaxSteps = 100
)

// params are the component's parameters in the manifest.
type params struct {
	// SigmaMin and SigmaMax are the smallest and the largest noise level, as standard
	// deviations for images in [-1, 1].
	SigmaMin float64 `json:"sigma_min"`
	SigmaMax float64 `json:"sigma_max"`
	// Rho is the exponent of the noise levels: the larger, the more steps are taken at
	// low noise.
	Rho float64 `json:"rho"`
	// Steps is the default number of steps.
	Steps int `json:"steps"`
}

func defaults() params { return params{SigmaMin: 0.002, SigmaMax: 80, Rho: 7, Steps: 20} }

// check returns an error for the first parameter that is out of range.
func (p params) check() error {
	bad := func(name string, v any, want string) error {
		return fmt.Errorf("%w: component %q: %s is %v: want %s", pack.ErrManifest, Component, name, v, want)
	}
	switch {
	case !(p.SigmaMin >= 1e-5 && p.SigmaMin <= 1):
		return bad("sigma_min", p.SigmaMin, "0.00001 to 1")
	case !(p.SigmaMax > p.SigmaMin && p.SigmaMax <= 1e4):
		return bad("sigma_max", p.SigmaMax, "more than sigma_min, and at most 10000")
	case !(p.Rho >= 1 && p.Rho <= 100):
		return bad("rho", p.Rho, "1 to 100")
	case p.Steps < MinSteps || p.Steps > MaxSteps:
		return bad("steps", p.Steps, fmt.Sprintf("%d to %d", MinSteps, MaxSteps))
	}
	return nil
}

// CheckSteps returns an error for a number of steps that is out of range.
func CheckSteps(n int) error {
	if n < MinSteps || n > MaxSteps {
		return fmt.Errorf("draw by diffusion: %d steps: want %d to %d", n, MinSteps, MaxSteps)
	}
	return nil
}

// karras returns the noise levels of n steps, n+1 values from SigmaMax down to SigmaMin
// (equation 5 of Karras et al., without its last step to 0, so that both directions use
// the same levels).
func (p params) karras(n int) []float64 {
	out := make([]float64, n+1)
	hi, lo := math.Pow(p.SigmaMax, 1/p.Rho), math.Pow(p.SigmaMin, 1/p.Rho)
	for i := range out {
		out[i] = math.Pow(hi+(lo-hi)*float64(i)/float64(n), p.Rho)
	}
	out[0], out[n] = p.SigmaMax, p.SigmaMin
	return out
}
