package delta

import (
	"fmt"
	"math"

	"deltaedit/engine/pack"
)

// stats limits style channels to the range that the generator was seen to use: k
// standard deviations std beyond the distance from mean at the start (see limit).
type stats struct {
	mean, std []float32
	k         float64
}

// defaultLimit is the default of k, in standard deviations.
const defaultLimit = 6.0

// statsParams are the parameters of the component "style_stats".
type statsParams struct {
	Matrix string  `json:"matrix"`
	Rows   int     `json:"rows"`
	Cols   int     `json:"cols"`
	Limit  float64 `json:"limit"`
}

func loadStats(p *pack.Pack, styles int) (*stats, error) {
	if !p.Has("style_stats") {
		return nil, nil
	}
	return readStats(p, styles)
}

// StyleStats returns the mean and the standard deviation (at least 0) of each style
// channel over the generator's own faces (component "style_stats"). styles is the
// number of channels. The slices belong to the caller.
func StyleStats(p *pack.Pack, styles int) (mean, std []float32, err error) {
	s, err := readStats(p, styles)
	if err != nil {
		return nil, nil, fmt.Errorf("style_stats: %w", err)
	}
	return s.mean, s.std, nil
}

func readStats(p *pack.Pack, styles int) (*stats, error) {
	c, err := p.Component("style_stats")
	if err != nil {
		return nil, err
	}
	params := statsParams{Limit: defaultLimit}
	if err := c.Decode(&params); err != nil {
		return nil, err
	}
	if params.Rows != 2 || params.Cols != styles {
		return nil, fmt.Errorf("matrix %s: want 2 rows (mean, standard deviation) of %d, got %d of %d", params.Matrix, styles, params.Rows, params.Cols)
	}
	if !(params.Limit > 0) || !finite(params.Limit) {
		return nil, fmt.Errorf("limit is %v: want a positive number of standard deviations", params.Limit)
	}
	m, err := p.Floats(params.Matrix, 2*styles)
	if err != nil {
		return nil, err
	}
	for i, v := range m[styles:] {
		if v < 0 {
			return nil, fmt.Errorf("matrix %s: channel %d has the standard deviation %v", params.Matrix, i, v)
		}
	}
	return &stats{mean: m[:styles], std: m[styles:], k: params.Limit}, nil
}

// limit returns the value of channel c after a move from from towards to. Up to its
// original distance from the mean the channel moves freely. Beyond that the additional
// distance x becomes r·tanh(x/r), with r = k standard deviations, so it never exceeds
// r.
func (s *stats) limit(c int, from, to float64) float64 {
	mean, room := float64(s.mean[c]), s.k*float64(s.std[c])
	free, d := math.Abs(from-mean), math.Abs(to-mean)
	if d <= free {
		return to
	}
	if room > 0 {
		d = free + room*math.Tanh((d-free)/room)
	} else {
		d = free
	}
	return mean + math.Copysign(d, to-mean)
}
