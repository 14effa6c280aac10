package refine

import (
	"fmt"
	"math"

	"deltaedit/engine/delta"
	"deltaedit/engine/pack"
)

// params are the component's parameters in the manifest. The unit of a style channel is
// its standard deviation over the generator's own faces (component "style_stats"); that
// of the offset is the root mean square of the features of its channel.
type params struct {
	// Steps is the default number of steps.
	Steps int `json:"steps"`
	// StyleRate and OffsetRate are the sizes of the first step of each number.
	StyleRate  float64 `json:"style_rate"`
	OffsetRate float64 `json:"offset_rate"`
	// StylePrior is the weight of the mean square of the style in its unit, added to
	// the graph's loss: it holds the code near the generator's own faces.
	StylePrior float64 `json:"style_prior"`
	// OffsetPrior is the weight of the mean square of the offset, and OffsetSmooth that
	// of the mean square of its differences between neighbours.
	OffsetPrior  float64 `json:"offset_prior"`
	OffsetSmooth float64 `json:"offset_smooth"`
	// Check is the number of steps after which the generator's own image is drawn.
	Check int `json:"check"`
}

func defaults() params {
	return params{
		Steps: 60, StyleRate: 0.3, OffsetRate: 0.03,
		StylePrior: 0.01, OffsetPrior: 0.01, OffsetSmooth: 0.05, Check: 5,
	}
}

// check returns an error for the first parameter that is out of range.
func (p params) check() error {
	if p.Steps < 1 || p.Check < 1 {
		return fmt.Errorf("%w: steps is %d and check %d: want at least 1", pack.ErrManifest, p.Steps, p.Check)
	}
	for name, v := range map[string]float64{
		"style_rate": p.StyleRate, "offset_rate": p.OffsetRate, "style_prior": p.StylePrior,
		"offset_prior": p.OffsetPrior, "offset_smooth": p.OffsetSmooth,
	} {
		if !(v >= 0) || math.IsInf(v, 0) {
			return fmt.Errorf("%w: %s is %v: want a number of at least 0", pack.ErrManifest, name, v)
		}
	}
	return nil
}

// leastDeviation is the minimum standard deviation, so that channels that never change
// can still move.
const leastDeviation = 1e-3

// statistics reads the mean and the standard deviation of the style channels.
func statistics(p *pack.Pack, channels int) (mean, std []float32, err error) {
	mean, std, err = delta.StyleStats(p, channels)
	for i, v := range std {
		std[i] = max(v, leastDeviation)
	}
	return mean, std, err
}

// Recommended returns the number of steps that a pack recommends, or 0 if it has no
// refiner. It reads only the manifest; New makes the other checks.
func Recommended(p *pack.Pack) int {
	c, err := p.Component(Component)
	if err != nil {
		return 0
	}
	params := defaults()
	if err := c.Decode(&params); err != nil {
		return 0
	}
	return params.Steps
}
